import { fromBase64url, toBase64url } from "./base64url.ts";
import type { SealBroken, Sealer, SealingKey } from "#domain/sealer.ts";
import { err, ok } from "#domain/result.ts";

/** The length that NIST SP 800-38D recommends for GCM. */
const NONCE_BYTES = 12;
const VERSION = "v1";

const encoder = new TextEncoder();

const importedKey = ({ bytes }: SealingKey) => crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);

/** Version, key and place are authenticated with the text: none of them can be exchanged. */
const algorithm = (nonce: Uint8Array<ArrayBuffer>, keyId: string, place: string) => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: encoder.encode(`${VERSION}.${keyId}.${place}`),
});

/** AES-256-GCM as `v1.<key id>.<nonce>.<ciphertext and tag>`; the first key seals, every key opens. */
export function sealer(keys: readonly [SealingKey, ...SealingKey[]]): Sealer {
  const imported = new Map<string, ReturnType<typeof importedKey>>();
  const keyOf = (key: SealingKey) => {
    const known = imported.get(key.id) ?? importedKey(key);
    imported.set(key.id, known);
    return known;
  };
  const [newest] = keys;
  const broken = (detail: string) => err<SealBroken>({ code: "seal_broken", detail });
  return {
    seal: async (text, place) => {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt(algorithm(nonce, newest.id, place), await keyOf(newest), encoder.encode(text));
      return [VERSION, newest.id, toBase64url(nonce), toBase64url(new Uint8Array(sealed))].join(".");
    },
    open: async (sealed, place) => {
      const [version, keyId, nonce, text, ...more] = sealed.split(".");
      if (version !== VERSION || keyId === undefined || nonce === undefined || text === undefined || more.length > 0)
        return broken("not a sealed text");
      const key = keys.find(({ id }) => id === keyId);
      if (key === undefined) return broken(`there is no key ${keyId}`);
      const imported = await keyOf(key);
      try {
        const opened = await crypto.subtle.decrypt(algorithm(fromBase64url(nonce), keyId, place), imported, fromBase64url(text));
        return ok({ text: new TextDecoder().decode(opened), stale: key !== newest });
      } catch {
        return broken("it was changed, or sealed for another place");
      }
    },
  };
}
