import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { newId } from "../../fakes/builders.ts";
import { Rig } from "./rig.ts";
import { aBody, anAppend, aQuery, failureIn, HOLDER, noise, progressIn, REQUEST, sha256 } from "./session-under-test.ts";

const DAY = 24 * 3_600_000;
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
    progressIn(await rig.send(noise(1_700)));
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
    const first = progressIn(await rig.send(noise(1_700)));
    expect(first.expiresAt).toBe(rig.now + 6 * DAY);
    const multipartAt = rig.now;
    rig.now += 5 * DAY;
    const second = progressIn(await rig.send(noise(10), 1_700));
    expect(second.expiresAt).toBe(multipartAt + 6.5 * DAY);
  });

  it("does not kill a body in flight when its time has come", async () => {
    const rig = await Rig.opened({ length: 3_000 });
    const bytes = noise(3_000);
    const hung = rig.send(bytes.subarray(0, 2_999).slice());
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
    expect(progressIn(await rig.send(noise(500))).status).toBe("completed");
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
    await rig.send(noise(500));
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
    await rig.send(noise(500));
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
    await rig.send(noise(500));
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
    await rig.send(noise(500));
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
    const sent = rig.send(noise(700));
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
    progressIn(await rig.send(noise(1_700)));
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
    const assetId = progressIn(await rig.send(noise(length))).asset?.id;
    expect(rig.store.objects.size).toBe(1);
    await withdrawn(rig);
    expect(rig.deletedAssets).toEqual([assetId]);
    expect(rig.store.objects.size).toBe(0);
    expect(await rig.rows()).toMatchObject({ outbox: 0 });
    expect(rig.told).toEqual(["upload.created", "upload.completed"]);
  });

  it("keeps the object until the directory has heard that its asset is deleted", async () => {
    const rig = await Rig.opened({ length: 500 });
    await rig.send(noise(500));
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
    expect(progressIn(await rig.send(noise(1_500)))).toMatchObject({ status: "receiving", awaitsCompletion: true, offset: 1_500 });
    await rig.stub.sweep();
    expect(rig.store.objects.size).toBe(0);
    expect(progressIn(await rig.stub.complete({ requestId: REQUEST, access: HOLDER, waitMs: 5_000 })).status).toBe("completed");
  });
});
