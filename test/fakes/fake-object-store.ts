import { err, ok } from "#domain/result.ts";
import type { ObjectMetadata, ObjectStore, ReplayableBytes, StoredObject } from "#domain/uploads/object-store.ts";

type Multipart = {
  key: string;
  metadata: ObjectMetadata;
  parts: Map<number, { etag: string; bytes: Uint8Array }>;
  state: "open" | "completed" | "aborted";
};

export type FakeObjectStore = ObjectStore & {
  readonly objects: Map<string, { bytes: Uint8Array; etag: string; metadata: ObjectMetadata }>;
  readonly multiparts: Map<string, Multipart>;
  openMultiparts(): number;
};

/** R2 as measured: one size for all parts but the last, parts of an unknown multipart refused, the last write to a number wins. */
export function fakeObjectStore(minPartBytes = 0): FakeObjectStore {
  const objects: FakeObjectStore["objects"] = new Map();
  const multiparts: FakeObjectStore["multiparts"] = new Map();
  let serial = 0;
  const stored = (key: string): StoredObject | null => {
    const object = objects.get(key);
    return object === undefined ? null : { key, size: object.bytes.length, etag: object.etag, uploadId: object.metadata.uploadId };
  };
  const written = (key: string): StoredObject => {
    const object = stored(key);
    if (object === null) throw new Error("nothing was written");
    return object;
  };
  return {
    objects,
    multiparts,
    openMultiparts: () => [...multiparts.values()].filter(({ state }) => state === "open").length,
    createMultipart: async (key, metadata) => {
      const id = `multipart-${String(++serial)}`;
      multiparts.set(id, { key, metadata, parts: new Map(), state: "open" });
      return id;
    },
    uploadPart: async (key, id, number, bytes) => {
      if (number < 1 || number > 10_000) throw new TypeError("part number out of range");
      const content = together(bytes);
      await Promise.resolve();
      const multipart = multiparts.get(id);
      if (multipart?.state !== "open" || multipart.key !== key) throw new Error("no such multipart upload (10024)");
      const etag = `part-${String(++serial)}`;
      multipart.parts.set(number, { etag, bytes: content });
      return { number, etag };
    },
    completeMultipart: async (key, id, parts) => {
      const multipart = multiparts.get(id);
      if (multipart?.state !== "open" || multipart.key !== key) return err({ code: "multipart_missing" });
      const found = parts.map(({ number, etag }) => ({ etag, part: multipart.parts.get(number) }));
      if (found.some(({ part, etag }) => part?.etag !== etag)) return err({ code: "part_mismatch" });
      const contents = found.map(({ part }) => part?.bytes ?? new Uint8Array());
      const size = contents[0]?.length ?? 0;
      const unequal = contents.some((content, index) =>
        index < contents.length - 1 ? content.length !== size || size < minPartBytes : content.length > size,
      );
      if (unequal) return err({ code: "part_mismatch" });
      multipart.state = "completed";
      objects.set(key, { bytes: joined(contents), etag: `object-${String(++serial)}`, metadata: multipart.metadata });
      return ok(written(key));
    },
    abortMultipart: async (_key, id) => {
      const multipart = multiparts.get(id);
      if (multipart?.state === "open") multipart.state = "aborted";
    },
    putNew: async (key, bytes, metadata) => {
      if (objects.has(key)) return null;
      objects.set(key, { bytes: together(bytes), etag: `object-${String(++serial)}`, metadata });
      return written(key);
    },
    head: async (key) => stored(key),
    read: async (key, start, end) => {
      const object = objects.get(key);
      if (object === undefined) return null;
      const bytes = object.bytes.slice(start, end);
      return new ReadableStream({
        type: "bytes",
        start: (controller) => {
          if (bytes.length > 0) controller.enqueue(bytes);
          controller.close();
        },
        // A BYOB read that waits when the stream is closed learns of the end only so.
        pull: (controller) => controller.byobRequest?.respond(0),
      });
    },
    delete: async (key) => {
      objects.delete(key);
    },
  };
}

function together(bytes: ReplayableBytes): Uint8Array {
  const content = joined([...bytes.chunks()]);
  if (content.length !== bytes.length) throw new TypeError(`FixedLengthStream: ${String(content.length)} bytes of ${String(bytes.length)}`);
  return content;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
