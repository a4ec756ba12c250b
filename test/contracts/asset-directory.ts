import { expect, test } from "vitest";
import type { AssetDirectory } from "#domain/assets/asset.ts";
import type { EventLog } from "#domain/events/event-log.ts";
import { aDeletion, anAsset, newId, NOW } from "#test/fakes/builders.ts";

const NO_MEDIA = { status: "unreadable", reason: "not_media" } as const;
const news = () => ({ eventId: newId("evt"), requestId: newId("req"), data: { a: 1 } });

/** What every asset directory does, the fake one included. */
export function assetDirectoryContract(make: () => AssetDirectory, log: EventLog): void {
  test("gives an asset back as it was put, to its creator alone", async () => {
    const directory = make();
    const asset = anAsset({ digests: { sha256: "01".repeat(32), blake3: "23".repeat(32) }, externalId: "x", atomId: "a" });
    await directory.put(asset);
    expect(await directory.find(asset.creatorId, asset.id)).toEqual({ state: "stored", asset: { ...asset, inspection: null } });
    expect(await directory.find(newId("crt"), asset.id)).toEqual({ state: "unknown" });
  });

  test("replaces an asset only by a newer word", async () => {
    const directory = make();
    const asset = anAsset({ sequence: 3, etag: "a" });
    await directory.put(asset);
    await directory.put({ ...asset, etag: "b" });
    expect(await directory.find(asset.creatorId, asset.id)).toMatchObject({ asset: { etag: "a" } });
    await directory.put({ ...asset, etag: "c", sequence: 4 });
    expect(await directory.find(asset.creatorId, asset.id)).toMatchObject({ asset: { etag: "c" } });
  });

  test("keeps a tombstone, whatever its owner repeats", async () => {
    const directory = make();
    const asset = anAsset();
    await directory.put(asset);
    expect(await directory.delete(asset.creatorId, asset.id, aDeletion())).toBe("deleted");
    expect(await directory.delete(asset.creatorId, asset.id, aDeletion({ at: NOW + 1 }))).toBe("deleted_before");
    await directory.put({ ...asset, sequence: 9 });
    expect(await directory.find(asset.creatorId, asset.id)).toEqual({ state: "deleted" });
    expect((await directory.list(asset.creatorId, { externalId: null }, { limit: 9, before: null })).items).toEqual([]);
  });

  test("deletes nothing of another creator", async () => {
    const directory = make();
    const asset = anAsset();
    await directory.put(asset);
    expect(await directory.delete(newId("crt"), asset.id, aDeletion())).toBe("unknown");
    expect(await directory.find(asset.creatorId, asset.id)).toMatchObject({ state: "stored" });
  });

  test("tells of a deletion in the log, once, and of none that did not happen", async () => {
    const directory = make();
    const asset = anAsset({ externalId: "x", sequence: 6 });
    await directory.put(asset);
    const deletion = aDeletion({ at: NOW + 5 });
    expect(await directory.delete(newId("crt"), asset.id, aDeletion())).toBe("unknown");
    await directory.delete(asset.creatorId, asset.id, deletion);
    await directory.delete(asset.creatorId, asset.id, aDeletion());
    const told = await log.page(asset.creatorId, { after: 0, types: [], resource: asset.id, limit: 9 });
    expect(told.map(({ position: _position, ...event }) => event)).toEqual([
      {
        id: deletion.eventId,
        type: "asset.deleted",
        creatorId: asset.creatorId,
        resource: asset.id,
        sequence: 7,
        happenedAt: NOW + 5,
        requestId: deletion.requestId,
        data: {
          asset_id: asset.id,
          upload_id: asset.uploadId,
          creator_id: asset.creatorId,
          filename: asset.filename,
          external_id: "x",
          atom_id: null,
          metadata: { camera: "A" },
          size: 1000,
        },
      },
    ]);
  });

  test("records the first inspection of a living asset, and keeps it whatever its owner repeats", async () => {
    const directory = make();
    const asset = anAsset();
    await directory.put(asset);
    const inspection = { look: NO_MEDIA, keyframes: { count: 3, everyFrame: false, complete: true }, at: NOW + 5 };
    expect(await directory.inspected(asset, inspection, news())).toBe(true);
    expect(await directory.inspected(asset, { ...inspection, at: NOW + 6 }, news())).toBe(false);
    await directory.put({ ...asset, sequence: asset.sequence + 1 });
    expect(await directory.find(asset.creatorId, asset.id)).toMatchObject({ asset: { sequence: asset.sequence + 1, inspection } });
  });

  test("tells of an inspection in the log, once, in the place of the asset's last word", async () => {
    const directory = make();
    const asset = anAsset({ sequence: 4 });
    await directory.put(asset);
    const first = news();
    for (const each of [first, news()]) await directory.inspected(asset, { look: NO_MEDIA, keyframes: null, at: NOW + 9 }, each);
    const deletion = aDeletion();
    await directory.delete(asset.creatorId, asset.id, deletion);
    const told = await log.page(asset.creatorId, { after: 0, types: [], resource: asset.id, limit: 9 });
    expect(told).toMatchObject([
      { id: first.eventId, type: "asset.inspected", sequence: 4, happenedAt: NOW + 9, requestId: first.requestId, data: { a: 1 } },
      { id: deletion.eventId, type: "asset.deleted", sequence: 5 },
    ]);
    expect(told).toHaveLength(2);
  });

  test("records no inspection of what is deleted, or somebody else's", async () => {
    const directory = make();
    const asset = anAsset();
    await directory.put(asset);
    const inspection = { look: NO_MEDIA, keyframes: null, at: NOW };
    expect(await directory.inspected({ id: asset.id, creatorId: newId("crt") }, inspection, news())).toBe(false);
    await directory.delete(asset.creatorId, asset.id, aDeletion());
    expect(await directory.inspected(asset, inspection, news())).toBe(false);
  });

  test("tells what nobody has looked into, oldest first", async () => {
    const directory = make();
    const [inspected, old, older, fresh, deleted] = [10, 20, 15, 31, 5].map((createdAt) => anAsset({ createdAt }));
    if (!inspected || !old || !older || !fresh || !deleted) return expect.fail("five assets");
    for (const asset of [inspected, old, older, fresh, deleted]) await directory.put(asset);
    await directory.inspected(inspected, { look: NO_MEDIA, keyframes: null, at: NOW }, news());
    await directory.delete(deleted.creatorId, deleted.id, aDeletion());
    const names = [older, old].map(({ id, creatorId }) => ({ id, creatorId }));
    expect(await directory.toInspect(31, 9)).toEqual(names);
    expect(await directory.toInspect(31, 1)).toEqual(names.slice(0, 1));
  });

  test("tells what is to be erased until it has been", async () => {
    const directory = make();
    const kept = anAsset();
    const asset = anAsset();
    await directory.put(kept);
    await directory.put(asset);
    await directory.delete(asset.creatorId, asset.id, aDeletion());
    const erasable = { id: asset.id, creatorId: asset.creatorId, objectKey: asset.objectKey };
    expect(await directory.toErase(9)).toEqual([erasable]);
    await directory.erased(erasable, NOW + 1);
    expect(await directory.toErase(9)).toEqual([]);
  });

  test("keeps its term whatever its owner repeats, and changes it only from what was seen", async () => {
    const directory = make();
    const forever = { keepUntil: null, keepAfterVerifiedMs: null };
    const term = { keepUntil: NOW + 1, keepAfterVerifiedMs: 5000 };
    const asset = anAsset();
    await directory.put(asset);
    expect(await directory.keep(asset.creatorId, asset.id, forever, term)).toBe(true);
    expect(await directory.keep(asset.creatorId, asset.id, forever, forever)).toBe(false);
    expect(await directory.keep(newId("crt"), asset.id, term, forever)).toBe(false);
    await directory.put({ ...asset, sequence: 9 });
    expect(await directory.find(asset.creatorId, asset.id)).toMatchObject({ asset: { ...term, sequence: 9 } });
    expect(await directory.keep(asset.creatorId, asset.id, term, { ...term, keepUntil: null })).toBe(true);
    await directory.delete(asset.creatorId, asset.id, aDeletion());
    expect(await directory.keep(asset.creatorId, asset.id, { ...term, keepUntil: null }, term)).toBe(false);
  });

  test("tells whose time is over, longest over first, until they are deleted", async () => {
    const directory = make();
    const [later, first, kept, forever] = [
      anAsset({ keepUntil: NOW - 1 }),
      anAsset({ keepUntil: NOW - 2 }),
      anAsset({ keepUntil: NOW }),
      anAsset({ keepUntil: null }),
    ];
    for (const asset of [later, first, kept, forever]) await directory.put(asset);
    expect((await directory.toRetire(NOW, 9)).map(({ id }) => id)).toEqual([first.id, later.id]);
    expect((await directory.toRetire(NOW, 1)).map(({ id }) => id)).toEqual([first.id]);
    await directory.delete(first.creatorId, first.id, aDeletion());
    expect(await directory.toRetire(NOW, 9)).toEqual([{ id: later.id, creatorId: later.creatorId, objectKey: later.objectKey }]);
  });

  test("lists newest first, under its filter, page by page", async () => {
    const directory = make();
    const creatorId = newId("crt");
    const assets = ["a", "b", "c"]
      .map((externalId) => ({ ...anAsset({ creatorId, externalId }), inspection: null }))
      .toSorted((a, b) => (a.id < b.id ? 1 : -1));
    for (const { inspection: _, ...asset } of assets) await directory.put(asset);
    const all = { externalId: null };
    expect(await directory.list(creatorId, all, { limit: 2, before: null })).toEqual({ items: assets.slice(0, 2), hasMore: true });
    expect(await directory.list(creatorId, all, { limit: 2, before: assets[1]?.id ?? null })).toEqual({
      items: assets.slice(2),
      hasMore: false,
    });
    const [second] = assets.slice(1);
    expect((await directory.list(creatorId, { externalId: second?.externalId ?? "" }, { limit: 9, before: null })).items).toEqual([second]);
  });
}
