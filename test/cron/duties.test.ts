import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { aDeletion, anAsset, aProgress, aReservation, DAY_MS, GENEROUS, newId, NOW } from "#test/fakes/builders.ts";
import { collectedLog } from "#test/fakes/collected-log.ts";
import { connectingUnderTest, KEYS, unanswered } from "#test/fakes/connecting-under-test.ts";
import { fakeSessions } from "#test/fakes/fake-sessions.ts";
import { memoryEventArchive } from "#test/fakes/memory-event-archive.ts";
import { memoryAssets, memoryUploads } from "#test/fakes/memory-directory.ts";
import { envelope } from "#adapters/crypto/envelope.ts";
import { uploadIdIn } from "#domain/uploads/object-inventory.ts";
import type { UploadProgress } from "#domain/uploads/upload-session.ts";
import { DUTIES, runDuties } from "../../workers/cron/dispatch.ts";
import type { CronServices } from "../../workers/cron/duty.ts";
import { eraseAssets } from "../../workers/cron/erase-assets.ts";
import { forgetIdempotency } from "../../workers/cron/forget-idempotency.ts";
import { inspectAssets } from "../../workers/cron/inspect-assets.ts";
import { inTurns } from "../../workers/cron/in-turns.ts";
import { forgetConsents } from "../../workers/cron/forget-consents.ts";
import { retireAssets } from "../../workers/cron/retire-assets.ts";
import { revokeOwedGrants } from "../../workers/cron/revoke-owed-grants.ts";
import { rewrapOldGrants } from "../../workers/cron/rewrap-old-grants.ts";
import { sweepUploads } from "../../workers/cron/sweep-uploads.ts";

const HOURLY = "0 * * * *";
const unused = () => Promise.reject(new Error("no duty does that"));

function world(changes: Partial<CronServices> = {}) {
  const time = { now: NOW };
  const sessions = fakeSessions(() => time.now);
  const sweeping = new Map<string, () => Promise<UploadProgress | null>>();
  const deleted: string[] = [];
  const inspected: string[] = [];
  const log = collectedLog();
  const linking = connectingUnderTest({ clock: { now: () => time.now, newId } });
  const services: CronServices = {
    uploads: memoryUploads(),
    assets: memoryAssets(),
    sessions: { get: (id) => ({ ...sessions.get(id), sweep: sweeping.get(id) ?? (async () => null) }) },
    inventory: {
      page: unused,
      find: unused,
      erase: unused,
      eraseAll: async (uploadId) => {
        deleted.push(uploadId);
      },
    },
    relays: { wake: unused, wakeAll: async () => undefined },
    logs: [],
    archive: memoryEventArchive(),
    jobs: {
      inspect: async (assets) => {
        inspected.push(...assets.map(({ id }) => id));
      },
    },
    connections: linking.ports.connections,
    consents: linking.consents,
    envelope: linking.ports.envelope,
    issuer: linking.google.issuer,
    clock: { now: () => time.now, newId },
    log,
    ...changes,
  };
  return { services, time, sweeping, deleted, inspected, log, linking };
}

test("every trigger of wrangler.toml has its duties, and no duty is without", () => {
  const { triggers } = parse(readFileSync(new URL("../../wrangler.toml", import.meta.url), "utf8")) as { triggers: { crons: string[] } };
  expect(Object.keys(DUTIES)).toEqual(triggers.crons);
});

