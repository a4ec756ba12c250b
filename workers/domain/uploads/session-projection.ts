import type { Deletion } from "#domain/assets/asset.ts";
import type { SluiceEvent } from "#domain/events/event.ts";
import type { AssetId } from "#domain/ids.ts";
import type { UploadProgress } from "./upload-session.ts";

/** What the directory is told about an asset; only ever replaced by a higher sequence. */
export type AssetRecord = { readonly progress: UploadProgress; readonly objectKey: string; readonly etag: string };

/**
 * What an upload session tells the directory. Every write may come again and late. Events go into the log in the transaction of the
 * rows that they speak of: whoever hears of one finds the other.
 */
export interface SessionProjection {
  putUpload(progress: UploadProgress, told: readonly SluiceEvent[]): Promise<void>;
  /** Writes the asset together with the upload's row. */
  putAsset(record: AssetRecord, told: readonly SluiceEvent[]): Promise<void>;
  /** The asset of this upload is deleted, with `asset.deleted` in the log. */
  deleteAsset(progress: UploadProgress, assetId: AssetId, deletion: Deletion): Promise<void>;
}
