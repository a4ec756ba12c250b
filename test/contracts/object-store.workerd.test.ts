import { env } from "cloudflare:workers";
import { ulid } from "ulid";
import { describe, expect, it } from "vitest";
import { r2ObjectStore } from "#adapters/r2/object-store.ts";
import { MIB } from "#domain/uploads/part-plan.ts";
import type { ObjectStore } from "#domain/uploads/object-store.ts";
import { fakeObjectStore } from "../fakes/fake-object-store.ts";

const PART = 5 * MIB;
const metadata = { uploadId: "upl_contract", contentType: "video/mp4" };
const filled = (length: number, byte: number) => ({ length, chunks: () => [new Uint8Array(length).fill(byte)] });
const text = async (body: ReadableStream | null): Promise<string | null> => (body === null ? null : new Response(body).text());

const stores: [string, () => ObjectStore][] = [
  ["R2", () => r2ObjectStore(env.MEDIA)],
  ["the fake", () => fakeObjectStore(PART)],
];

describe.each(stores)("object store: %s", (_name, make) => {
  const store = make();
  const key = () => `contract/${ulid()}`;

  it("joins parts of one size and a shorter last one by their numbers", async () => {
    const k = key();
    const id = await store.createMultipart(k, metadata);
    const last = await store.uploadPart(k, id, 9, filled(3, 0x62));
    const first = await store.uploadPart(k, id, 4, filled(PART, 0x61));
    const completed = await store.completeMultipart(
      k,
      id,
      [last, first].toSorted((a, b) => a.number - b.number),
    );
    expect(completed).toMatchObject({ ok: true, value: { key: k, size: PART + 3, uploadId: "upl_contract" } });
    expect(await text(await store.read(k, PART - 2, PART + 3))).toBe("aabbb");
  });

  it("says that a completed multipart is gone and keeps the object", async () => {
    const k = key();
    const id = await store.createMultipart(k, metadata);
    const parts = [await store.uploadPart(k, id, 1, filled(10, 0x61))];
    await store.completeMultipart(k, id, parts);
    expect(await store.completeMultipart(k, id, parts)).toEqual({ ok: false, error: { code: "multipart_missing" } });
    expect(await store.head(k)).toMatchObject({ size: 10 });
  });

  it("refuses a part that was written again, and parts of different sizes", async () => {
    const k = key();
    const id = await store.createMultipart(k, metadata);
    const stale = await store.uploadPart(k, id, 1, filled(10, 0x61));
    const newer = await store.uploadPart(k, id, 1, filled(10, 0x62));
    expect(await store.completeMultipart(k, id, [stale])).toEqual({ ok: false, error: { code: "part_mismatch" } });
    const larger = await store.uploadPart(k, id, 2, filled(11, 0x63));
    expect(await store.completeMultipart(k, id, [newer, larger])).toEqual({ ok: false, error: { code: "part_mismatch" } });
  });

  it("aborts, twice if asked to, and takes no part afterwards", async () => {
    const k = key();
    const id = await store.createMultipart(k, metadata);
    await store.abortMultipart(k, id);
    await store.abortMultipart(k, id);
    await expect(store.uploadPart(k, id, 1, filled(1, 0))).rejects.toThrow("10024");
    expect(await store.completeMultipart(k, id, [])).toEqual({ ok: false, error: { code: "multipart_missing" } });
  });

  it("writes a key once", async () => {
    const k = key();
    expect(await store.putNew(k, filled(4, 0x61), metadata)).toMatchObject({ key: k, size: 4, uploadId: "upl_contract" });
    expect(await store.putNew(k, filled(4, 0x62), metadata)).toBeNull();
    expect(await text(await store.read(k, 0, 4))).toBe("aaaa");
    await store.delete(k);
    expect(await store.head(k)).toBeNull();
    expect(await store.read(k, 0, 1)).toBeNull();
  });

  it("refuses bytes that are fewer than announced", async () => {
    await expect(store.putNew(key(), { length: 4, chunks: () => [new Uint8Array(3)] }, metadata)).rejects.toThrow(TypeError);
  });

  it("puts an object without bytes", async () => {
    const k = key();
    expect(await store.putNew(k, { length: 0, chunks: () => [] }, metadata)).toMatchObject({ size: 0 });
  });
});
