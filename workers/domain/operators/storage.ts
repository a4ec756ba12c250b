import type { AssetId, CreatorId, UploadId } from "#domain/ids.ts";
import type { ListedObject, ObjectInventory } from "#domain/uploads/object-inventory.ts";
import { objectKeyOf } from "#domain/uploads/object-store.ts";
import type { UploadSessions, UploadStatus } from "#domain/uploads/upload-session.ts";

export type AssetClaim = {
  readonly id: AssetId;
  readonly creatorId: CreatorId;
  readonly uploadId: UploadId;
  readonly objectKey: string;
  readonly size: number;
  readonly deletedAt: number | null;
  readonly erasedAt: number | null;
};

export type UploadClaim = { readonly id: UploadId; readonly creatorId: CreatorId; readonly status: UploadStatus };

/** What the directory says of whom objects belong to. Every question is one search of an index. */
export interface StorageClaims {
  /** Assets of the uploads after `after` and up to `until`, in the order of the uploads. */
  assetsBetween(after: UploadId | null, until: UploadId | null, limit: number): Promise<readonly AssetClaim[]>;
  /** At most 90 ids. */
  assetsOf(ids: readonly UploadId[]): Promise<readonly AssetClaim[]>;
  /** At most 90 ids. */
  uploadsOf(ids: readonly UploadId[]): Promise<readonly UploadClaim[]>;
}

export type StoragePorts = { readonly inventory: ObjectInventory; readonly claims: StorageClaims; readonly sessions: UploadSessions };

/**
 * `attempt`: another object became the asset. `deleted`: the asset was deleted and its bytes were not all erased. `ended`: the upload
 * was cancelled, has failed or expired. `unknown`: no session and no row.
 */
export type OrphanReason = "attempt" | "deleted" | "ended" | "unknown";
export type Orphan = ListedObject & { readonly reason: OrphanReason };

export type StorageReport = {
  readonly objects: number;
  readonly bytes: number;
  readonly orphans: readonly Orphan[];
  /** Assets that are listed and whose object is gone. */
  readonly missing: readonly AssetClaim[];
  readonly creators: ReadonlyMap<CreatorId, { readonly objects: number; readonly bytes: number }>;
  readonly after: UploadId | null;
};

const CLEANED_AFTER_MS = 24 * 60 * 60_000;
/** Rows of assets in one step: where there are more, the step is shorter. */
const MOST_ASSETS = 1_000;
const AT_ONCE = 6;
const IDS = 90;
const OPEN: ReadonlySet<UploadStatus> = new Set(["receiving", "completing"]);

/** One step through R2 and, beside it, through the assets: both go by the uploads' ids, so that each is read once. */
export async function storageReport(ports: StoragePorts, after: UploadId | null, limit: number): Promise<StorageReport> {
  const page = await ports.inventory.page(after, limit);
  const read = await ports.claims.assetsBetween(after, page.after, MOST_ASSETS + 1);
  const until = read.length > MOST_ASSETS ? (read[MOST_ASSETS - 1]?.uploadId ?? page.after) : page.after;
  const isWithin = ({ uploadId }: { readonly uploadId: UploadId }) => until === null || uploadId <= until;
  const objects = page.objects.filter(isWithin);
  const assets = read.filter(isWithin);

  const keys = new Set(objects.map(({ key }) => key));
  const absent = assets.filter(({ deletedAt, objectKey }) => deletedAt === null && !keys.has(objectKey));
  const missing: AssetClaim[] = [];
  // What was completed after the listing is there all the same.
  for (const asset of absent) if ((await ports.inventory.find(asset.objectKey)) === null) missing.push(asset);

  const { orphans, creators } = await settleObjects(ports, objects, assets);
  return { objects: objects.length, bytes: sum(objects), orphans, missing, creators, after: until };
}

export type Cleaned = "deleted" | "gone" | "claimed" | "too_young";