describe("sweeping uploads", () => {
  test("asks the owner of each that is over, and writes what it says", async () => {
    const { services, sweeping } = world();
    const over = aReservation({ expiresAt: NOW - 1 });
    const running = aReservation({ expiresAt: NOW + DAY_MS });
    for (const reservation of [over, running]) {
      await services.uploads.reserve(reservation, GENEROUS);
      await services.uploads.put(aProgress({ ...reservation, sequence: 1 }));
    }
    sweeping.set(over.id, async () => aProgress({ ...over, status: "expired", finishedAt: NOW, sequence: 2 }));
    sweeping.set(running.id, unused);
    expect(await sweepUploads(services)).toBe(1);
    expect(await services.uploads.find(over.id)).toMatchObject({ status: "expired" });
    expect(await services.uploads.find(running.id)).toMatchObject({ status: "receiving" });
  });

  test("learns from an active owner that it goes on", async () => {
    const { services, sweeping } = world();
    const stale = aReservation({ expiresAt: NOW - 1 });
    await services.uploads.reserve(stale, GENEROUS);
    await services.uploads.put(aProgress({ ...stale, sequence: 3 }));
    sweeping.set(stale.id, async () => aProgress({ ...stale, expiresAt: NOW + DAY_MS, sequence: 3 }));
    await sweepUploads(services);
    expect(await services.uploads.due(NOW, null, 9)).toEqual([]);
  });

  test("expires rows that no session stands behind, once they are an hour old", async () => {
    const { services, time } = world();
    const orphan = aReservation();
    await services.uploads.reserve(orphan, GENEROUS);
    time.now = NOW + 3_600_000;
    expect(await sweepUploads(services)).toBe(0);
    time.now += 1;
    expect(await sweepUploads(services)).toBe(1);
    expect(await services.uploads.find(orphan.id)).toMatchObject({ status: "expired" });
  });

  test("goes page by page past what fails, and logs it", async () => {
    const { services, sweeping, log } = world();
    const { creatorId } = aReservation();
    const reservations = Array.from({ length: 130 }, (_, index) => aReservation({ creatorId, expiresAt: NOW - 500 + index }));
    for (const reservation of reservations) {
      await services.uploads.reserve(reservation, GENEROUS);
      await services.uploads.put(aProgress({ ...reservation, sequence: 1 }));
      sweeping.set(reservation.id, async () => aProgress({ ...reservation, status: "expired", sequence: 2 }));
    }
    const [failing] = reservations;
    sweeping.set(failing?.id ?? "", unused);
    expect(await sweepUploads(services)).toBe(130);
    expect(await services.uploads.due(NOW, null, 200)).toMatchObject([{ id: failing?.id }]);
    expect(log.lines).toMatchObject([{ level: "error", event: "upload not swept", upload_id: failing?.id }]);
  });
});

describe("erasing assets", () => {
  test("erases what is deleted, once", async () => {
    const { services, deleted } = world();
    const [kept, gone] = [anAsset(), anAsset()];
    for (const asset of [kept, gone]) await services.assets.put(asset);
    await services.assets.delete(gone.creatorId, gone.id, aDeletion());
    expect([await eraseAssets(services), await eraseAssets(services)]).toEqual([1, 0]);
    expect(deleted).toEqual([uploadIdIn(gone.objectKey)]);
  });

  test("keeps for the next run what the storage did not do", async () => {
    const { services: working } = world();
    const { services, log } = world({ assets: working.assets, inventory: { ...working.inventory, eraseAll: unused } });
    const gone = anAsset();
    await working.assets.put(gone);
    await working.assets.delete(gone.creatorId, gone.id, aDeletion());
    await eraseAssets(services);
    expect(await working.assets.toErase(9)).toHaveLength(1);
    expect(log.lines).toMatchObject([{ event: "asset not erased", asset_id: gone.id }]);
  });
});

describe("retiring assets", () => {
  test("deletes those whose time is over, which are erased then, and no other", async () => {
    const { services, time, deleted } = world();
    const [over, kept, forever] = [anAsset({ keepUntil: NOW }), anAsset({ keepUntil: NOW + DAY_MS }), anAsset()];
    for (const asset of [over, kept, forever]) await services.assets.put(asset);
    expect(await retireAssets(services)).toBe(0);
    time.now += 1;
    expect(await retireAssets(services)).toBe(1);
    expect(await services.assets.find(over.creatorId, over.id)).toEqual({ state: "deleted" });
    for (const asset of [kept, forever]) expect(await services.assets.find(asset.creatorId, asset.id)).toMatchObject({ state: "stored" });
    await eraseAssets(services);
    expect(deleted).toEqual([uploadIdIn(over.objectKey)]);
    expect(await retireAssets(services)).toBe(0);
  });
});

test("forgets idempotency keys in chunks until none is over", async () => {
  const { services } = world();
  const chunks = [1000, 1000, 7, 99];
  const asked: number[] = [];
  const uploads = {
    ...services.uploads,
    forgetIdempotency: async (_now: number, limit: number) => (asked.push(limit), chunks.shift() ?? 0),
  };
  expect(await forgetIdempotency({ ...services, uploads })).toBe(2007);
  expect(asked).toEqual([1000, 1000, 1000]);
});

