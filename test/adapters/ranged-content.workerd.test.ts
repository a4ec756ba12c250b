import { expect, test } from "vitest";
import { rangedContent, unsized } from "#adapters/ranged-content.ts";
import type { ObjectStore } from "#domain/uploads/object-store.ts";

const BYTES = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);

const unused = () => Promise.reject(new Error("only reads"));

/** Reads from memory, and what was asked for. */
function store(read?: (start: number, end: number) => Promise<ReadableStream<Uint8Array> | null>) {
  const reads: [number, number][] = [];
  const objects: ObjectStore = {
    createMultipart: unused,
    uploadPart: unused,
    completeMultipart: unused,
    abortMultipart: unused,
    putNew: unused,
    head: unused,
    delete: unused,
    read: async (_key, start, end) => {
      reads.push([start, end]);
      return read === undefined ? new Blob([BYTES.slice(start, end)]).stream() : read(start, end);
    },
  };
  return { objects, reads };
}

test.each([
  [0, 1000],
  [0, 1],
  [99, 101],
  [300, 301],
  [250, 999],
  [999, 1000],
  [0, 100],
  [0, 200],
])("reads [%d, %d) in bounded ranges", async (start, end) => {
  const { objects, reads } = store();
  const stream = await rangedContent(objects, { readBytes: 100 }).open("k", { start, end });
  expect(new Uint8Array(await new Response(stream).arrayBuffer())).toEqual(BYTES.slice(start, end));
  expect(reads.every(([from, to]) => to - from <= 100)).toBe(true);
  expect([reads[0]?.[0], reads.at(-1)?.[1]]).toEqual([start, end]);
});

test("reads nothing for nothing", async () => {
  const { objects, reads } = store();
  const stream = await rangedContent(objects, { readBytes: 100 }).open("k", { start: 0, end: 0 });
  expect((await new Response(stream).arrayBuffer()).byteLength).toBe(0);
  expect(reads).toEqual([]);
});

test("does not read ahead of a reader that waits", async () => {
  const { objects, reads } = store();
  const stream = await rangedContent(objects, { readBytes: 100 }).open("k", { start: 0, end: 1000 });
  const reader = stream?.getReader();
  await reader?.read();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(reads.length).toBeLessThanOrEqual(2);
  await reader?.cancel();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(reads.length).toBeLessThanOrEqual(3);
});

test("says at once that the object is gone", async () => {
  const { objects } = store(async () => null);
  expect(await rangedContent(objects, { readBytes: 100 }).open("k", { start: 0, end: 10 })).toBeNull();
});

test("cuts the body when the object goes while it is read", async () => {
  const { objects } = store(async (start, end) => (start < 300 ? new Blob([BYTES.slice(start, end)]).stream() : null));
  const stream = await rangedContent(objects, { readBytes: 100 }).open("k", { start: 0, end: 1000 });
  await expect(new Response(stream).arrayBuffer()).rejects.toThrow("the object has gone while it was read");
});

test("goes on through another sized pipe, as a transfer sends it", async () => {
  const { objects } = store();
  const stream = await rangedContent(objects, { readBytes: 100, pipe: unsized }).open("k", { start: 250, end: 999 });
  const { readable, writable } = new FixedLengthStream(749);
  const [sent] = await Promise.all([new Response(readable).arrayBuffer(), stream?.pipeTo(writable)]);
  expect(new Uint8Array(sent)).toEqual(BYTES.slice(250, 999));
});
