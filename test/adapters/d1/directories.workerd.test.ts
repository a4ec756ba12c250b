import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeEach, describe, expect, test } from "vitest";
import { d1ArchivableLogs } from "#adapters/d1/archivable-log.ts";
import { d1AssetDirectory } from "#adapters/d1/asset-directory.ts";
import { d1AuditLog } from "#adapters/d1/audit-log.ts";
import { d1ConnectionDirectory } from "#adapters/d1/connection-directory.ts";
import { d1ConsentRequests } from "#adapters/d1/consent-requests.ts";
import { d1CreatorDirectory } from "#adapters/d1/creator-directory.ts";
import { d1DeliveryDirectory, d1DeliveryProjection } from "#adapters/d1/delivery-directory.ts";
import { d1DestinationDirectory } from "#adapters/d1/destination-directory.ts";
import { d1EventLog, d1LogReader } from "#adapters/d1/event-log.ts";
import { d1KeyDirectory } from "#adapters/d1/key-directory.ts";
import * as schema from "#adapters/d1/schema.ts";
import { d1SessionProjection } from "#adapters/d1/session-projection.ts";
import { d1StorageClaims } from "#adapters/d1/storage-claims.ts";
import { d1SwitchBoard } from "#adapters/d1/switch-board.ts";
import { d1UploadDirectory } from "#adapters/d1/upload-directory.ts";
import type { CreatorId } from "#domain/ids.ts";
import type { Delivery } from "#domain/publishing/delivery.ts";
import { UNCONFIRMED_MS, UNKNOWN_LENGTH_RESERVES_BYTES } from "#domain/uploads/directory.ts";
import { d1WebhookDirectory } from "#adapters/d1/webhook-directory.ts";
import { directoryOver } from "#domain/identity/directory.ts";
import { assetDirectoryContract } from "#test/contracts/asset-directory.ts";
import { connectionDirectoryContract, consentRequestsContract } from "#test/contracts/connections.ts";
import { eventLogContract } from "#test/contracts/event-log.ts";
import { auditLogContract } from "#test/contracts/audit-log.ts";
import { identityContract } from "#test/contracts/identity-directories.ts";
import { deliveryDirectoryContract, destinationDirectoryContract } from "#test/contracts/publishing.ts";
import { switchBoardContract } from "#test/contracts/switch-board.ts";
import { uploadDirectoryContract } from "#test/contracts/upload-directory.ts";
import { webhookDirectoryContract } from "#test/contracts/webhook-directory.ts";
import { aDelivery } from "#test/fakes/publishing-builders.ts";
import { aCreator, aDeletion, anAsset, anEvent, aProgress, aReservation, GENEROUS, newId, NOW } from "#test/fakes/builders.ts";

/** Every statement that the adapters prepare while their contracts run. */
const statements = new Set<string>();

const recording = new Proxy(env.DIRECTORY, {
  get: (database, name) => {
    if (name === "prepare") {
      return (statement: string) => {
        statements.add(statement);
        return database.prepare(statement);
      };
    }
    const member: unknown = Reflect.get(database, name);
    return typeof member === "function" ? (member.bind(database) as unknown) : member;
  },
});

const directory = directoryOver([drizzle(recording, { schema })]);

const log = d1EventLog(directory);

const TABLES = [
  ...["uploads", "assets", "webhooks", "events", "idempotency_keys", "api_keys", "creators", "cursors", "switches"],
  ...["connections", "consent_requests", "destinations", "deliveries"],
];

/** Triggers refuse to delete what the audit log has: it only goes as a whole. */
const AUDIT = "select sql from sqlite_master where tbl_name = 'audit_log' and sql is not null";

beforeEach(async () => {
  const { results: audit } = await env.DIRECTORY.prepare(AUDIT).all<{ sql: string }>();
  await env.DIRECTORY.batch([
    env.DIRECTORY.prepare("drop table audit_log"),
    ...audit.map(({ sql }) => env.DIRECTORY.prepare(sql)),
    ...TABLES.map((table) => env.DIRECTORY.prepare(`delete from ${table}`)),
  ]);
});

