import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { CreatorId } from "#domain/ids.ts";
import { MIB } from "#domain/uploads/part-plan.ts";
import type { PartialSource } from "#domain/uploads/upload-session.ts";
import {
  aBody,
  anAppend,
  failureIn,
  HOLDER,
  noise,
  objectBytes,
  opened,
  progressIn,
  REQUEST,
  sha256,
  stubOf,
  withServices,
} from "./session-under-test.ts";

async function partial(bytes: Uint8Array, creatorId?: CreatorId): Promise<PartialSource & { creatorId: CreatorId }> {
  const spec = await opened({ kind: "partial", length: bytes.length, ...(creatorId === undefined ? {} : { creatorId }) });
  const done = progressIn(await stubOf(spec.id).append(anAppend({ bodyBytes: bytes.length }), aBody(bytes)));
  expect(done.status).toBe("completed");
  return { uploadId: spec.id, size: bytes.length, creatorId: spec.creatorId };
}

const completion = { requestId: REQUEST, access: HOLDER, waitMs: 15_000 };

describe("concatenation", () => {
  it("joins partials of which the last is largest into equal parts", async () => {
    const bytes = noise(13 * MIB + 5);
    const third = Math.floor(bytes.length / 3);
    const one = await partial(bytes.slice(0, third));
    const two = await partial(bytes.slice(third, 2 * third), one.creatorId);
    const three = await partial(bytes.slice(2 * third), one.creatorId);
    const sources = [one, two, three].map(({ uploadId, size }) => ({ uploadId, size }));
    const { id } = await opened({ kind: "final", length: bytes.length, sources, creatorId: one.creatorId });
    const done = progressIn(await stubOf(id).complete(completion));
    expect(done).toMatchObject({ status: "completed", asset: { size: bytes.length, digests: { sha256: sha256(bytes) } } });
    expect(sha256((await objectBytes(id)) ?? new Uint8Array())).toBe(sha256(bytes));
  });

  it("goes on where it stopped when a read fails in the middle", async () => {
    const bytes = noise(9 * MIB);
    const one = await partial(bytes.slice(0, 4 * MIB));
    const two = await partial(bytes.slice(4 * MIB), one.creatorId);
    const sources = [one, two].map(({ uploadId, size }) => ({ uploadId, size }));
    const { id } = await opened({ kind: "final", length: bytes.length, sources, creatorId: one.creatorId });
    let reads = 0;
    await withServices(id, (services) => ({
      ...services,
      store: {
        ...services.store,
        read: async (key, start, end) => {
          if (++reads === 2) throw new Error("an outage");
          return services.store.read(key, start, end);
        },
      },
    }));
    expect(failureIn(await stubOf(id).complete(completion))).toMatchObject({ code: "storage_unavailable", offset: 4 * MIB });
    const done = progressIn(await stubOf(id).complete(completion));
    expect(done.asset?.digests.sha256).toBe(sha256(bytes));
  });

  it("takes no bytes of its own", async () => {
    const one = await partial(noise(1_000));
    const { id } = await opened({
      kind: "final",
      length: 1_000,
      sources: [{ uploadId: one.uploadId, size: 1_000 }],
      creatorId: one.creatorId,
    });
    expect(failureIn(await stubOf(id).append(anAppend({ bodyBytes: 3 }), aBody(noise(3))))).toEqual({ code: "upload_is_final" });
  });

  it("does not join another creator's partial", async () => {
    const one = await partial(noise(1_000));
    const { id } = await opened({ kind: "final", length: 1_000, sources: [{ uploadId: one.uploadId, size: 1_000 }] });
    expect(failureIn(await stubOf(id).complete(completion))).toMatchObject({ code: "upload_failed" });
  });

  it("keeps a used partial for no more than an hour", async () => {
    const one = await partial(noise(1_000));
    const { id } = await opened({
      kind: "final",
      length: 1_000,
      sources: [{ uploadId: one.uploadId, size: 1_000 }],
      creatorId: one.creatorId,
    });
    progressIn(await stubOf(id).complete(completion));
    const used = progressIn(await stubOf(one.uploadId).view(HOLDER));
    expect(used.expiresAt).toBeLessThanOrEqual(Date.now() + 3_600_000);
    await withServices(one.uploadId, (services) => ({ ...services, now: () => Date.now() + 3_600_001 }));
    await stubOf(one.uploadId).sweep();
    expect(await objectBytes(one.uploadId)).toBeNull();
    await runInDurableObject(stubOf(one.uploadId), (_instance, { storage }) => {
      expect(storage.sql.exec("SELECT * FROM outbox").toArray()).toEqual([]);
    });
  });
});
