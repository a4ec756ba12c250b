const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const HEX = /^(?:[0-9a-f]{2})*$/;

/** RFC 4648 §4, padded and with zero pad bits (§3.5), so that exactly one text stands for each byte string; otherwise null. */
export function decodeBase64(text: string): Uint8Array | null {
  if (!BASE64.test(text)) return null;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return encodeBase64(bytes) === text ? bytes : null;
}

export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Lower-case hex. */
export const encodeHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The bytes of lower-case hex, otherwise null. */
export function decodeHex(text: string): Uint8Array | null {
  return HEX.test(text) ? Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)) : null;
}

/** A digest as the wire has it, in the domain's lower-case hex; null unless it is base64 of exactly `bytes` bytes. */
export function base64ToHex(text: string, bytes: number): string | null {
  const decoded = decodeBase64(text);
  return decoded?.length === bytes ? encodeHex(decoded) : null;
}

/** A digest of the domain as the wire has it; hex that is malformed is a defect of ours. */
export function hexToBytes(hex: string): Uint8Array {
  const bytes = decodeHex(hex);
  if (bytes === null) throw new TypeError("a digest is not lower-case hex");
  return bytes;
}

export const hexToBase64 = (hex: string): string => encodeBase64(hexToBytes(hex));