describe("uploads in D1", () => uploadDirectoryContract(() => d1UploadDirectory(directory)));
describe("assets in D1", () => assetDirectoryContract(() => d1AssetDirectory(directory), log));
describe("identities in D1", () => identityContract(() => ({ creators: d1CreatorDirectory(directory), keys: d1KeyDirectory(directory) })));

describe("events in D1", () => eventLogContract(() => ({ ...log, ...d1LogReader(directory.registry) })));

test("a log is claimed for the archive, read and let go of in stretches", async () => {
  const [archivable] = d1ArchivableLogs(directory);
  const pace = { most: 2, before: NOW + 1 };
  await log.append([anEvent(), anEvent(), anEvent()]);
  const first = await archivable?.claim(pace, NOW);
  expect(await archivable?.claim(pace, NOW)).toEqual(first);
  expect(await archivable?.read(first ?? { after: 0, to: 0 })).toHaveLength(2);
  await archivable?.archived(first ?? { after: 0, to: 0 }, NOW);
  expect(await archivable?.claim({ ...pace, before: NOW }, NOW)).toBeNull();
  expect(await archivable?.forget(NOW + 1, 9)).toBe(2);
});

test("a place in the log is never given twice, not even when all of it has been forgotten", async () => {
  const [archivable] = d1ArchivableLogs(directory);
  const { creatorId } = anEvent();
  await log.append([anEvent({ creatorId }), anEvent({ creatorId })]);
  const [first, second] = await d1LogReader(directory.registry).read(0, 9);
  await archivable?.archived({ after: 0, to: second?.position ?? 0 }, NOW);
  expect(await archivable?.forget(NOW + 1, 9)).toBe(2);
  await log.append([anEvent({ creatorId })]);
  const [third] = await d1LogReader(directory.registry).read(0, 9);
  expect([first?.position, second?.position, third?.position]).toEqual([1, 2, 3]);
});

describe("webhooks in D1", () => webhookDirectoryContract(() => d1WebhookDirectory(directory)));
describe("connections in D1", () =>
  connectionDirectoryContract(() => ({
    connections: d1ConnectionDirectory(directory),
    logged: (creatorId) => log.page(creatorId, { after: 0, types: [], resource: null, limit: 9 }),
  })));
describe("consents in D1", () => consentRequestsContract(() => d1ConsentRequests(directory)));
describe("destinations in D1", () => destinationDirectoryContract(() => d1DestinationDirectory(directory)));
const deliveries = { ...d1DeliveryDirectory(directory), ...d1DeliveryProjection(directory) };
describe("deliveries in D1", () =>
  deliveryDirectoryContract(() => ({
    deliveries,
    logged: (creatorId) => log.page(creatorId, { after: 0, types: [], resource: null, limit: 9 }),
  })));

describe("an asset that is kept for a time after its deliveries were verified", () => {
  const KEPT_MS = 1000;
  const published = async (keepUntil: number | null = null) => {
    const assets = d1AssetDirectory(directory);
    const asset = anAsset({ keepUntil, keepAfterVerifiedMs: KEPT_MS });
    await assets.put(asset);
    const source = { ...aDelivery().source, assetId: asset.id, uploadId: asset.uploadId };
    const delivery = aDelivery({ creatorId: asset.creatorId, source });
    const until = async () => {
      const found = await assets.find(asset.creatorId, asset.id);
      return found.state === "stored" ? found.asset.keepUntil : "gone";
    };
    return { delivery, until };
  };
  const verified = (delivery: Delivery, at: number): Delivery => ({
    ...delivery,
    status: "verified",
    waitingOn: null,
    finishedAt: at,
    sequence: delivery.sequence + 1,
  });

  test("begins to go when the last of them is", async () => {
    const { delivery, until } = await published();
    const { creatorId, source } = delivery;
    const [other, cancelled] = [aDelivery({ creatorId, source }), aDelivery({ creatorId, source, status: "cancelled", finishedAt: NOW })];
    for (const each of [delivery, other, cancelled]) await deliveries.put(each, []);
    await deliveries.put(verified(delivery, NOW + 1), []);
    expect(await until()).toBeNull();
    await deliveries.put(verified(other, NOW + 2), []);
    expect(await until()).toBe(NOW + 2 + KEPT_MS);
  });

  test("goes no later than it would have anyway, and not for a delivery that failed", async () => {
    const { delivery, until } = await published(NOW + 5);
    await deliveries.put(verified(delivery, NOW), []);
    expect(await until()).toBe(NOW + 5);
    const failing = await published();
    await deliveries.put({ ...failing.delivery, status: "failed", waitingOn: null, finishedAt: NOW }, []);
    expect(await failing.until()).toBeNull();
  });
});

