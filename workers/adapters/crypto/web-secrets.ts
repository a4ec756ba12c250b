import type { Secrets, SigningPurpose } from "#domain/identity/secrets.ts";
import { toBase64url } from "./base64url.ts";

const encoder = new TextEncoder();

const hex = (bytes: ArrayBuffer): string => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Handles are signed over the bare text, everything else over its purpose first: an upload id never looks like one. */
const signedText = (purpose: SigningPurpose, text: string): string => (purpose === "handle" ? text : `${purpose}:${text}`);

const importedKey = (key: string) =>
  crypto.subtle.importKey("raw", encoder.encode(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

export const sha256 = async (text: string): Promise<string> => hex(await crypto.subtle.digest("SHA-256", encoder.encode(text)));

export function webSecrets(handleKey: string): Secrets {
  let imported: ReturnType<typeof importedKey> | null = null;
  const key = () => (imported ??= importedKey(handleKey));
  return {
    sha256,
    sign: async (purpose, text) =>
      toBase64url(new Uint8Array(await crypto.subtle.sign("HMAC", await key(), encoder.encode(signedText(purpose, text))))),
    random: (bytes) => toBase64url(crypto.getRandomValues(new Uint8Array(bytes))),
  };
}
