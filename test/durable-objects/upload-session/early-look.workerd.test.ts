import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { Look } from "#domain/media/media-info.ts";
import { MIB } from "#domain/uploads/part-plan.ts";
import { isolateBudget } from "#durable-objects/upload-session/block-budget.ts";
import { type Fault, Rig } from "./rig.ts";
import { aBody, anAppend, aQuery, HOLDER, noise, opened, progressIn, REQUEST, sha256, stubOf } from "./session-under-test.ts";

const KEPT = 4_000;
const NO_MEDIA: Look = { status: "unreadable", reason: "not_media" };

type Seen = { head: Uint8Array; length: number | null };

/** A rig whose looks are written down. */
async function looking(changes: Parameters<typeof Rig.opened>[0]): Promise<{ rig: Rig; seen: Seen[] }> {
  const rig = await Rig.opened(changes);
  const seen: Seen[] = [];
  rig.look = (head, length) => {
    seen.push({ head: head.slice(), length });
    return NO_MEDIA;
  };
  return { rig, seen };
}

const send = (rig: Rig, bytes: Uint8Array, offset = 0, pieceBytes = 300) =>
  rig.stub.append(anAppend({ at: { kind: "exact", offset }, bodyBytes: bytes.length }), aBody(bytes, { pieceBytes }));

const inspectedIn = (rig: Rig) => rig.log.logged.filter(({ type }) => type === "upload.inspected");

async function headRows(rig: Rig): Promise<number> {
  return runInDurableObject(
    rig.stub,
    (_instance, { storage }) => storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM head").one().n,
  );
}

