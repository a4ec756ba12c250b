import type { SealBroken, Sealer } from "#domain/sealer.ts";
import { err, ok } from "#domain/result.ts";
import { decrypted, encrypted, keyRing, type SealingKeys } from "./key-ring.ts";

const VERSION = "v1";

const broken = (detail: string) => err<SealBroken>({ code: "seal_broken", detail });

/** AES-256-GCM as `v1.<key id>.<nonce>.<ciphertext and tag>`; version, key and place are authenticated with the text. */
export function sealer(keys: SealingKeys): Sealer {
  const ring = keyRing(keys);
  const contextOf = (keyId: string, place: string) => `${VERSION}.${keyId}.${place}`;
  return {
    seal: async (text, place) => {
      const opaque = await encrypted(await ring.newest(), new TextEncoder().encode(text), contextOf(ring.newestId, place));
      return `${VERSION}.${ring.newestId}.${opaque}`;
    },
    open: async (sealed, place) => {
      const [version, keyId, nonce, text, ...more] = sealed.split(".");
      if (version !== VERSION || keyId === undefined || nonce === undefined || text === undefined || more.length > 0)
        return broken("not a sealed text");
      const key = await ring.byId(keyId);
      if (key === null) return broken(`there is no key ${keyId}`);
      const opened = await decrypted(key, nonce, text, contextOf(keyId, place));
      if (opened === null) return broken("it was changed, or sealed for another place");
      return ok({ text: new TextDecoder().decode(opened), stale: keyId !== ring.newestId });
    },
  };
}
