import type { Directory } from "#domain/identity/directory.ts";
import type { AssetId } from "#domain/ids.ts";
import type { UploadProgress } from "#domain/uploads/upload-session.ts";
import { putAsset, tombstone } from "./asset-directory.ts";
import type { Database } from "./database.ts";
import { putUpload } from "./upload-directory.ts";

export type AssetRecord = { readonly progress: UploadProgress; readonly objectKey: string; readonly etag: string };

/** What an upload session tells the directory. Every write may come again and late. */
export interface SessionProjection {
  putUpload(progress: UploadProgress): Promise<void>;
  putAsset(record: AssetRecord): Promise<void>;
  deleteAsset(progress: UploadProgress, assetId: AssetId, now: number): Promise<void>;
}

export function d1SessionProjection(directory: Directory<Database>): SessionProjection {
  return {
    putUpload: async (progress) => {
      await putUpload(directory.of(progress.creatorId), progress);
    },
    putAsset: async ({ progress, objectKey, etag }) => {
      const { asset } = progress;
      if (asset === null) throw new Error(`${progress.id} has no asset to write`);
      const database = directory.of(progress.creatorId);
      await database.batch([
        putUpload(database, progress),
        putAsset(database, {
          id: asset.id,
          creatorId: progress.creatorId,
          uploadId: progress.id,
          filename: progress.filename,
          contentType: asset.contentType,
          size: asset.size,
          digests: asset.digests,
          objectKey,
          etag,
          externalId: progress.externalId,
          atomId: progress.atomId,
          metadata: progress.metadata,
          createdAt: progress.finishedAt ?? progress.createdAt,
          sequence: progress.sequence,
        }),
      ]);
    },
    deleteAsset: async (progress, assetId, now) => {
      const database = directory.of(progress.creatorId);
      await database.batch([putUpload(database, progress), tombstone(database, progress.creatorId, assetId, now)]);
    },
  };
}
