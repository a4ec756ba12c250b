import { err, ok } from "#domain/result.ts";
import type { ObjectStore, ReplayableBytes, StoredObject } from "#domain/uploads/object-store.ts";

/** What R2 says by number in its messages: the binding has no other way. */
const NO_SUCH_MULTIPART = "(10024)";
const PART_MISMATCH = ["(10025)", "(10011)", "(10048)"];

/** The object store on R2. `uploadId` in an object's metadata tells whose it is when a reply was lost. */
export function r2ObjectStore(bucket: R2Bucket): ObjectStore {
  return {
    createMultipart: async (key, { uploadId, contentType }) => {
      const multipart = await bucket.createMultipartUpload(key, {
        customMetadata: { "upload-id": uploadId },
        httpMetadata: { contentType },
      });
      return multipart.uploadId;
    },

    uploadPart: async (key, multipartId, partNumber, bytes) => {
      const part = await sending(bytes, (stream) => bucket.resumeMultipartUpload(key, multipartId).uploadPart(partNumber, stream));
      return { number: part.partNumber, etag: part.etag };
    },

    completeMultipart: async (key, multipartId, parts) => {
      try {
        const sorted = parts.map(({ number, etag }) => ({ partNumber: number, etag })).toSorted((a, b) => a.partNumber - b.partNumber);
        return ok(storedObject(await bucket.resumeMultipartUpload(key, multipartId).complete(sorted)));
      } catch (cause) {
        const message = String(cause);
        if (message.includes(NO_SUCH_MULTIPART)) return err({ code: "multipart_missing" });
        if (PART_MISMATCH.some((code) => message.includes(code))) return err({ code: "part_mismatch" });
        throw cause;
      }
    },

    abortMultipart: async (key, multipartId) => {
      try {
        await bucket.resumeMultipartUpload(key, multipartId).abort();
      } catch (cause) {
        if (!String(cause).includes(NO_SUCH_MULTIPART)) throw cause;
      }
    },

    putNew: async (key, bytes, { uploadId, contentType }) => {
      const object = await sending(bytes, (stream) =>
        bucket.put(key, stream, {
          onlyIf: { etagDoesNotMatch: "*" },
          customMetadata: { "upload-id": uploadId },
          httpMetadata: { contentType },
        }),
      );
      return object === null ? null : storedObject(object);
    },

    head: async (key) => {
      const object = await bucket.head(key);
      return object === null ? null : storedObject(object);
    },

    read: async (key, start, end) => {
      const object = await bucket.get(key, { range: { offset: start, length: end - start } });
      return object?.body ?? null;
    },

    delete: async (key) => {
      await bucket.delete(key);
    },
  };
}

/** R2 wants to know the length before the first byte; blocks then pass through without being put together. */
async function sending<T>(bytes: ReplayableBytes, send: (stream: ReadableStream) => Promise<T>): Promise<T> {
  const { readable, writable } = new FixedLengthStream(bytes.length);
  const sent = send(readable);
  const [outcome, written] = await Promise.allSettled([sent, write(bytes, writable)]);
  if (outcome.status === "rejected") throw outcome.reason;
  if (written.status === "rejected") throw written.reason;
  return outcome.value;
}

async function write(bytes: ReplayableBytes, writable: WritableStream<Uint8Array>): Promise<void> {
  const writer = writable.getWriter();
  try {
    for (const chunk of bytes.chunks()) await writer.write(chunk);
    await writer.close();
  } catch (cause) {
    await writer.abort(cause).catch(() => undefined);
    throw cause;
  }
}

function storedObject(object: R2Object): StoredObject {
  return { key: object.key, size: object.size, etag: object.etag, uploadId: object.customMetadata?.["upload-id"] ?? null };
}