describe("switches in D1", () =>
  switchBoardContract(() => ({
    switches: d1SwitchBoard(directory),
    uploads: d1UploadDirectory(directory),
    audit: d1AuditLog(directory),
  })));
describe("the audit log in D1", () => auditLogContract(() => d1AuditLog(directory)));

describe("whose objects are", () => {
  test("is told by the uploads' ids, from either table", async () => {
    const claims = d1StorageClaims(directory);
    const assets = [anAsset(), anAsset(), anAsset()].toSorted((a, b) => (a.uploadId < b.uploadId ? -1 : 1));
    for (const asset of assets) await d1AssetDirectory(directory).put(asset);
    const [first, second, third] = assets.map(({ uploadId }) => uploadId);
    const between = async (...range: Parameters<typeof claims.assetsBetween>) =>
      (await claims.assetsBetween(...range)).map(({ uploadId }) => uploadId);
    expect(await between(null, null, 9)).toEqual([first, second, third]);
    expect(await between(first ?? null, second ?? null, 9)).toEqual([second]);
    expect(await between(null, null, 2)).toEqual([first, second]);
    expect(await claims.assetsOf([newId("upl"), ...(first === undefined ? [] : [first])])).toMatchObject([
      { uploadId: first, deletedAt: null },
    ]);
    const progress = aProgress({ status: "failed" });
    await d1UploadDirectory(directory).put(progress);
    expect(await claims.uploadsOf([progress.id, newId("upl")])).toEqual([
      { id: progress.id, creatorId: progress.creatorId, status: "failed" },
    ]);
  });
});

