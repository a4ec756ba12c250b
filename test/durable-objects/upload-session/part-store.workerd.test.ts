import { describe, expect, it } from "vitest";
import { isolateBudget, readBackBudget } from "#durable-objects/upload-session/block-budget.ts";
import { MIB } from "#domain/uploads/part-plan.ts";
import { Rig } from "./rig.ts";
import { aBody, anAppend, HOLDER, keptRows, noise, opened, progressIn, sha256, stubOf } from "./session-under-test.ts";

describe("parts", () => {
  it("lists the ranges of a swarm and joins them in their order", async () => {
    const bytes = noise(3_400);
    const rig = await Rig.opened({ length: bytes.length });
    const range = (start: number, end: number) =>
      rig.stub.append(anAppend({ at: { kind: "range", start, end }, bodyBytes: end - start }), aBody(bytes.subarray(start, end)));
    await Promise.all([range(3_000, 3_400), range(1_000, 2_000)]);
    expect(progressIn(await rig.stub.view(HOLDER))).toMatchObject({
      offset: 0,
      storedBytes: 1_400,
      ranges: [
        { start: 1_000, end: 2_000 },
        { start: 3_000, end: 3_400 },
      ],
    });
    await range(0, 1_000);
    const done = progressIn(await range(2_000, 3_000));
    expect(done.asset?.digests.sha256).toBe(sha256(bytes));
  });

  it("makes a part again that a late attempt replaced after the numbers had run out", async () => {
    const bytes = noise(2_500);
    const rig = await Rig.opened({ length: bytes.length, plan: { partBytes: 1_000, attempts: 1 } });
    const upload = rig.store.uploadPart;
    let attempts = 0;
    rig.store.uploadPart = async (...args) => {
      const part = await upload(...args);
      if (++attempts === 1) throw new Error("the reply was lost");
      return part;
    };
    await rig.revive();
    progressIn(await rig.send(bytes.subarray(0, 1_800)));
    expect(attempts).toBe(2);
    const [multipart] = rig.store.multiparts.entries();
    if (multipart === undefined) return expect.fail("no multipart upload was begun");
    // The first attempt lands once more, late, over what was recorded.
    await upload(multipart[1].key, multipart[0], 1, { length: 1_000, chunks: () => [bytes.slice(0, 1_000)] });
    const done = progressIn(await rig.send(bytes.subarray(1_800), 1_800));
    expect(done.asset?.digests.sha256).toBe(sha256(bytes));
    expect([...rig.store.objects.values()].map((object) => sha256(object.bytes))).toEqual([sha256(bytes)]);
    expect(await rig.rows()).toMatchObject({ pieces: 0, slots: 0 });
  });

  it("keeps its memory flat: without room, blocks go through rows", async () => {
    const bytes = noise(10 * MIB);
    const allowance = isolateBudget.allowance();
    const room = isolateBudget.limitBytes - isolateBudget.heldBytes;
    expect(allowance.take(room)).toBe(true);
    try {
      const { id } = await opened({ length: bytes.length });
      const done = progressIn(await stubOf(id).append(anAppend({ bodyBytes: bytes.length }), aBody(bytes)));
      expect(done.asset?.digests.sha256).toBe(sha256(bytes));
      expect(isolateBudget.heldBytes).toBe(isolateBudget.limitBytes);
      expect(await keptRows(id)).toEqual({ pieces: 0, slots: 0 });
    } finally {
      allowance.give();
    }
    expect(isolateBudget.heldBytes).toBe(isolateBudget.limitBytes - room);
  });

  it("waits with reading rows back until others have sent theirs", async () => {
    const bytes = noise(10 * MIB);
    const others = readBackBudget.allowance();
    others.need(readBackBudget.limitBytes);
    try {
      const { id } = await opened({ length: bytes.length });
      const first = bytes.subarray(0, MIB);
      progressIn(await stubOf(id).append(anAppend({ bodyBytes: first.length }), aBody(first)));
      let isDone = false;
      const rest = bytes.subarray(MIB);
      const sent = stubOf(id)
        .append(anAppend({ at: { kind: "exact", offset: MIB }, bodyBytes: rest.length }), aBody(rest))
        .finally(() => {
          isDone = true;
        });
      await new Promise((resolve) => {
        setTimeout(resolve, 150);
      });
      expect(isDone).toBe(false);
      others.give();
      expect(progressIn(await sent).asset?.digests.sha256).toBe(sha256(bytes));
      expect(readBackBudget.heldBytes).toBe(0);
    } finally {
      others.give();
    }
  });
});
