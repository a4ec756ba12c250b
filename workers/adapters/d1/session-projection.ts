import { sql } from "drizzle-orm";
import type { Deletion, Term } from "#domain/assets/asset.ts";
import type { Directory } from "#domain/identity/directory.ts";
import type { AssetId } from "#domain/ids.ts";
import type { SessionProjection } from "#domain/uploads/session-projection.ts";
import type { UploadProgress } from "#domain/uploads/upload-session.ts";
import { putAsset, tellOfDeletion, tombstone } from "./asset-directory.ts";
import type { Database } from "./database.ts";
import { nextPlace, recordEvent } from "./event-log.ts";
import { events } from "./schema.ts";
import { putProgress, putUpload } from "./upload-directory.ts";

/** What was asked for with the upload; for the rest the term that the creator's assets get. Whoever has none keeps them. */
const termOf = (creatorId: string, from: number, asked: Partial<Term>) => ({
  keepUntil: sql`(select ${from} + keep_ms from creators where id = ${creatorId})`,
  keepAfterVerifiedMs: sql`(select keep_after_verified_ms from creators where id = ${creatorId})`,
  ...asked,
});

export function d1SessionProjection(directory: Directory<Database>): SessionProjection {
  return {
    putUpload: async (progress, told) => {
      const database = directory.of(progress.creatorId);
      await database.batch([
        putProgress(database, progress),
        putUpload(database, progress),
        ...told.map((event) => recordEvent(database, event)),
      ]);
    },
    putAsset: async ({ progress, objectKey, etag }, told) => {
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
          ...termOf(progress.creatorId, progress.finishedAt ?? progress.createdAt, progress.keep ?? {}),
          createdAt: progress.finishedAt ?? progress.createdAt,
          sequence: progress.sequence,
        }),
        ...told.map((event) => recordEvent(database, event)),
      ]);
    },
    deleteAsset: async (progress, assetId, deletion) => {
      const database = directory.of(progress.creatorId);
      await database.batch([
        putUpload(database, progress),
        tellOfUnlisted(database, progress, assetId, deletion),
        tellOfDeletion(database, progress.creatorId, assetId, deletion),
        tombstone(database, progress.creatorId, assetId, deletion.at),
      ]);
    },
  };
}

/** `asset.deleted` of an asset that was announced and withdrawn before the directory had heard of it. */
function tellOfUnlisted(database: Database, progress: UploadProgress, assetId: AssetId, { at, requestId, eventId }: Deletion) {
  const data = {
    asset_id: assetId,
    upload_id: progress.id,
    creator_id: progress.creatorId,
    filename: progress.filename,
    external_id: progress.externalId,
    atom_id: progress.atomId,
    metadata: progress.metadata,
    size: progress.offset,
  };
  return database
    .insert(events)
    .select(
      sql`select ${nextPlace}, ${eventId}, ${progress.creatorId}, 'asset.deleted', ${assetId}, ${progress.sequence}, ${at}, ${requestId}, ${JSON.stringify(data)}
        where not exists (select 1 from assets where upload_id = ${progress.id})`,
    )
    .onConflictDoNothing({ target: [events.resource, events.sequence] });
}
