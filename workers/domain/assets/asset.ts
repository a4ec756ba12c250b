import type { AssetId, CreatorId, EventId, RequestId, UploadId } from "#domain/ids.ts";
import type { Look } from "#domain/media/media-info.ts";
import type { AssetName } from "./jobs.ts";
import type { Page, PageRequest } from "#domain/page.ts";
import type { Digests } from "#domain/uploads/digests.ts";

/** How long an asset is kept. */
export type Term = {
  /** Epoch milliseconds; null: until it is deleted. */
  readonly keepUntil: number | null;
  /** How long after the last of its deliveries was verified, in milliseconds. */
  readonly keepAfterVerifiedMs: number | null;
};

/** A stored video. There is one only after every declared digest has been verified. */
export type Asset = Term & {
  readonly id: AssetId;
  readonly creatorId: CreatorId;
  readonly uploadId: UploadId;
  readonly filename: string;
  readonly contentType: string;
  readonly size: number;
  readonly digests: Digests;
  readonly objectKey: string;
  /** Of the stored object: opaque. */
  readonly etag: string;
  readonly externalId: string | null;
  readonly atomId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: number;
  /** Of the owner's word that made it. */
  readonly sequence: number;
};

/** What was read from the whole file after it was stored. */
export type AssetInspection = {
  readonly look: Look;
  /** Of the first video track; the list itself lies beside the object. Null: none that could be read. */
  readonly keyframes: { readonly count: number; readonly everyFrame: boolean; readonly complete: boolean } | null;
  readonly at: number;
};

/** What its owner says, and what was found out since. */
export type StoredAsset = Asset & { readonly inspection: AssetInspection | null };

/** How an inspection is told of. */
export type InspectionNews = { readonly eventId: EventId; readonly requestId: RequestId; readonly data: Readonly<Record<string, unknown>> };

export type AssetLookup =
  | { readonly state: "stored"; readonly asset: StoredAsset }
  | { readonly state: "deleted" }
  | { readonly state: "unknown" };

export type ErasableAsset = { readonly id: AssetId; readonly creatorId: CreatorId; readonly objectKey: string };

/** When and by whose request an asset is deleted, and the id of the event that says so. */
export type Deletion = { readonly at: number; readonly requestId: RequestId; readonly eventId: EventId };

export interface AssetDirectory {
  /** Creates it; what has been deleted stays deleted. */
  put(asset: Asset): Promise<void>;
  find(creatorId: CreatorId, id: AssetId): Promise<AssetLookup>;
  list(creatorId: CreatorId, filter: { readonly externalId: string | null }, page: PageRequest<AssetId>): Promise<Page<StoredAsset>>;
  /**
   * The tombstone goes first: nobody reads an asset whose bytes are being erased. With the first one, in the same transaction,
   * goes `asset.deleted` into the log.
   */
  delete(creatorId: CreatorId, id: AssetId, deletion: Deletion): Promise<"deleted" | "deleted_before" | "unknown">;
  /** Changes the term if it is `expected` still; false when it is not, or there is no such asset. */
  keep(creatorId: CreatorId, id: AssetId, expected: Term, term: Term): Promise<boolean>;
  /** Assets whose time was over before `now`, longest over first. */
  toRetire(now: number, limit: number): Promise<readonly ErasableAsset[]>;
  /** Records the first inspection of a living asset, with `asset.inspected` in the log; false when there is one or no asset. */
  inspected(asset: AssetName, inspection: AssetInspection, news: InspectionNews): Promise<boolean>;
  /** Living assets from before `before` that nobody has looked into, oldest first. */
  toInspect(before: number, limit: number): Promise<readonly AssetName[]>;
  /** Deleted assets whose bytes are still there. */
  toErase(limit: number): Promise<readonly ErasableAsset[]>;
  erased(asset: ErasableAsset, at: number): Promise<void>;
}
