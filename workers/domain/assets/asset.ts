import type { AssetId, CreatorId, EventId, RequestId, UploadId } from "#domain/ids.ts";
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

export type AssetLookup =
  | { readonly state: "stored"; readonly asset: Asset }
  | { readonly state: "deleted" }
  | { readonly state: "unknown" };

export type ErasableAsset = { readonly id: AssetId; readonly creatorId: CreatorId; readonly objectKey: string };

/** When and by whose request an asset is deleted, and the id of the event that says so. */
export type Deletion = { readonly at: number; readonly requestId: RequestId; readonly eventId: EventId };

export interface AssetDirectory {
  /** Creates it; what has been deleted stays deleted. */
  put(asset: Asset): Promise<void>;
  find(creatorId: CreatorId, id: AssetId): Promise<AssetLookup>;
  list(creatorId: CreatorId, filter: { readonly externalId: string | null }, page: PageRequest<AssetId>): Promise<Page<Asset>>;
  /**
   * The tombstone goes first: nobody reads an asset whose bytes are being erased. With the first one, in the same transaction,
   * goes `asset.deleted` into the log.
   */
  delete(creatorId: CreatorId, id: AssetId, deletion: Deletion): Promise<"deleted" | "deleted_before" | "unknown">;
  /** Changes the term if it is `expected` still; false when it is not, or there is no such asset. */
  keep(creatorId: CreatorId, id: AssetId, expected: Term, term: Term): Promise<boolean>;
  /** Assets whose time was over before `now`, longest over first. */
  toRetire(now: number, limit: number): Promise<readonly ErasableAsset[]>;
  /** Deleted assets whose bytes are still there. */
  toErase(limit: number): Promise<readonly ErasableAsset[]>;
  erased(asset: ErasableAsset, at: number): Promise<void>;
}
