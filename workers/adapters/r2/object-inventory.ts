import type { UploadId } from "#domain/ids.ts";
import { objectKeyOf } from "#domain/uploads/object-store.ts";
import { uploadIdIn, type ListedObject, type ObjectInventory } from "#domain/uploads/object-inventory.ts";

/** The most that R2 lists, and deletes, in one call. */
const MOST = 1_000;
const PREFIX = "media/";
/** Follows every key of an upload, and comes before the next upload's. */
const pastAll = (id: UploadId): string => `${objectKeyOf(id)}~`;

/** `listed`: how many objects one call lists. */
export function r2ObjectInventory(bucket: R2Bucket, listed = MOST): ObjectInventory {
  const list = (options: R2ListOptions) => bucket.list({ prefix: PREFIX, limit: listed, ...options });
  const erase = async (keys: readonly string[]): Promise<void> => {
    for (let from = 0; from < keys.length; from += MOST) await bucket.delete(keys.slice(from, from + MOST));
  };
  return {
    page: async (after, limit) => {
      const { objects, truncated } = await list(after === null ? {} : { startAfter: pastAll(after) });
      const ours = objects.flatMap(listedObject);
      const ids = [...new Set(ours.map(({ uploadId }) => uploadId))];
      // The last one of a full list may have more than the list shows.
      const whole = truncated && ids.length > 1 ? ids.slice(0, -1) : ids;
      const taken = new Set(whole.slice(0, limit));
      const isEnd = !truncated && taken.size === ids.length;
      return {
        objects: ours.filter(({ uploadId }) => taken.has(uploadId)),
        after: isEnd ? null : ([...taken].at(-1) ?? null),
      };
    },
    find: async (key) => {
      const object = await bucket.head(key);
      return object === null ? null : (listedObject(object)[0] ?? null);
    },
    erase,
    eraseAll: async (uploadId) => {
      for (;;) {
        const { objects, truncated } = await list({ prefix: objectKeyOf(uploadId) });
        await erase(objects.map(({ key }) => key));
        if (!truncated) return;
      }
    },
  };
}

function listedObject({ key, size, etag, uploaded }: R2Object): ListedObject[] {
  const uploadId = uploadIdIn(key);
  return uploadId === null ? [] : [{ key, uploadId, size, etag, storedAt: uploaded.getTime() }];
}
