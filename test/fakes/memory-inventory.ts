import { uploadIdIn, type ListedObject, type ObjectInventory } from "#domain/uploads/object-inventory.ts";
import { objectKeyOf } from "#domain/uploads/object-store.ts";

/** What lies under which key, and since when. */
export function memoryInventory(objects: Map<string, Uint8Array>, storedAt: (key: string) => number = () => 0): ObjectInventory {
  const listed = (key: string): ListedObject[] => {
    const [bytes, uploadId] = [objects.get(key), uploadIdIn(key)];
    return bytes === undefined || uploadId === null
      ? []
      : [{ key, uploadId, size: bytes.length, etag: `etag of ${key}`, storedAt: storedAt(key) }];
  };
  const erase = async (keys: readonly string[]): Promise<void> => {
    for (const key of keys) objects.delete(key);
  };
  return {
    page: async (after, limit) => {
      const all = [...objects.keys()].toSorted().flatMap(listed);
      const ids = [...new Set(all.map(({ uploadId }) => uploadId))].filter((id) => after === null || id > after);
      const taken = new Set(ids.slice(0, limit));
      return { objects: all.filter(({ uploadId }) => taken.has(uploadId)), after: ids.length > limit ? ([...taken].at(-1) ?? null) : null };
    },
    find: async (key) => listed(key)[0] ?? null,
    erase,
    eraseAll: async (uploadId) => erase([...objects.keys()].filter((key) => key.startsWith(objectKeyOf(uploadId)))),
  };
}