describe("what a session tells", () => {
  const loggedOf = async (creatorId: CreatorId) =>
    (await log.page(creatorId, { after: 0, types: [], resource: null, limit: 9 })).map(({ resource, sequence }) => [resource, sequence]);

  const completed = () =>
    aProgress({
      status: "completed",
      finishedAt: NOW + 1,
      metadata: { camera: "B" },
      sequence: 7,
      asset: { id: newId("ast"), size: 9, contentType: "video/mp4", digests: { sha256: "cd".repeat(32) } },
    });

  test("writes asset and upload together, as often as it likes", async () => {
    const projection = d1SessionProjection(directory);
    const progress = completed();
    const record = { progress, objectKey: "media/k", etag: "e" };
    const told = [anEvent({ creatorId: progress.creatorId, resource: progress.id, sequence: 7 })];
    await projection.putAsset(record, told);
    await projection.putAsset(record, told);
    expect(await loggedOf(progress.creatorId)).toEqual([[progress.id, 7]]);
    expect(await d1UploadDirectory(directory).find(progress.id)).toMatchObject({ status: "completed", assetId: progress.asset?.id });
    expect(await d1AssetDirectory(directory).find(progress.creatorId, progress.asset?.id ?? newId("ast"))).toMatchObject({
      state: "stored",
      asset: { uploadId: progress.id, size: 9, objectKey: "media/k", metadata: { camera: "B" }, createdAt: NOW + 1 },
    });
  });

  test.each([
    ["nothing was asked for", {}, { keepUntil: NOW + 1 + 5000, keepAfterVerifiedMs: 7000 }],
    ["all was asked for", { keepUntil: NOW + 9, keepAfterVerifiedMs: 1000 }, { keepUntil: NOW + 9, keepAfterVerifiedMs: 1000 }],
    ["one was asked for", { keepUntil: NOW + 9 }, { keepUntil: NOW + 9, keepAfterVerifiedMs: 7000 }],
    ["it was asked to be kept for ever", { keepUntil: null, keepAfterVerifiedMs: null }, { keepUntil: null, keepAfterVerifiedMs: null }],
  ])("gives an asset its creator's term, and the upload's own before it: %s", async (_case, keep, term) => {
    const progress = { ...completed(), keep };
    await d1CreatorDirectory(directory).add(aCreator({ id: progress.creatorId, keepMs: 5000, keepAfterVerifiedMs: 7000 }), null);
    await d1SessionProjection(directory).putAsset({ progress, objectKey: "media/k", etag: "e" }, []);
    expect(await d1AssetDirectory(directory).find(progress.creatorId, progress.asset?.id ?? newId("ast"))).toMatchObject({ asset: term });
  });

  test("gives an asset no term where neither upload nor creator has one, nor a session of the release before says so", async () => {
    const { keep: _keep, ...progress } = completed();
    await d1SessionProjection(directory).putAsset({ progress, objectKey: "media/k", etag: "e" }, []);
    expect(await d1AssetDirectory(directory).find(progress.creatorId, progress.asset?.id ?? newId("ast"))).toMatchObject({
      asset: { keepUntil: null, keepAfterVerifiedMs: null },
    });
  });

  test("deletes the asset with the upload, and late news brings it not back", async () => {
    const projection = d1SessionProjection(directory);
    const progress = completed();
    const assetId = progress.asset?.id ?? newId("ast");
    await projection.putAsset({ progress, objectKey: "media/k", etag: "e" }, []);
    const cancelled = { ...progress, status: "cancelled", asset: null, sequence: 8 } as const;
    for (const at of [NOW + 2, NOW + 3]) await projection.deleteAsset(cancelled, assetId, aDeletion({ at }));
    expect(await loggedOf(progress.creatorId)).toEqual([[assetId, 8]]);
    await projection.putAsset({ progress, objectKey: "media/k", etag: "e" }, []);
    expect(await d1AssetDirectory(directory).find(progress.creatorId, assetId)).toEqual({ state: "deleted" });
    expect(await d1UploadDirectory(directory).find(progress.id)).toMatchObject({ status: "cancelled" });
  });

  test("tells once of the deletion of an asset that the directory never heard of", async () => {
    const projection = d1SessionProjection(directory);
    const progress = completed();
    const assetId = progress.asset?.id ?? newId("ast");
    const cancelled = { ...progress, status: "cancelled", asset: null, sequence: 8 } as const;
    for (const at of [NOW + 2, NOW + 3]) await projection.deleteAsset(cancelled, assetId, aDeletion({ at }));
    const told = await log.page(progress.creatorId, { after: 0, types: [], resource: null, limit: 9 });
    expect(told).toMatchObject([
      {
        type: "asset.deleted",
        resource: assetId,
        happenedAt: NOW + 2,
        data: { asset_id: assetId, upload_id: progress.id, size: progress.offset },
      },
    ]);
  });

  test("of an open upload, is written without touching what an index has", async () => {
    const [projection, uploads] = [d1SessionProjection(directory), d1UploadDirectory(directory)];
    const reservation = aReservation();
    await uploads.reserve(reservation, GENEROUS);
    const look = { status: "unreadable", reason: "not_media" } as const;
    const later = aProgress({ ...reservation, offset: 7, look, expiresAt: reservation.expiresAt + 1, createdAt: NOW, sequence: 2 });
    await projection.putUpload(later, []);
    expect(await uploads.find(later.id)).toMatchObject({ offset: 7, look, expiresAt: later.expiresAt, status: "receiving" });
    await projection.putUpload({ ...later, offset: 6, sequence: 1 }, []);
    expect(await uploads.find(later.id)).toMatchObject({ offset: 7 });
    // The sweep comes when it was to come, and then no more.
    const hourLater = NOW + UNCONFIRMED_MS + 1;
    expect(await uploads.due(hourLater, null, 9)).toMatchObject([{ id: later.id }]);
    await uploads.put(later);
    expect(await uploads.due(hourLater, null, 9)).toEqual([]);
    expect(await uploads.due(later.expiresAt + 1, null, 9)).toMatchObject([{ id: later.id, dueAt: later.expiresAt }]);
  });

  test("of an open upload, counts against its creator as soon as it is more than was reserved", async () => {
    const [projection, uploads] = [d1SessionProjection(directory), d1UploadDirectory(directory)];
    const reservation = aReservation({ length: null });
    await uploads.reserve(reservation, GENEROUS);
    const storedBytes = UNKNOWN_LENGTH_RESERVES_BYTES + 5;
    await projection.putUpload(aProgress({ ...reservation, storedBytes, sequence: 2 }), []);
    const another = aReservation({ creatorId: reservation.creatorId, length: 1 });
    expect(await uploads.reserve(another, { ...GENEROUS, maxOpenBytes: storedBytes })).toMatchObject({
      error: { code: "too_many_open_bytes", reserved: storedBytes },
    });
  });

  test.each([
    { name: "a.mp4", externalId: null },
    { name: null, externalId: "x-1" },
  ])("of an open upload, gives it back what it is called ($name, $externalId) once that is free", async (called) => {
    const [projection, uploads] = [d1SessionProjection(directory), d1UploadDirectory(directory)];
    const newer = aReservation(called);
    await uploads.reserve(newer, GENEROUS);
    const progress = aProgress({ ...called, creatorId: newer.creatorId, sequence: 4 });
    await projection.putUpload(progress, []);
    await uploads.put(aProgress({ ...newer, status: "cancelled", finishedAt: NOW, sequence: 2 }));
    await projection.putUpload({ ...progress, sequence: 5 }, []);
    // Whoever wants to be called so now is refused.
    expect(await uploads.reserve(aReservation({ ...called, creatorId: newer.creatorId }), GENEROUS)).toMatchObject({ ok: false });
  });

  test("writes neither the row nor the event when it can't write both", async () => {
    const projection = d1SessionProjection(directory);
    const progress = aProgress();
    const broken = { ...anEvent({ creatorId: progress.creatorId }), sequence: Number.NaN };
    await expect(projection.putUpload(progress, [broken])).rejects.toThrow("NOT NULL");
    expect(await d1UploadDirectory(directory).find(progress.id)).toBeNull();
    await projection.putUpload(progress, [anEvent({ creatorId: progress.creatorId, resource: progress.id })]);
    expect(await d1UploadDirectory(directory).find(progress.id)).toMatchObject({ id: progress.id });
  });
});

/** Where SQLite would read a table or an index from end to end. */
async function scansOf(statement: string): Promise<string[]> {
  const parameters = Array.from(statement.matchAll(/\?/g), () => null);
  const plan = await env.DIRECTORY.prepare(`explain query plan ${statement}`)
    .bind(...parameters)
    .all<{ detail: string }>();
  return plan.results.map(({ detail }) => detail).filter((detail) => detail.startsWith("SCAN") && detail !== "SCAN CONSTANT ROW");
}

// Last: it looks at every statement that the contracts above made the adapters prepare.
test("searches an index in every query, and scans in none", async () => {
  expect(await scansOf("select id from uploads where filename = ?")).toEqual(["SCAN uploads"]);
  expect(statements.size).toBeGreaterThan(40);
  for (const statement of statements) expect(await scansOf(statement), statement).toEqual([]);
});
