import { and, asc, desc, eq, gt, isNotNull, isNull, lt, or, sql, type SQL } from "drizzle-orm";
import type { Asset, AssetDirectory, Deletion, ErasableAsset, InspectionNews, Term } from "#domain/assets/asset.ts";
import type { AssetName } from "#domain/assets/jobs.ts";
import type { Directory } from "#domain/identity/directory.ts";
import { pageOf } from "#domain/page.ts";
import type { Database } from "./database.ts";
import { nextPlace } from "./event-log.ts";
import { assetNameRow, assetRow, erasableRow } from "./rows.ts";
import { assets, events } from "./schema.ts";

/** The term of a new asset can be its creator's, read as it is written. */
type Put = Omit<Asset, keyof Term> & { readonly [Member in keyof Term]: Term[Member] | SQL };

/** Each by an index of its own. */
const isLiving = (creatorId: string, id: string) => and(eq(assets.creatorId, creatorId), eq(assets.id, id), isNull(assets.deletedAt));
const isDeleted = (creatorId: string, id: string) => and(eq(assets.creatorId, creatorId), eq(assets.id, id), isNotNull(assets.deletedAt));

/** The owner's word as a statement. Tombstone and term are kept: only what the owner knows is replaced. */
export function putAsset(database: Database, { digests, metadata, ...asset }: Put) {
  const values = {
    ...asset,
    sha256: digests.sha256 ?? null,
    crc32c: digests.crc32c ?? null,
    blake3: digests.blake3 ?? null,
    metadata: { ...metadata },
  };
  const {
    id: _id,
    creatorId: _creatorId,
    uploadId: _uploadId,
    createdAt: _createdAt,
    keepUntil: _until,
    keepAfterVerifiedMs: _after,
    ...changes
  } = values;
  return database
    .insert(assets)
    .values(values)
    .onConflictDoUpdate({ target: assets.uploadId, set: changes, setWhere: sql`excluded.sequence > ${assets.sequence}` });
}

/** The tombstone as a statement; the first one stays as it is. */
export const tombstone = (database: Database, creatorId: string, id: string, at: number) =>
  database
    .update(assets)
    .set({ deletedAt: at, sequence: sql`${assets.sequence} + 1` })
    .where(isLiving(creatorId, id));

type Told = {
  readonly type: "asset.deleted" | "asset.inspected";
  readonly sequence: SQL;
  readonly at: number;
  readonly eventId: string;
  readonly requestId: string;
  readonly data: SQL;
};

/** An event of each asset that `of` finds, as a statement: to go before the change that it tells of. */
const tellOf = (database: Database, of: SQL | undefined, { type, sequence, at, eventId, requestId, data }: Told) =>
  database
    .insert(events)
    .select(
      database
        .select({
          position: nextPlace.as("position"),
          id: sql`${eventId}`.as("event_id"),
          creatorId: assets.creatorId,
          type: sql`${type}`.as("type"),
          resource: sql`${assets.id}`.as("resource"),
          sequence: sequence.as("next_sequence"),
          happenedAt: sql`${at}`.as("happened_at"),
          requestId: sql`${requestId}`.as("request_id"),
          data: data.as("data"),
        })
        .from(assets)
        .where(of),
    )
    .onConflictDoNothing({ target: [events.resource, events.sequence] });

/** Of an asset that has a tombstone already it tells nothing. */
export const tellOfDeletion = (database: Database, creatorId: string, id: string, deletion: Deletion) =>
  tellOf(database, isLiving(creatorId, id), {
    ...deletion,
    type: "asset.deleted",
    sequence: sql`${assets.sequence} + 1`,
    data: sql`json_object('asset_id', ${assets.id}, 'upload_id', ${assets.uploadId}, 'creator_id', ${assets.creatorId},
      'filename', ${assets.filename}, 'external_id', ${assets.externalId}, 'atom_id', ${assets.atomId},
      'metadata', json(${assets.metadata}), 'size', ${assets.size})`,
  });

/** In the place of the asset's last word; a deletion takes the next. */
const tellOfInspection = (database: Database, uninspected: SQL | undefined, at: number, { data, ...news }: InspectionNews) =>
  tellOf(database, uninspected, {
    ...news,
    at,
    type: "asset.inspected",
    sequence: sql`${assets.sequence}`,
    data: sql`${JSON.stringify(data)}`,
  });

