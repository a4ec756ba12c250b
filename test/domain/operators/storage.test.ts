import { expect, test } from "vitest";
import type { UploadId } from "#domain/ids.ts";
import { type AssetClaim, storageReport, type StorageClaims } from "#domain/operators/storage.ts";
import { newId, NOW } from "#test/fakes/builders.ts";
import { fakeSessions } from "#test/fakes/fake-sessions.ts";
import { memoryInventory } from "#test/fakes/memory-inventory.ts";

const MOST_ASSETS = 1_000;

const aClaim = (changes: Partial<AssetClaim> = {}): AssetClaim => {
  const uploadId = newId("upl");
  return {
    ...{ id: newId("ast"), creatorId: newId("crt"), uploadId, objectKey: `media/${uploadId}`, size: 1, deletedAt: null, erasedAt: null },
    ...changes,
  };
};

function stored(claims: readonly AssetClaim[], keys: readonly string[]) {
  const objects = new Map(keys.map((key) => [key, new Uint8Array(1)]));
  const byUpload = claims.toSorted((a, b) => (a.uploadId < b.uploadId ? -1 : 1));
  const directory: StorageClaims = {
    assetsBetween: async (after, until, limit) =>
      byUpload.filter(({ uploadId }) => (after === null || uploadId > after) && (until === null || uploadId <= until)).slice(0, limit),
    assetsOf: async (ids) => byUpload.filter(({ uploadId }) => ids.includes(uploadId)),
    uploadsOf: async () => [],
  };
  return { objects, ports: { inventory: memoryInventory(objects), claims: directory, sessions: fakeSessions(() => NOW) } };
}

test("a stretch with more rows of assets than one step reads is gone through in several, and none is left out", async () => {
  const claims = Array.from({ length: 2 * MOST_ASSETS + 3 }, () => aClaim());
  const missing = new Set(claims.filter((_, index) => index % 500 === 7).map(({ id }) => id));
  const { ports } = stored(
    claims,
    claims.filter(({ id }) => !missing.has(id)).map(({ objectKey }) => objectKey),
  );
  const found: string[] = [];
  let objects = 0;
  let steps = 0;
  for (let after: UploadId | null = null; steps < 10; steps += 1) {
    const report: Awaited<ReturnType<typeof storageReport>> = await storageReport(ports, after, 5_000);
    found.push(...report.missing.map(({ id }) => id));
    objects += report.objects;
    expect(report.orphans).toEqual([]);
    after = report.after;
    if (after === null) break;
  }
  expect(new Set(found)).toEqual(missing);
  expect([found.length, objects, steps]).toEqual([missing.size, claims.length - missing.size, 2]);
});

test("what a deletion has not erased yet is its creator's, and what it left behind is nobody's", async () => {
  const [waiting, erased] = [aClaim({ deletedAt: NOW }), aClaim({ deletedAt: NOW, erasedAt: NOW + 1 })];
  const { ports } = stored([waiting, erased], [waiting.objectKey, `${erased.objectKey}/3`]);
  const report = await storageReport(ports, null, 9);
  expect(report.orphans.map(({ uploadId, reason }) => [uploadId, reason])).toEqual([[erased.uploadId, "deleted"]]);
  expect([...report.creators.keys()]).toEqual([waiting.creatorId]);
  expect(report.missing).toEqual([]);
});

test("an asset that was completed after the objects were listed is not missing", async () => {
  const claim = aClaim();
  const { ports, objects } = stored([claim], []);
  const inventory = {
    ...ports.inventory,
    page: async (...asked: Parameters<typeof ports.inventory.page>) => {
      const page = await ports.inventory.page(...asked);
      objects.set(claim.objectKey, new Uint8Array(1));
      return page;
    },
  };
  expect((await storageReport({ ...ports, inventory }, null, 9)).missing).toEqual([]);
  objects.clear();
  expect((await storageReport(ports, null, 9)).missing).toEqual([claim]);
});