/** Which of the reported objects are orphans still, and old enough: their owners are asked again. */
export async function stillOrphans(
  ports: StoragePorts,
  reported: readonly Pick<ListedObject, "key" | "etag">[],
  now: number,
): Promise<{ readonly orphans: readonly Orphan[]; readonly kept: ReadonlyMap<string, Exclude<Cleaned, "deleted">> }> {
  const kept = new Map<string, Exclude<Cleaned, "deleted">>();
  const found: ListedObject[] = [];
  for (const { key, etag } of reported) {
    const object = await ports.inventory.find(key);
    if (object === null || object.etag !== etag) kept.set(key, "gone");
    else if (object.storedAt > now - CLEANED_AFTER_MS) kept.set(key, "too_young");
    else found.push(object);
  }
  const assets = await inChunks(uploadsAmong(found), (ids) => ports.claims.assetsOf(ids));
  const { orphans } = await settleObjects(ports, found, assets);
  const orphaned = new Set(orphans.map(({ key }) => key));
  for (const { key } of found) if (!orphaned.has(key)) kept.set(key, "claimed");
  return { orphans, kept };
}

type Verdict = { readonly owner: CreatorId } | { readonly reason: OrphanReason };
const ENDED: Verdict = { reason: "ended" };
const UNKNOWN: Verdict = { reason: "unknown" };

type Settled = { readonly orphans: readonly Orphan[]; readonly creators: Map<CreatorId, { objects: number; bytes: number }> };

async function settleObjects(ports: StoragePorts, objects: readonly ListedObject[], assets: readonly AssetClaim[]): Promise<Settled> {
  const assetOf = new Map(assets.map((asset) => [asset.uploadId, asset]));
  const unclaimed = uploadsAmong(objects.filter(({ uploadId }) => !assetOf.has(uploadId)));
  const owners = await ownersOf(ports, unclaimed);

  const orphans: Orphan[] = [];
  const creators: Settled["creators"] = new Map();
  const count = (creatorId: CreatorId, { size }: ListedObject): void => {
    const known = creators.get(creatorId) ?? { objects: 0, bytes: 0 };
    creators.set(creatorId, { objects: known.objects + 1, bytes: known.bytes + size });
  };
  for (const object of objects) {
    const asset = assetOf.get(object.uploadId);
    const verdict = asset === undefined ? (owners.get(object.uploadId) ?? UNKNOWN) : verdictOf(object.key, asset);
    if ("reason" in verdict) orphans.push({ ...object, reason: verdict.reason });
    else count(verdict.owner, object);
  }
  return { orphans, creators };
}

/** The creator who has it, or why nobody has. What is about to be erased is still its creator's. */
function verdictOf(key: string, asset: AssetClaim): Verdict {
  if (asset.deletedAt !== null) return asset.erasedAt === null ? { owner: asset.creatorId } : { reason: "deleted" };
  const isAttempt = /^\/\d+$/.test(key.slice(objectKeyOf(asset.uploadId).length));
  const isOther = key !== asset.objectKey && (isAttempt || key === objectKeyOf(asset.uploadId));
  return isOther ? { reason: "attempt" } : { owner: asset.creatorId };
}

/** Uploads without an asset: one that is open has what is there; about any other its session knows more than the directory. */
async function ownersOf(ports: StoragePorts, ids: readonly UploadId[]): Promise<Map<UploadId, Verdict>> {
  const rows = new Map((await inChunks(ids, (some) => ports.claims.uploadsOf(some))).map((row) => [row.id, row]));
  const owners = new Map<UploadId, Verdict>();
  const asked: UploadId[] = [];
  for (const id of ids) {
    const row = rows.get(id);
    if (row !== undefined && OPEN.has(row.status)) owners.set(id, { owner: row.creatorId });
    else asked.push(id);
  }
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    await Promise.all(
      asked.slice(from, from + AT_ONCE).map(async (id) => {
        const progress = await ports.sessions.get(id).sweep();
        if (progress === null) owners.set(id, rows.has(id) ? ENDED : UNKNOWN);
        else owners.set(id, OPEN.has(progress.status) || progress.status === "completed" ? { owner: progress.creatorId } : ENDED);
      }),
    );
  }
  return owners;
}

const uploadsAmong = (objects: readonly ListedObject[]): UploadId[] => [...new Set(objects.map(({ uploadId }) => uploadId))];
const sum = (objects: readonly ListedObject[]): number => objects.reduce((bytes, { size }) => bytes + size, 0);

async function inChunks<T>(ids: readonly UploadId[], ask: (ids: readonly UploadId[]) => Promise<readonly T[]>): Promise<readonly T[]> {
  const found: T[] = [];
  for (let from = 0; from < ids.length; from += IDS) found.push(...(await ask(ids.slice(from, from + IDS))));
  return found;
}
