import type { SealingKey } from "#domain/sealer.ts";
import { fromBase64url, toBase64url } from "./base64url.ts";

/** The newest first: it seals, every one opens. */
export type SealingKeys = readonly [SealingKey, ...SealingKey[]];

/** The length that NIST SP 800-38D recommends for GCM. */
const NONCE_BYTES = 12;

const encoder = new TextEncoder();

export const importedKey = (bytes: Uint8Array<ArrayBuffer>) =>
  crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);

/** What is authenticated beside the text: none of it can be exchanged. */
const algorithm = (nonce: Uint8Array<ArrayBuffer>, context: string) => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: encoder.encode(context),
});

type Plaintext = Parameters<typeof crypto.subtle.encrypt>[2];

/** AES-256-GCM as `<nonce>.<ciphertext and tag>`, in base64url. */
export async function encrypted(key: CryptoKey, bytes: Plaintext, context: string): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const text = await crypto.subtle.encrypt(algorithm(nonce, context), key, bytes);
  return `${toBase64url(nonce)}.${toBase64url(new Uint8Array(text))}`;
}

/** Null when it was changed, is no base64, or was encrypted with another key or context. */
export async function decrypted(key: CryptoKey, nonce: string, text: string, context: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm(fromBase64url(nonce), context), key, fromBase64url(text)));
  } catch {
    return null;
  }
}

/** Keys by their ids, imported when they are first needed. */
export function keyRing(keys: SealingKeys) {
  const imported = new Map<string, ReturnType<typeof importedKey>>();
  const keyOf = ({ id, bytes }: SealingKey) => {
    const known = imported.get(id) ?? importedKey(bytes);
    imported.set(id, known);
    return known;
  };
  const [newest] = keys;
  return {
    newestId: newest.id,
    newest: () => keyOf(newest),
    byId: async (id: string): Promise<CryptoKey | null> => {
      const key = keys.find((each) => each.id === id);
      return key === undefined ? null : keyOf(key);
    },
  };
}
