import { and, asc, desc, eq, gt, inArray, isNotNull, lt, sql, type SQL } from "drizzle-orm";
import { unionAll } from "drizzle-orm/sqlite-core";
import type { Directory } from "#domain/identity/directory.ts";
import type { CreatorId, UploadId } from "#domain/ids.ts";
import { pageOf } from "#domain/page.ts";
import { reservedBytes, type DueUpload, type UploadDirectory } from "#domain/uploads/directory.ts";
import type { UploadProgress, UploadStatus } from "#domain/uploads/upload-session.ts";
import type { Database } from "./database.ts";
import { reserve } from "./reserve.ts";
import { dueRow, uploadIdRow, uploadRow } from "./rows.ts";
import { idempotencyKeys, uploads } from "./schema.ts";

const BEFORE_EVERY_ID = "";
const isOpen = sql`${uploads.status} in ('receiving', 'completing')`;
const hasEnded = sql`${uploads.status} in ('completed', 'cancelled', 'expired', 'failed')`;
const inStatus = (status: UploadStatus): SQL | undefined =>
  and(status === "receiving" || status === "completing" ? isOpen : hasEnded, eq(uploads.status, status));

/** All of a creator's, in as many orderly searches as their index needs: SQLite merges them and reads no further than it is asked. */
function ofCreator(database: Database, creatorId: CreatorId, among: SQL | undefined) {
  const some = (which: SQL | undefined) =>
    database
      .select()
      .from(uploads)
      .where(and(eq(uploads.creatorId, creatorId), which, among));
  return unionAll(
    some(isOpen),
    some(inStatus("completed")),
    some(inStatus("cancelled")),
    some(inStatus("expired")),
    some(inStatus("failed")),
  );
}

const unlessTaken = (column: "name" | "external_id", value: string | null, { creatorId, id }: UploadProgress): SQL | null =>
  value === null
    ? null
    : sql`case when exists (select 1 from uploads other where other.creator_id = ${creatorId} and ${sql.raw(`other.${column}`)} = ${value}
        and other.status in ('receiving', 'completing', 'completed') and other.id <> ${id}) then null else ${value} end`;

/** The owner's word as a statement: newer replaces older, and of two with one number the later expiry counts. */
export function putUpload(database: Database, progress: UploadProgress) {
  const values = {
    id: progress.id,
    creatorId: progress.creatorId,
    kind: progress.kind,
    // What the directory forgot comes back, unless somebody else has it by now.
    name: unlessTaken("name", progress.name ?? null, progress),
    filename: progress.filename,
    contentType: progress.contentType,
    status: progress.status,
    length: progress.length,
    offset: progress.offset,
    reservedBytes: reservedBytes(progress.length, progress.storedBytes),
    externalId: unlessTaken("external_id", progress.externalId, progress),
    atomId: progress.atomId,
    assetId: progress.asset?.id ?? null,
    failureCode: progress.failure?.code ?? null,
    look: progress.look,
    createdAt: progress.createdAt,
    expiresAt: progress.expiresAt,
    dueAt: progress.expiresAt,
    finishedAt: progress.finishedAt,
    sequence: progress.sequence,
  };
  const { id: _id, creatorId: _creatorId, kind: _kind, createdAt: _createdAt, ...changes } = values;
  return database
    .insert(uploads)
    .values(values)
    .onConflictDoUpdate({
      target: uploads.id,
      set: { ...changes, name: sql`coalesce(${uploads.name}, excluded.name)`, externalId: sql`excluded.external_id` },
      setWhere: sql`excluded.sequence > ${uploads.sequence} or (excluded.sequence = ${uploads.sequence} and excluded.expires_at > ${uploads.expiresAt})`,
    });
}

/**
 * The same for what changes while an upload is open, which no index has: one row written, and nothing left for `putUpload` to do.
 * The sweep asks when it would have asked, and only then puts off the next time.
 */
export function putProgress(database: Database, progress: UploadProgress) {
  const { id, contentType, length, offset, look, expiresAt, sequence } = progress;
  return database
    .update(uploads)
    .set({ contentType, length, offset, look, expiresAt, sequence })
    .where(
      and(
        eq(uploads.id, id),
        lt(uploads.sequence, sequence),
        isOpen,
        eq(uploads.status, progress.status),
        eq(uploads.reservedBytes, reservedBytes(length, progress.storedBytes)),
        sql`${uploads.externalId} is ${progress.externalId}`,
        progress.name === null ? undefined : isNotNull(uploads.name),
      ),
    );
}

