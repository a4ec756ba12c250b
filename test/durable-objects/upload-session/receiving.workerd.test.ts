import { describe, expect, it } from "vitest";
import { MIB } from "#domain/uploads/part-plan.ts";
import {
  aBody,
  anAppend,
  aQuery,
  failureIn,
  HOLDER,
  keptRows,
  noise,
  objectBytes,
  opened,
  progressIn,
  REQUEST,
  sha256,
  stubOf,
  withServices,
} from "./session-under-test.ts";

describe("receiving a body", () => {
  it("turns a whole body into one verified object", async () => {
    const bytes = noise(20 * MIB + 12_345);
    const { id } = await opened({ length: bytes.length });
    const done = progressIn(await stubOf(id).append(anAppend({ bodyBytes: bytes.length }), aBody(bytes)));
    expect(done).toMatchObject({ status: "completed", offset: bytes.length });
    expect(done.asset?.digests.sha256).toBe(sha256(bytes));
    expect(sha256((await objectBytes(id)) ?? new Uint8Array())).toBe(sha256(bytes));
    expect(await keptRows(id)).toEqual({ pieces: 0, slots: 0 });
  });

  it("keeps every received byte when the body is cut mid-part", async () => {
    const bytes = noise(11 * MIB);
    const { id } = await opened({ length: bytes.length });
    const cutAt = 9 * MIB + 4_321;
    const cut = await stubOf(id).append(anAppend({ bodyBytes: bytes.length }), aBody(bytes, { cutAt }));
    expect(failureIn(cut)).toEqual({ code: "body_cut", offset: cutAt });
    const rest = bytes.subarray(cutAt);
    const done = progressIn(
      await stubOf(id).append(anAppend({ at: { kind: "exact", offset: cutAt }, bodyBytes: rest.length }), aBody(rest)),
    );
    expect(done.status).toBe("completed");
    expect(done.asset?.digests.sha256).toBe(sha256(bytes));
  });

  it("takes a stalled body over at once and accepts the offset that it answered", async () => {
    const bytes = noise(12 * MIB);
    const { id } = await opened({ length: bytes.length });
    const hangAt = 9 * MIB + 77;
    const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
    const hung = stubOf(id).append(anAppend({ bodyBytes: bytes.length }), aBody(bytes, { hangAt, woken }));
    await expect.poll(async () => progressIn(await stubOf(id).view(HOLDER)).storedBytes).toBeGreaterThan(0);
    // Answered although nothing more comes: the body is not woken before.
    const { offset } = progressIn(await stubOf(id).query(aQuery()));
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThanOrEqual(hangAt);
    wake();
    expect(failureIn(await hung)).toEqual({ code: "superseded", offset });
    const rest = bytes.subarray(offset);
    const done = progressIn(await stubOf(id).append(anAppend({ at: { kind: "exact", offset } }), aBody(rest)));
    expect(done.asset?.digests.sha256).toBe(sha256(bytes));
  });

  it("ends a stalled body when the upload is cancelled", async () => {
    const bytes = noise(12 * MIB);
    const { id } = await opened({ length: bytes.length });
    await withServices(id, (services) => ({ ...services, drainMs: 10 }));
    const hung = stubOf(id).append(anAppend({ bodyBytes: bytes.length }), aBody(bytes, { hangAt: 9 * MIB }));
    await expect.poll(async () => progressIn(await stubOf(id).view(HOLDER)).storedBytes).toBeGreaterThan(0);
    expect(progressIn(await stubOf(id).cancel({ requestId: REQUEST, access: HOLDER, completedToo: false })).status).toBe("cancelled");
    expect(failureIn(await hung)).toEqual({ code: "upload_gone", status: "cancelled" });
    expect(await keptRows(id)).toEqual({ pieces: 0, slots: 0 });
    expect(await objectBytes(id)).toBeNull();
  });
});