describe("an early look", () => {
  it("sees the first bytes, and nothing else, while the rest is still to come", async () => {
    const bytes = noise(9_000);
    const { rig, seen } = await looking({ length: bytes.length });
    progressIn(await send(rig, bytes.subarray(0, KEPT - 1)));
    expect(seen).toEqual([]);
    progressIn(await send(rig, bytes.subarray(KEPT - 1, 5_500), KEPT - 1));
    await expect.poll(async () => progressIn(await rig.stub.look(HOLDER)).look).toEqual(NO_MEDIA);
    expect(seen).toEqual([{ head: bytes.subarray(0, KEPT), length: bytes.length }]);
    await expect.poll(() => rig.uploads.at(-1)).toMatchObject({ status: "receiving", look: NO_MEDIA });
    expect(inspectedIn(rig)).toHaveLength(1);
    expect(inspectedIn(rig)[0]?.data).toMatchObject({ look: { status: "unreadable", reason: "not_media", media: null } });
  });

  it("sees the same whether the bytes came in one body, in crumbs or from the back", async () => {
    const bytes = noise(7_300);
    const ways: ((rig: Rig) => Promise<unknown>)[] = [
      (rig) => send(rig, bytes),
      async (rig) => {
        for (let at = 0; at < bytes.length; at += 170) await send(rig, bytes.subarray(at, at + 170), at, 50);
      },
      async (rig) => {
        for (const start of [6_000, 3_000, 1_000, 4_000, 2_000, 5_000, 7_000, 0]) {
          const end = Math.min(bytes.length, start + 1_000);
          await rig.stub.append(anAppend({ at: { kind: "range", start, end }, bodyBytes: end - start }), aBody(bytes.subarray(start, end)));
        }
      },
    ];
    for (const way of ways) {
      const { rig, seen } = await looking({ length: bytes.length });
      await way(rig);
      await expect.poll(() => seen.length).toBe(1);
      expect(sha256(seen[0]?.head ?? new Uint8Array(0))).toBe(sha256(bytes.subarray(0, KEPT)));
      expect(progressIn(await rig.stub.look(HOLDER))).toMatchObject({ status: "completed", look: NO_MEDIA });
    }
  });

  it("sees the whole of a file that is smaller", async () => {
    const bytes = noise(700);
    const { rig, seen } = await looking({ length: null, maxBytes: 10_000 });
    progressIn(await rig.stub.append(anAppend({ final: true }), aBody(bytes)));
    await expect.poll(() => seen).toEqual([{ head: bytes, length: 700 }]);
  });

  it("keeps the first bytes until the object is whole, and not longer", async () => {
    const bytes = noise(9_000);
    const { rig } = await looking({ length: bytes.length });
    await send(rig, bytes.subarray(0, 8_000));
    expect(await headRows(rig)).toBe(KEPT / 1_000);
    await send(rig, bytes.subarray(8_000), 8_000);
    expect(await headRows(rig)).toBe(0);
  });

  it("is followed by the inspection of what was stored", async () => {
    const { rig } = await looking({ length: 700 });
    const { asset } = progressIn(await send(rig, noise(700)));
    expect(asset).not.toBeNull();
    await expect.poll(() => rig.inspections).toContainEqual({ id: asset?.id, creatorId: rig.spec.creatorId });
    const failed = await looking({ length: 700, declared: { sha256: sha256(noise(1)) } });
    await send(failed.rig, noise(700));
    expect(failed.rig.inspections).toEqual([]);
  });

  it("is not made of a piece of a concatenation", async () => {
    const { rig, seen } = await looking({ length: 500, kind: "partial" });
    expect(progressIn(await send(rig, noise(500))).status).toBe("completed");
    expect(seen).toEqual([]);
  });

  it("holds nothing up and breaks nothing when it throws", async () => {
    const rig = await Rig.opened({ length: 6_000 });
    let tries = 0;
    rig.look = () => {
      tries += 1;
      throw new Error("a reader with a bug");
    };
    expect(progressIn(await send(rig, noise(6_000)))).toMatchObject({
      status: "completed",
      asset: { digests: { sha256: sha256(noise(6_000)) } },
    });
    expect(tries).toBe(1);
    expect(rig.assets).toHaveLength(1);
  });

  it("gives a file up that ended its process twice", async () => {
    const { rig, seen } = await looking({ length: 9_000 });
    rig.look = () => {
      rig.dead = true;
      throw new Error("the process is gone");
    };
    progressIn(await send(rig, noise(9_000).subarray(0, 3_000)));
    for (let turn = 0; turn < 2; turn++) {
      const { offset } = progressIn(await rig.stub.query(aQuery()));
      await send(rig, noise(9_000).subarray(offset, offset + 1_500), offset).catch(() => null);
      await rig.revive();
    }
    rig.look = (head, length) => {
      seen.push({ head, length });
      return NO_MEDIA;
    };
    const { offset } = progressIn(await rig.stub.query(aQuery()));
    await send(rig, noise(9_000).subarray(offset, offset + 200), offset);
    await expect.poll(async () => progressIn(await rig.stub.look(HOLDER)).look).toEqual({ status: "unreadable", reason: "gave_up" });
    expect(seen).toEqual([]);
  });

  it("is forgotten with what it was made of when the upload is cancelled", async () => {
    const { rig } = await looking({ length: 9_000 });
    await send(rig, noise(9_000).subarray(0, 5_500));
    await rig.stub.cancel({ requestId: REQUEST, access: HOLDER, completedToo: false });
    expect(await headRows(rig)).toBe(0);
    expect(await rig.rows()).toMatchObject({ pieces: 0, slots: 0 });
  });

  it.each(["die-before", "die-after", "fail-before", "fail-after"] as const satisfies Fault[])(
    "is told once and loses no byte with %s at each call",
    async (fault) => {
      const bytes = noise(6_200);
      const clean = await looking({ length: bytes.length });
      await send(clean.rig, bytes);
      await expect.poll(() => inspectedIn(clean.rig).length).toBe(1);
      const { calls } = clean.rig;
      expect(calls).toBeGreaterThan(8);
      for (let at = 1; at <= calls; at++) {
        const { rig } = await looking({ length: bytes.length });
        rig.faultAt = (call) => (call === at ? fault : null);
        for (let turn = 0; turn < 20; turn++) {
          if (rig.dead) await rig.revive();
          const asked = await rig.stub.query(aQuery()).catch(() => null);
          if (asked?.ok !== true) continue;
          if (asked.value.status === "completed") break;
          await send(rig, bytes.subarray(asked.value.offset, asked.value.offset + 2_600), asked.value.offset).catch(() => null);
        }
        if (rig.dead) await rig.revive();
        rig.faultAt = () => null;
        for (let turn = 0; turn < 4; turn++) {
          rig.now += 3_600_000;
          await rig.alarm();
        }
        expect([...rig.store.objects.values()].map((object) => sha256(object.bytes))).toEqual([sha256(bytes)]);
        expect(new Set(inspectedIn(rig).map(({ id }) => id)).size).toBeLessThanOrEqual(1);
        const { look } = progressIn(await rig.stub.look(HOLDER));
        expect(rig.assets.at(-1)?.progress.look).toEqual(look);
        expect(inspectedIn(rig).length > 0).toBe(look !== null);
      }
    },
  );
});

describe("with the real reader", () => {
  it("costs four rows an upload, and no memory that stays", async () => {
    const held = isolateBudget.heldBytes;
    const { id } = await opened({ length: 10 * MIB });
    const stub = stubOf(id);
    progressIn(await stub.append(anAppend({ bodyBytes: 9 * MIB }), aBody(noise(9 * MIB))));
    await expect.poll(async () => progressIn(await stub.look(HOLDER)).look).toEqual(NO_MEDIA);
    const kept = await runInDurableObject(stub, (_instance, { storage }) =>
      storage.sql
        .exec<{ n: number; bytes: number; most: number }>(
          "SELECT count(*) AS n, sum(length(bytes)) AS bytes, max(length(bytes)) AS most FROM head",
        )
        .one(),
    );
    expect(kept).toEqual({ n: 4, bytes: 4 * MIB, most: MIB });
    expect(isolateBudget.heldBytes).toBe(held);
  });
});