test("forgets consents whose ten minutes are over, and no other", async () => {
  const { services, time, linking } = world();
  await linking.sent();
  time.now += 10 * 60_000 - 1;
  await linking.sent();
  expect(await forgetConsents(services)).toBe(0);
  time.now += 1;
  expect(await forgetConsents(services)).toBe(1);
  expect(linking.consents.rows.size).toBe(1);
});

test("forgets consents in chunks until none is over", async () => {
  const { services } = world();
  const chunks = [1000, 1000, 7, 99];
  const consents = { ...services.consents, forget: async () => chunks.shift() ?? 0 };
  expect(await forgetConsents({ ...services, consents })).toBe(2007);
});

test("wraps grants of older keys anew, and then finds none", async () => {
  const { services, linking } = world();
  const { id, creatorId } = await linking.connected();
  const both = envelope([{ id: "b", bytes: new Uint8Array(32).fill(2) }, ...KEYS]);
  expect(await rewrapOldGrants(services)).toBe(0);
  expect(await rewrapOldGrants({ ...services, envelope: both })).toBe(1);
  expect((await services.connections.held(creatorId, id))?.grant).toMatch(/^e1\.b\./);
  expect(await rewrapOldGrants({ ...services, envelope: both })).toBe(0);
});

test("gives owed grants back once Google answers", async () => {
  const { services, linking } = world();
  const { id, creatorId } = await linking.connected();
  linking.google.answers.revoke = unanswered;
  await linking.service.disconnect(creatorId, id, newId("req"));
  linking.google.answers.revoke = { kind: "accepted", value: null };
  expect([await revokeOwedGrants(services), await revokeOwedGrants(services)]).toEqual([1, 0]);
  expect(linking.google.asked.revoked).toEqual(["refresh-1", "refresh-1"]);
});

describe("looking into assets", () => {
  test("asks again for those that a quarter of an hour has forgotten", async () => {
    const { services, inspected } = world();
    const forgotten = anAsset({ createdAt: NOW - 15 * 60_000 - 1 });
    const fresh = anAsset({ createdAt: NOW - 15 * 60_000 });
    for (const asset of [fresh, forgotten]) await services.assets.put(asset);
    expect(await inspectAssets(services)).toBe(1);
    expect(inspected).toEqual([forgotten.id]);
  });

  test("asks for nothing when there is nothing", async () => {
    const { services } = world({ jobs: { inspect: unused } });
    expect(await inspectAssets(services)).toBe(0);
  });
});

describe("a run", () => {
  test("does every duty even when one fails, and then fails itself", async () => {
    const { services } = world();
    const log = collectedLog();
    const broken = { ...services, log, assets: { ...services.assets, toErase: unused } };
    await expect(runDuties(HOURLY, broken)).rejects.toThrow("1 duties failed");
    expect(new Set(log.lines.map(({ request_id }) => request_id)).size).toBe(1);
    expect(log.lines[0]?.request_id).toMatch(/^req_/);
    expect(log.lines.map(({ event, duty }) => [event, duty])).toEqual([
      ["duty done", "sweep-uploads"],
      ["duty done", "retire-assets"],
      ["duty failed", "erase-assets"],
      ["duty done", "inspect-assets"],
      ["duty done", "forget-idempotency"],
      ["duty done", "forget-events"],
      ["duty done", "forget-consents"],
      ["duty done", "rewrap-grants"],
      ["duty done", "revoke-grants"],
    ]);
  });

  test("for a trigger that nobody knows says so", async () => {
    const { services, log } = world();
    await runDuties("1 1 1 1 1", services);
    expect(log.lines).toMatchObject([{ level: "error", event: "no duty for this trigger" }]);
  });
});

test("works on no more at once than it may, and on everything", async () => {
  let [running, most, done] = [0, 0, 0];
  await inTurns(Array.from({ length: 20 }), 6, async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running -= 1;
    done += 1;
  });
  expect([most, done]).toEqual([6, 20]);
});
