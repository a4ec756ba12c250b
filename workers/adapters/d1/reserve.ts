import { sql } from "drizzle-orm";
import { err, ok, type Result } from "#domain/result.ts";
import {
  NAME_KEPT_MS,
  reservedBytes,
  UNCONFIRMED_MS,
  type Reservation,
  type ReservationFailure,
  type ReservationGuards,
} from "#domain/uploads/directory.ts";
import type { UploadId } from "#domain/ids.ts";
import { ALL_UPLOADS, uploadsOf, type SwitchKey } from "#domain/operators/switches.ts";
import { lastOfBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { reservationRow } from "./rows.ts";

/**
 * One transaction: 1. names whose time is over are freed, 2. the row goes in if every guard lets it, 3. the idempotency key goes in
 * if the row did, 4. what the guards saw is read back, to say which of them refused.
 */
export async function reserve(
  database: Database,
  reservation: Reservation,
  guards: ReservationGuards,
): Promise<Result<{ readonly id: UploadId; readonly replayed: boolean }, ReservationFailure>> {
  const { id, creatorId, kind, name, filename, contentType, length, externalId, atomId, now, expiresAt } = reservation;
  const { maxOpenUploads, maxOpenBytes, idempotency } = guards;
  const bytes = reservedBytes(length, 0);
  const scopeHash = idempotency?.scopeHash ?? null;

  const openUploads = sql`(select count(*) from uploads where creator_id = ${creatorId} and status in ('receiving', 'completing') and id <> ${id})`;
  const openBytes = sql`(select coalesce(sum(reserved_bytes), 0) from uploads where creator_id = ${creatorId} and status in ('receiving', 'completing') and id <> ${id})`;
  const living = sql`status in ('receiving', 'completing', 'completed') and id <> ${id}`;
  const nameOwner = (column: "id" | "status") =>
    sql`(select ${sql.raw(column)} from uploads where creator_id = ${creatorId} and name = ${name} and ${living})`;
  const externalIdOwner = sql`(select id from uploads where creator_id = ${creatorId} and external_id = ${externalId} and ${living})`;
  const off = (key: SwitchKey) => sql`(select reason from switches where key = ${key})`;
  const known = (column: "fingerprint" | "resource_id") =>
    sql`(select ${sql.raw(column)} from idempotency_keys where creator_id = ${creatorId} and scope_hash = ${scopeHash} and expires_at > ${now} and resource_id <> ${id})`;

  const rows = await lastOfBatch(database, [
    sql`update uploads set name = null where creator_id = ${creatorId} and name = ${name} and status = 'completed' and status in ('receiving', 'completing', 'completed') and finished_at < ${now - NAME_KEPT_MS}`,
    sql`insert into uploads (id, creator_id, kind, name, filename, content_type, status, length, "offset", reserved_bytes, external_id, atom_id, created_at, expires_at, due_at, sequence)
          select ${id}, ${creatorId}, ${kind}, ${name}, ${filename}, ${contentType}, 'receiving', ${length}, 0, ${bytes}, ${externalId}, ${atomId}, ${now}, ${expiresAt}, ${Math.min(expiresAt, now + UNCONFIRMED_MS)}, 0
          where ${openUploads} < ${maxOpenUploads} and ${openBytes} + ${bytes} <= ${maxOpenBytes}
            and ${nameOwner("id")} is null and ${externalIdOwner} is null and ${known("resource_id")} is null
            and ${off(ALL_UPLOADS)} is null and ${off(uploadsOf(creatorId))} is null`,
    sql`insert or replace into idempotency_keys (creator_id, scope_hash, fingerprint, resource_id, created_at, expires_at)
          select ${creatorId}, ${scopeHash}, ${idempotency?.fingerprint ?? null}, ${id}, ${now}, ${idempotency?.expiresAt ?? null}
          where ${scopeHash} is not null and exists (select 1 from uploads where id = ${id})`,
    sql`select exists (select 1 from uploads where id = ${id}) as inserted, ${openUploads} as openUploads, ${openBytes} as openBytes,
        ${known("fingerprint")} as fingerprint, ${known("resource_id")} as replayOf, ${nameOwner("id")} as nameOwner, ${nameOwner("status")} as nameStatus,
        ${externalIdOwner} as externalIdOwner, ${off(ALL_UPLOADS)} as paused, ${off(uploadsOf(creatorId))} as suspended`,
  ]);
  const seen = reservationRow.parse(rows[0]);

  if (seen.inserted === 1) return ok({ id, replayed: false });
  if (seen.replayOf !== null) {
    return seen.fingerprint === idempotency?.fingerprint
      ? ok({ id: seen.replayOf, replayed: true })
      : err({ code: "idempotency_key_reused" });
  }
  if (seen.suspended !== null) return err({ code: "creator_suspended", reason: seen.suspended });
  if (seen.paused !== null) return err({ code: "uploads_paused", reason: seen.paused });
  if (seen.nameOwner !== null)
    return err({ code: seen.nameStatus === "completed" ? "already_exists" : "upload_in_progress", uploadId: seen.nameOwner });
  if (seen.externalIdOwner !== null) return err({ code: "external_id_taken", externalId: externalId ?? "" });
  if (seen.openUploads >= maxOpenUploads) return err({ code: "too_many_open_uploads", limit: maxOpenUploads });
  return err({ code: "too_many_open_bytes", limit: maxOpenBytes, reserved: seen.openBytes });
}
