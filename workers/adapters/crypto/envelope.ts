import type { Envelope, SealBroken } from "#domain/sealer.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { decrypted, encrypted, importedKey, keyRing, type SealingKeys } from "./key-ring.ts";

const VERSION = "e1";
const DATA_KEY_BYTES = 32;

/** `e1.<key id>.<nonce>.<data key, wrapped>.<nonce>.<ciphertext and tag>` */
type Parts = {
  readonly keyId: string;
  readonly wrapping: readonly [nonce: string, text: string];
  readonly content: readonly [string, string];
};

const broken = (detail: string) => err<SealBroken>({ code: "seal_broken", detail });

function partsOf(sealed: string): Parts | null {
  const [version, keyId, wrapNonce, wrapped, nonce, text, ...more] = sealed.split(".");
  if (version !== VERSION || keyId === undefined || wrapNonce === undefined || wrapped === undefined || more.length > 0) return null;
  return nonce === undefined || text === undefined ? null : { keyId, wrapping: [wrapNonce, wrapped], content: [nonce, text] };
}

/** AES-256-GCM twice: the text under a random key of its own, that key under the newest sealing key; the place is authenticated in both. */
export function envelope(keys: SealingKeys): Envelope {
  const ring = keyRing(keys);
  const wrapContext = (keyId: string, place: string) => `${VERSION}.key.${keyId}.${place}`;
  const textContext = (place: string) => `${VERSION}.text.${place}`;

  const wrapped = async (dataKey: Uint8Array<ArrayBuffer>, place: string): Promise<string> =>
    `${VERSION}.${ring.newestId}.${await encrypted(await ring.newest(), dataKey, wrapContext(ring.newestId, place))}`;

  const unwrapped = async (
    sealed: string,
    place: string,
  ): Promise<Result<Parts & { readonly dataKey: Uint8Array<ArrayBuffer> }, SealBroken>> => {
    const parts = partsOf(sealed);
    if (parts === null) return broken("not a sealed text");
    const key = await ring.byId(parts.keyId);
    if (key === null) return broken(`there is no key ${parts.keyId}`);
    const dataKey = await decrypted(key, ...parts.wrapping, wrapContext(parts.keyId, place));
    return dataKey === null ? broken("its key was changed, or wrapped for another place") : ok({ ...parts, dataKey });
  };

  return {
    newestKey: ring.newestId,
    olderKeys: keys.slice(1).map(({ id }) => id),
    seal: async (text, place) => {
      const dataKey = crypto.getRandomValues(new Uint8Array(DATA_KEY_BYTES));
      const content = await encrypted(await importedKey(dataKey), new TextEncoder().encode(text), textContext(place));
      return `${await wrapped(dataKey, place)}.${content}`;
    },
    open: async (sealed, place) => {
      const found = await unwrapped(sealed, place);
      if (!found.ok) return found;
      const { dataKey, content, keyId } = found.value;
      const opened = await decrypted(await importedKey(dataKey), ...content, textContext(place));
      if (opened === null) return broken("it was changed");
      return ok({ text: new TextDecoder().decode(opened), stale: keyId !== ring.newestId });
    },
    rewrap: async (sealed, place) => {
      const found = await unwrapped(sealed, place);
      if (!found.ok) return found;
      return ok(`${await wrapped(found.value.dataKey, place)}.${found.value.content.join(".")}`);
    },
  };
}
