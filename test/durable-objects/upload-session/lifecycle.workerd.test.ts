import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { isolateBudget, readBackBudget } from "#durable-objects/upload-session/block-budget.ts";
import { MIB } from "#domain/uploads/part-plan.ts";
import { newId } from "../../fakes/builders.ts";
import { Rig } from "./rig.ts";
import {
  aBody,
  anAppend,
  aQuery,
  failureIn,
  HOLDER,
  keptRows,
  noise,
  opened,
  progressIn,
  REQUEST,
  sha256,
  stubOf,
} from "./session-under-test.ts";

const DAY = 24 * 3_600_000;
const MAGIC = { "image/png": "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "video/mp4": "\0\0\0\x18ftypisom\0\0\0\0isommp42" };

/** A small file that shows `type`. */
function beginningLike(type: keyof typeof MAGIC): Uint8Array {
  const bytes = noise(2_000);
  bytes.set(Uint8Array.from(MAGIC[type], (character) => character.charCodeAt(0)));
  return bytes;
}

const send = (rig: Rig, bytes: Uint8Array, offset = 0) =>
  rig.stub.append(anAppend({ at: { kind: "exact", offset }, bodyBytes: bytes.length }), aBody(bytes));

describe("the term of the asset", () => {
  it("is kept with the upload, told with its completion, and known to a process that comes after", async () => {
    const keep = { keepUntil: Date.now() + DAY, keepAfterVerifiedMs: null };
    const rig = await Rig.opened({ length: 500, keep });
    await rig.revive();
    expect(progressIn(await send(rig, noise(500))).keep).toEqual(keep);
    expect(rig.assets.at(-1)?.progress.keep).toEqual(keep);
  });

  it("is left to the creator by whoever says nothing, the release before too", async () => {
    const rig = await Rig.opened({ length: 500 });
    await runInDurableObject(rig.stub, (_instance, { storage }) => {
      expect(storage.sql.exec<{ json: string }>("SELECT json FROM spec").one().json).not.toContain("keep");
    });
    expect(progressIn(await send(rig, noise(500))).keep).toEqual({});
  });
});

describe("time", () => {
  it("expires an upload that was left alone, and frees what it held", async () => {
    const rig = await Rig.opened({ length: 3_000 });
    progressIn(await send(rig, noise(1_700)));
    expect(rig.store.openMultiparts()).toBe(1);
    rig.now += 6 * DAY - 1;
    await rig.alarm();
    expect(progressIn(await rig.stub.view(HOLDER)).status).toBe("receiving");
    rig.now += 1;
    await rig.alarm();
    expect(failureIn(await rig.stub.query(aQuery()))).toEqual({ code: "upload_gone", status: "expired" });
    expect(rig.store.openMultiparts()).toBe(0);
    expect(await rig.rows()).toEqual({ pieces: 0, slots: 0, outbox: 0 });
    expect(rig.uploads.at(-1)).toMatchObject({ status: "expired" });
  });

  it("puts expiry off with every byte, but never past what R2 gives a multipart upload", async () => {
    const rig = await Rig.opened({ length: 3_000 });
    rig.now += 3 * DAY;
    const first = progressIn(await send(rig, noise(1_700)));
    expect(first.expiresAt).toBe(rig.now + 6 * DAY);
    const multipartAt = rig.now;
    rig.now += 5 * DAY;
    const second = progressIn(await send(rig, noise(10), 1_700));
    expect(second.expiresAt).toBe(multipartAt + 6.5 * DAY);
  });

  it("does not kill a body in flight when its time has come", async () => {
    const rig = await Rig.opened({ length: 3_000 });
    const bytes = noise(3_000);
    const hung = send(rig, bytes.subarray(0, 2_999).slice());
    const late = rig.stub.append(
      anAppend({ at: { kind: "range", start: 0, end: 3_000 }, bodyBytes: 3_000 }),
      aBody(bytes, { hangAt: 1_500 }),
    );
    await hung;
    rig.now += 30 * DAY;
    await rig.stub.sweep();
    expect(progressIn(await rig.stub.view(HOLDER)).status).toBe("receiving");
    await rig.stub.cancel({ requestId: REQUEST, access: HOLDER, completedToo: false });
    await late;
  });

  it("answers for a completed upload for five weeks and then knows it no more", async () => {
    const rig = await Rig.opened({ length: 500 });
    expect(progressIn(await send(rig, noise(500))).status).toBe("completed");
    rig.now += 35 * DAY - 1;
    await rig.stub.sweep();
    expect(progressIn(await rig.stub.query(aQuery())).status).toBe("completed");
    rig.now += 1;
    await rig.stub.sweep();
    expect(failureIn(await rig.stub.query(aQuery()))).toEqual({ code: "upload_not_found" });
    expect(rig.store.objects.size).toBe(1);
  });

  it("has told the log what became of it as soon as the answer is there, with the rows that it speaks of", async () => {
    const rig = await Rig.opened({ length: 500, externalId: "x", metadata: { camera: "A" } });
    expect(rig.told).toEqual(["upload.created"]);
    expect(rig.uploads).toEqual([]);
    await send(rig, noise(500));
    expect(rig.told).toEqual(["upload.created", "upload.completed"]);
    const [{ progress } = { progress: null }] = rig.assets;
    expect(rig.log.logged[1]).toMatchObject({
      resource: rig.spec.id,
      sequence: progress?.sequence,
      requestId: REQUEST,
      data: { asset_id: progress?.asset?.id, size: 500, sha256: sha256(noise(500)), external_id: "x", metadata: { camera: "A" } },
    });
    expect(await rig.rows()).toMatchObject({ outbox: 0 });
  });

  it.each(["fail-before", "fail-after"] as const)("tells once and in order what the log could not take for a day: %s", async (fault) => {
    const rig = await Rig.opened({ length: 500 });
    rig.faultAt = () => null;
    const events = rig.log.logged.length;
    rig.directoryFault = fault;
    await send(rig, noise(500));
    for (let hour = 0; hour < 24; hour++) {
      rig.now += 3_600_000;
      await rig.alarm();
    }
    expect(rig.log.logged.length - events).toBe(fault === "fail-after" ? 1 : 0);
    const line = { level: "warn", event: "upload effect postponed", request_id: REQUEST, upload_id: rig.spec.id, attempt: 1 };
    expect(rig.said.lines).toContainEqual(expect.objectContaining(line));
    expect((await rig.rows()).outbox).toBeGreaterThan(0);
    rig.directoryFault = null;
    rig.now += 2 * 3_600_000;
    await rig.alarm();
    expect(rig.told).toEqual(["upload.created", "upload.completed"]);
    expect(await rig.rows()).toMatchObject({ outbox: 0 });
  });

  it("reads what an earlier release left in its outbox, and tells it under its id", async () => {
    const rig = await Rig.opened({ length: 500 });
    rig.directoryFault = "fail-before";
    await send(rig, noise(500));
    const id = newId("evt");
    await runInDurableObject(rig.stub, (_instance, { storage }) => {
      const row = { id, type: "upload.completed", timestamp: "2026-11-01T10:00:00.000Z", data: { upload_id: rig.spec.id, size: 500 } };
      storage.sql.exec("UPDATE outbox SET key = ?, payload = ? WHERE kind = 'announce'", `announce:${id}`, JSON.stringify(row));
      storage.sql.exec("UPDATE spec SET json = json_set(json, '$.announces', json('true'))");
    });
    await rig.revive();
    rig.directoryFault = null;
    rig.now += 2 * 3_600_000;
    await rig.alarm();
    const progress = progressIn(await rig.stub.view(HOLDER));
    expect(rig.log.logged[1]).toMatchObject({ id, sequence: progress.sequence, happenedAt: Date.UTC(2026, 10, 1, 10) });
    expect(await rig.rows()).toMatchObject({ outbox: 0 });
  });

  it("tells nothing of a partial", async () => {
    const rig = await Rig.opened({ length: 500, kind: "partial" });
    await send(rig, noise(500));
    expect(progressIn(await rig.stub.view(HOLDER)).status).toBe("completed");
    expect(rig.told).toEqual([]);
  });

  it.each([
    [
      "cancelled",
      async (rig: Rig): Promise<void> => void (await rig.stub.cancel({ requestId: REQUEST, access: HOLDER, completedToo: false })),
    ],
    [
      "expired",
      async (rig: Rig): Promise<void> => {
        rig.now += 6 * DAY;
        await rig.alarm();
      },
    ],
  ] as const)("tells that it was %s", async (status, end) => {
    const rig = await Rig.opened({ length: 500 });
    await end(rig);
    expect(rig.told).toEqual(["upload.created", `upload.${status}`]);
    expect(rig.uploads.at(-1)).toMatchObject({ status });
  });
});

describe("what is refused on real bytes", () => {
  it("fails an upload whose digest is another, before there is an asset", async () => {
    const rig = await Rig.opened({ length: 2_500, declared: { sha256: sha256(noise(1)) } });
    expect(failureIn(await send(rig, noise(2_500)))).toMatchObject({
      code: "digest_mismatch",
      algorithm: "sha256",
      received: sha256(noise(2_500)),
    });
    expect(rig.assets).toEqual([]);
    expect(rig.store.objects.size).toBe(0);
    expect(rig.told).toEqual(["upload.created", "upload.failed"]);
  });

  it("completes the same upload whose digest is right", async () => {
    const rig = await Rig.opened({ length: 2_500, declared: { sha256: sha256(noise(2_500)) } });
    expect(progressIn(await send(rig, noise(2_500))).status).toBe("completed");
    expect(rig.assets).toHaveLength(1);
  });

  it("reads the object again for a digest that was declared with the last bytes", async () => {
    const rig = await Rig.opened({ length: 2_500 });
    await send(rig, noise(2_500).subarray(0, 1_500));
    const last = anAppend({ at: { kind: "exact", offset: 1_500 }, bodyBytes: 1_000, declared: { md5: "0".repeat(32) } });
    expect(failureIn(await rig.stub.append(last, aBody(noise(2_500).subarray(1_500))))).toMatchObject({
      code: "digest_mismatch",
      algorithm: "md5",
    });
  });

  it("refuses a container that is not accepted after the first part, and takes no more", async () => {
    const rig = await Rig.opened({ length: 40_000, acceptedTypes: ["video/*"], plan: { partBytes: 5_000, attempts: 1 } });
    rig.mediaType = "image/png";
    expect(failureIn(await send(rig, noise(40_000)))).toMatchObject({ code: "content_type_refused", detected: "image/png" });
    expect(rig.store.openMultiparts()).toBe(0);
    expect(failureIn(await rig.stub.query(aQuery()))).toMatchObject({ code: "content_type_refused" });
    expect(await rig.rows()).toMatchObject({ pieces: 0, slots: 0 });
  });

  it.each([["image/png", "failed"] as const, ["video/mp4", "completed"] as const])(
    "tells %s by its first bytes, though they came in pieces and a question told the length",
    async (type, status) => {
      const { id } = await opened({ length: null, acceptedTypes: ["video/*"] });
      const bytes = beginningLike(type);
      const cut = await stubOf(id).append(anAppend({ length: null, bodyBytes: bytes.length }), aBody(bytes, { cutAt: 3 }));
      expect(failureIn(cut)).toMatchObject({ code: "body_cut" });
      const rest = { at: { kind: "exact", offset: 3 }, length: null, bodyBytes: bytes.length - 3 } as const;
      progressIn(await stubOf(id).append(anAppend(rest), aBody(bytes.subarray(3))));
      await stubOf(id).query(aQuery({ length: bytes.length }));
      const ended = progressIn(await stubOf(id).look(HOLDER));
      expect(ended.status).toBe(status);
      expect(ended.asset?.contentType ?? ended.failure?.code).toBe(status === "completed" ? type : "content_type_refused");
    },
  );

  it("refuses what goes past the announced length and keeps what was valid", async () => {
    const rig = await Rig.opened({ length: 1_500 });
    const answer = await rig.stub.append(anAppend(), aBody(noise(1_501), { pieceBytes: 100 }));
    expect(failureIn(answer)).toEqual({ code: "length_exceeded", length: 1_500 });
    expect(progressIn(await rig.stub.query(aQuery()))).toMatchObject({ offset: 1_500, status: "completed" });
  });

  it.each([
    ["a range that leaves a gap", { at: { kind: "range", start: 1_200, end: 1_300 }, bodyBytes: 100 }, "range_gap"],
    ["an offset ahead", { at: { kind: "exact", offset: 1 }, bodyBytes: 100 }, "offset_mismatch"],
    ["a body of another length than its range", { at: { kind: "range", start: 0, end: 101 }, bodyBytes: 100 }, "body_length_mismatch"],
    ["another total than announced", { at: { kind: "range", start: 0, end: 100 }, bodyBytes: 100, length: 2_999 }, "length_mismatch"],
    ["more than one request may carry", { bodyBytes: 100, maxAppendBytes: 99 }, "append_too_large"],
    ["a stranger", { access: { by: "handle", secretHash: "00" }, bodyBytes: 100 }, "upload_not_found"],
  ] as const)("refuses %s and changes nothing", async (_what, changes, code) => {
    const rig = await Rig.opened({ length: 3_000 });
    const body = () => aBody(noise(100));
    expect(failureIn(await rig.stub.append(anAppend(changes), body())).code).toBe(code);
    expect(progressIn(await rig.stub.view(HOLDER))).toMatchObject({ offset: 0, storedBytes: 0, length: 3_000 });
    expect(progressIn(await rig.stub.append(anAppend({ bodyBytes: 100 }), body())).offset).toBe(100);
  });

  it("learns nothing from a request that it refuses", async () => {
    const rig = await Rig.opened({ length: null, maxBytes: 10_000 });
    const told = { length: 3_000, declared: { sha256: sha256(noise(1)) } };
    const range = (start: number) =>
      rig.stub.append(anAppend({ ...told, at: { kind: "range", start, end: start + 100 }, bodyBytes: 100 }), aBody(noise(100)));
    expect(failureIn(await range(1_200)).code).toBe("range_gap");
    expect(progressIn(await rig.stub.look(HOLDER))).toMatchObject({ length: null, declared: {} });
    progressIn(await range(0));
    expect(progressIn(await rig.stub.look(HOLDER))).toMatchObject({ length: 3_000, declared: told.declared });
  });

  it("learns the total late, and none that is less than it holds", async () => {
    const rig = await Rig.opened({ length: null, maxBytes: 10_000 });
    await send(rig, noise(1_200));
    expect(failureIn(await rig.stub.query(aQuery({ length: 1_199 })))).toEqual({
      code: "length_below_offset",
      length: 1_199,
      offset: 1_200,
    });
    expect(progressIn(await rig.stub.query(aQuery({ length: 1_200 })))).toMatchObject({ status: "completed", length: 1_200 });
  });
});

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
    progressIn(await send(rig, bytes.subarray(0, 1_800)));
    expect(attempts).toBe(2);
    const [multipart] = rig.store.multiparts.entries();
    if (multipart === undefined) return expect.fail("no multipart upload was begun");
    // The first attempt lands once more, late, over what was recorded.
    await upload(multipart[1].key, multipart[0], 1, { length: 1_000, chunks: () => [bytes.slice(0, 1_000)] });
    const done = progressIn(await send(rig, bytes.subarray(1_800), 1_800));
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

describe("cancelling", () => {
  it("erases an object that lands after the upload was cancelled", async () => {
    const rig = await Rig.opened({ length: 700 });
    const put = rig.store.putNew;
    let land: () => void = () => undefined;
    const landing = new Promise<void>((resolve) => {
      land = resolve;
    });
    rig.store.putNew = async (...args) => {
      await landing;
      return put(...args);
    };
    await rig.revive();
    const sent = send(rig, noise(700));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await rig.stub.cancel({ requestId: REQUEST, access: HOLDER, completedToo: false });
    land();
    expect(failureIn(await sent)).toEqual({ code: "upload_gone", status: "cancelled" });
    await expect.poll(() => rig.store.objects.size).toBe(1);
    rig.now += 60_000;
    await rig.alarm();
    expect(rig.store.objects.size).toBe(0);
    expect(rig.assets).toEqual([]);
  });

  it("is woken at once if it dies in the middle of freeing what it held", async () => {
    const rig = await Rig.opened({ length: 3_000 });
    progressIn(await send(rig, noise(1_700)));
    const abort = rig.store.abortMultipart;
    rig.store.abortMultipart = () => new Promise(() => undefined);
    await rig.revive();
    void rig.stub.cancel({ requestId: REQUEST, access: HOLDER, completedToo: false }).catch(() => undefined);
    // None while it rings.
    const alarmAt = () => runInDurableObject(rig.stub, async (_instance, { storage }) => (await storage.getAlarm()) ?? 0);
    await expect.poll(alarmAt, { timeout: 10_000 }).toBeLessThanOrEqual(rig.now);
    rig.store.abortMultipart = abort;
    await rig.revive();
    await rig.settled();
    expect(rig.store.openMultiparts()).toBe(0);
    expect(rig.told).toEqual(["upload.created", "upload.cancelled"]);
  });
});

describe("withdrawing", () => {
  const withdrawn = async (rig: Rig): Promise<void> => {
    expect(progressIn(await rig.stub.cancel({ requestId: REQUEST, access: HOLDER, completedToo: true })).status).toBe("cancelled");
  };

  it.each([500, 2_500])("deletes the asset of a completed upload of %i bytes, and its object after it", async (length) => {
    const rig = await Rig.opened({ length });
    const assetId = progressIn(await send(rig, noise(length))).asset?.id;
    expect(rig.store.objects.size).toBe(1);
    await withdrawn(rig);
    expect(rig.deletedAssets).toEqual([assetId]);
    expect(rig.store.objects.size).toBe(0);
    expect(await rig.rows()).toMatchObject({ outbox: 0 });
    expect(rig.told).toEqual(["upload.created", "upload.completed"]);
  });

  it("keeps the object until the directory has heard that its asset is deleted", async () => {
    const rig = await Rig.opened({ length: 500 });
    await send(rig, noise(500));
    rig.directoryFault = "fail-before";
    await withdrawn(rig);
    expect([rig.deletedAssets.length, rig.store.objects.size]).toEqual([0, 1]);
    rig.directoryFault = null;
    rig.now += 60_000;
    await rig.alarm();
    expect([rig.deletedAssets.length, rig.store.objects.size]).toEqual([1, 0]);
  });
});

describe("consent", () => {
  it("keeps every byte and stops short of completion until it is told to go on", async () => {
    const rig = await Rig.opened({ length: 1_500, asksBeforeCompletion: true });
    expect(progressIn(await send(rig, noise(1_500)))).toMatchObject({ status: "receiving", awaitsCompletion: true, offset: 1_500 });
    await rig.stub.sweep();
    expect(rig.store.objects.size).toBe(0);
    expect(progressIn(await rig.stub.complete({ requestId: REQUEST, access: HOLDER, waitMs: 5_000 })).status).toBe("completed");
  });
});