/** Whoever has been asked is asked again when the time is over. */
const putOff = (database: Database, { id, sequence }: UploadProgress) =>
  database
    .update(uploads)
    .set({ dueAt: sql`${uploads.expiresAt}` })
    .where(and(eq(uploads.id, id), eq(uploads.sequence, sequence), isOpen, lt(uploads.dueAt, uploads.expiresAt)));

export function d1UploadDirectory(directory: Directory<Database>): UploadDirectory {
  return {
    reserve: (reservation, guards) => reserve(directory.of(reservation.creatorId), reservation, guards),

    byName: async (creatorId, name, completedSince) => {
      const row = await directory
        .of(creatorId)
        .select({ id: uploads.id })
        .from(uploads)
        .where(
          and(
            eq(uploads.creatorId, creatorId),
            eq(uploads.name, name),
            sql`${uploads.status} in ('receiving', 'completing', 'completed')`,
            sql`(${uploads.finishedAt} is null or ${uploads.finishedAt} >= ${completedSince})`,
          ),
        )
        .get();
      return row === undefined ? null : uploadIdRow.parse(row).id;
    },

    put: async (progress) => {
      const database = directory.of(progress.creatorId);
      await database.batch([putUpload(database, progress), putOff(database, progress)]);
    },

    following: async (creatorId, after, limit) => {
      const beyond = gt(uploads.id, after ?? BEFORE_EVERY_ID);
      const found: UploadId[] = [];
      for (const database of creatorId === null ? directory.all : [directory.of(creatorId)]) {
        const rows = await (
          creatorId === null ? database.select().from(uploads).where(beyond).$dynamic() : ofCreator(database, creatorId, beyond)
        )
          .orderBy(asc(uploads.id))
          .limit(limit);
        found.push(...rows.map((row) => uploadIdRow.parse(row).id));
      }
      return found.toSorted().slice(0, limit);
    },

    find: async (id) => {
      for (const database of directory.all) {
        const row = await database.select().from(uploads).where(eq(uploads.id, id)).get();
        if (row !== undefined) return uploadRow.parse(row);
      }
      return null;
    },

    list: async (creatorId, { status, externalId }, { limit, before }) => {
      const database = directory.of(creatorId);
      const among = and(
        externalId === null ? undefined : eq(uploads.externalId, externalId),
        before === null ? undefined : lt(uploads.id, before),
      );
      const which = status === null ? undefined : inStatus(status);
      const rows = await (
        status === null && externalId === null
          ? ofCreator(database, creatorId, among)
          : database
              .select()
              .from(uploads)
              .where(and(eq(uploads.creatorId, creatorId), which, among))
      )
        .orderBy(desc(uploads.id))
        .limit(limit + 1);
      return pageOf(
        rows.map((row) => uploadRow.parse(row)),
        limit,
      );
    },

    due: async (before, after, limit) => {
      const found: DueUpload[] = [];
      for (const database of directory.all) {
        const rows = await database
          .select({ id: uploads.id, creatorId: uploads.creatorId, dueAt: uploads.dueAt })
          .from(uploads)
          .where(
            and(
              isOpen,
              lt(uploads.dueAt, before),
              after === null ? undefined : sql`(${uploads.dueAt}, ${uploads.id}) > (${after.dueAt}, ${after.id})`,
            ),
          )
          .orderBy(uploads.dueAt, uploads.id)
          .limit(limit);
        found.push(...rows.map((row) => dueRow.parse(row)));
      }
      return found.sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1)).slice(0, limit);
    },

    expireOrphan: async ({ id, creatorId }, now) => {
      const database = directory.of(creatorId);
      await database.batch([
        database
          .update(uploads)
          .set({ status: "expired", finishedAt: now })
          .where(and(eq(uploads.id, id), eq(uploads.sequence, 0), isOpen)),
        database.delete(idempotencyKeys).where(eq(idempotencyKeys.resourceId, id)),
      ]);
    },

    forgetIdempotency: async (now, limit) => {
      let forgotten = 0;
      for (const database of directory.all) {
        const expired = database
          .select({ scopeHash: idempotencyKeys.scopeHash })
          .from(idempotencyKeys)
          .where(lt(idempotencyKeys.expiresAt, now))
          .limit(limit - forgotten);
        const rows = await database
          .delete(idempotencyKeys)
          .where(and(lt(idempotencyKeys.expiresAt, now), inArray(idempotencyKeys.scopeHash, expired)))
          .returning({ id: idempotencyKeys.resourceId });
        forgotten += rows.length;
        if (forgotten >= limit) break;
      }
      return forgotten;
    },
  };
}