export function d1AssetDirectory(directory: Directory<Database>): AssetDirectory {
  return {
    put: async (asset) => {
      await putAsset(directory.of(asset.creatorId), asset);
    },

    find: async (creatorId, id) => {
      const row = await directory
        .of(creatorId)
        .select()
        .from(assets)
        .where(or(isLiving(creatorId, id), isDeleted(creatorId, id)))
        .get();
      if (row === undefined) return { state: "unknown" };
      return row.deletedAt === null ? { state: "stored", asset: assetRow.parse(row) } : { state: "deleted" };
    },

    list: async (creatorId, { externalId }, { limit, before }) => {
      const rows = await directory
        .of(creatorId)
        .select()
        .from(assets)
        .where(
          and(
            eq(assets.creatorId, creatorId),
            isNull(assets.deletedAt),
            externalId === null ? undefined : eq(assets.externalId, externalId),
            before === null ? undefined : lt(assets.id, before),
          ),
        )
        .orderBy(desc(assets.id))
        .limit(limit + 1);
      return pageOf(
        rows.map((row) => assetRow.parse(row)),
        limit,
      );
    },

    delete: async (creatorId, id, deletion) => {
      const database = directory.of(creatorId);
      const [before, , changed] = await database.batch([
        database.select({ id: assets.id }).from(assets).where(isDeleted(creatorId, id)),
        tellOfDeletion(database, creatorId, id, deletion),
        tombstone(database, creatorId, id, deletion.at).returning({ id: assets.id }),
      ]);
      if (before.length > 0) return "deleted_before";
      return changed.length > 0 ? "deleted" : "unknown";
    },

    keep: async (creatorId, id, expected, term) => {
      const kept = await directory
        .of(creatorId)
        .update(assets)
        .set(term)
        .where(
          and(
            isLiving(creatorId, id),
            sql`${assets.keepUntil} is ${expected.keepUntil}`,
            sql`${assets.keepAfterVerifiedMs} is ${expected.keepAfterVerifiedMs}`,
          ),
        )
        .returning({ id: assets.id });
      return kept.length === 1;
    },

    toRetire: async (now, limit) => {
      const found: ErasableAsset[] = [];
      for (const database of directory.all) {
        if (found.length >= limit) break;
        const rows = await database
          .select({ id: assets.id, creatorId: assets.creatorId, objectKey: assets.objectKey })
          .from(assets)
          .where(and(lt(assets.keepUntil, now), isNull(assets.deletedAt)))
          .orderBy(asc(assets.keepUntil), asc(assets.id))
          .limit(limit - found.length);
        found.push(...rows.map((row) => erasableRow.parse(row)));
      }
      return found;
    },

    inspected: async ({ id, creatorId }, { at, ...info }, news) => {
      const database = directory.of(creatorId);
      const uninspected = and(isLiving(creatorId, id), isNull(assets.infoAt));
      const [, changed] = await database.batch([
        tellOfInspection(database, uninspected, at, news),
        database.update(assets).set({ info, infoAt: at }).where(uninspected).returning({ id: assets.id }),
      ]);
      return changed.length > 0;
    },

    toInspect: async (before, limit) => {
      const found: AssetName[] = [];
      for (const database of directory.all) {
        if (found.length >= limit) break;
        const rows = await database
          .select({ id: assets.id, creatorId: assets.creatorId })
          .from(assets)
          .where(and(isNull(assets.deletedAt), isNull(assets.infoAt), lt(assets.createdAt, before)))
          .orderBy(asc(assets.createdAt), asc(assets.id))
          .limit(limit - found.length);
        found.push(...rows.map((row) => assetNameRow.parse(row)));
      }
      return found;
    },

    toErase: async (limit) => {
      const found: ErasableAsset[] = [];
      for (const database of directory.all) {
        if (found.length >= limit) break;
        const rows = await database
          .select({ id: assets.id, creatorId: assets.creatorId, objectKey: assets.objectKey })
          .from(assets)
          .where(and(gt(assets.deletedAt, 0), isNull(assets.erasedAt)))
          .orderBy(asc(assets.deletedAt), asc(assets.id))
          .limit(limit - found.length);
        found.push(...rows.map((row) => erasableRow.parse(row)));
      }
      return found;
    },

    erased: async ({ creatorId, id }, at) => {
      await directory.of(creatorId).update(assets).set({ erasedAt: at }).where(isDeleted(creatorId, id));
    },
  };
}
