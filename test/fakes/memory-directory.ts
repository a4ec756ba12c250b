import type { AssetDirectory, StoredAsset, Term } from "#domain/assets/asset.ts";
import type { EventLog } from "#domain/events/event-log.ts";
import { ALL_UPLOADS, uploadsOf } from "#domain/operators/switches.ts";
import { pageOf, type PageRequest } from "#domain/page.ts";
import { err, ok } from "#domain/result.ts";
import { NAME_KEPT_MS, reservedBytes, UNCONFIRMED_MS, type ListedUpload, type UploadDirectory } from "#domain/uploads/directory.ts";
import { memoryEventLog } from "./memory-event-log.ts";
import { memorySwitches } from "./memory-switches.ts";

const OPEN = new Set(["receiving", "completing"]);
const LIVING = new Set([...OPEN, "completed"]);

export const newestFirst = <T extends { readonly id: string }>(items: Iterable<T>, { limit, before }: PageRequest<string>) =>
  pageOf(
    [...items].filter(({ id }) => before === null || id < before).toSorted((a, b) => (a.id < b.id ? 1 : -1)),
    limit,
  );

type Row = ListedUpload & { readonly name: string | null; readonly dueAt: number; readonly reserved: number; readonly sequence: number };
type KeptKey = { readonly fingerprint: string; readonly resourceId: ListedUpload["id"]; readonly expiresAt: number };

export function memoryUploads(switches = memorySwitches()): UploadDirectory {
  const rows = new Map<string, Row>();
  const idempotency = new Map<string, KeptKey>();
  const of = (creatorId: string, statuses: ReadonlySet<string>) =>
    [...rows.values()].filter((row) => row.creatorId === creatorId && statuses.has(row.status));

  return {
    reserve: async (reservation, guards) => {
      const { id, creatorId, name, externalId, length, now } = reservation;
      const scope = guards.idempotency === null ? null : `${creatorId} ${guards.idempotency.scopeHash}`;
      const used = scope === null ? undefined : idempotency.get(scope);
      if (used !== undefined && used.expiresAt > now) {
        return used.fingerprint === guards.idempotency?.fingerprint
          ? ok({ id: used.resourceId, replayed: true })
          : err({ code: "idempotency_key_reused" });
      }
      const suspended = await switches.get(uploadsOf(creatorId));
      if (suspended !== null) return err({ code: "creator_suspended", reason: suspended.reason });
      const paused = await switches.get(ALL_UPLOADS);
      if (paused !== null) return err({ code: "uploads_paused", reason: paused.reason });
      const living = of(creatorId, LIVING);
      const named = living.find(
        (row) => name !== null && row.name === name && !(row.status === "completed" && (row.finishedAt ?? 0) < now - NAME_KEPT_MS),
      );
      if (named !== undefined)
        return err({ code: named.status === "completed" ? "already_exists" : "upload_in_progress", uploadId: named.id });
      if (externalId !== null && living.some((row) => row.externalId === externalId)) return err({ code: "external_id_taken", externalId });
      const open = of(creatorId, OPEN);
      if (open.length >= guards.maxOpenUploads) return err({ code: "too_many_open_uploads", limit: guards.maxOpenUploads });
      const reserved = open.reduce((sum, row) => sum + row.reserved, 0);
      const wanted = reservedBytes(length, 0);
      if (reserved + wanted > guards.maxOpenBytes) return err({ code: "too_many_open_bytes", limit: guards.maxOpenBytes, reserved });

      for (const row of living) if (name !== null && row.name === name) rows.set(row.id, { ...row, name: null });
      const { expiresAt, kind, filename, contentType, atomId } = reservation;
      rows.set(id, {
        ...{ id, creatorId, kind, name, filename, contentType, length, externalId, atomId, expiresAt },
        status: "receiving",
        offset: 0,
        assetId: null,
        failureCode: null,
        look: null,
        createdAt: now,
        finishedAt: null,
        dueAt: Math.min(expiresAt, now + UNCONFIRMED_MS),
        reserved: wanted,
        sequence: 0,
      });
      if (scope !== null && guards.idempotency !== null) idempotency.set(scope, { ...guards.idempotency, resourceId: id });
      return ok({ id, replayed: false });
    },

    byName: async (creatorId, name, completedSince) =>
      of(creatorId, LIVING).find((row) => row.name === name && (row.finishedAt === null || row.finishedAt >= completedSince))?.id ?? null,

    put: async (progress) => {
      const known = rows.get(progress.id);
      const newer =
        known === undefined ||
        progress.sequence > known.sequence ||
        (progress.sequence === known.sequence &&
          (progress.expiresAt > known.expiresAt || (progress.expiresAt === known.expiresAt && progress.expiresAt > known.dueAt)));
      if (!newer) return;
      const { asset, failure, storedBytes, sequence, ...rest } = progress;
      const taken = (column: "name" | "externalId", value: string | null) =>
        value !== null && of(rest.creatorId, LIVING).some((row) => row.id !== rest.id && row[column] === value);
      rows.set(progress.id, {
        id: rest.id,
        creatorId: rest.creatorId,
        kind: rest.kind,
        status: rest.status,
        filename: rest.filename,
        contentType: rest.contentType,
        length: rest.length,
        offset: rest.offset,
        externalId: taken("externalId", rest.externalId) ? null : rest.externalId,
        atomId: rest.atomId,
        createdAt: known?.createdAt ?? rest.createdAt,
        expiresAt: rest.expiresAt,
        dueAt: rest.expiresAt,
        finishedAt: rest.finishedAt,
        name: known?.name ?? (taken("name", rest.name) ? null : rest.name),
        assetId: asset?.id ?? null,
        failureCode: failure?.code ?? null,
        look: rest.look,
        reserved: reservedBytes(rest.length, storedBytes),
        sequence,
      });
    },

    following: async (creatorId, after, limit) =>
      [...rows.values()]
        .filter((row) => (creatorId === null || row.creatorId === creatorId) && (after === null || row.id > after))
        .map(({ id }) => id)
        .toSorted()
        .slice(0, limit),

    find: async (id) => listed(rows.get(id)),

    list: async (creatorId, { status, externalId }, page) => {
      const found = [...rows.values()].filter(
        (row) =>
          row.creatorId === creatorId &&
          (status === null || row.status === status) &&
          (externalId === null || row.externalId === externalId),
      );
      const { items, hasMore } = newestFirst(found, page);
      return { items: items.flatMap((row) => listed(row) ?? []), hasMore };
    },

    due: async (before, after, limit) => {
      const ahead = (row: Row) => after === null || row.dueAt > after.dueAt || (row.dueAt === after.dueAt && row.id > after.id);
      return [...rows.values()]
        .filter((row) => OPEN.has(row.status) && row.dueAt < before && ahead(row))
        .toSorted((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1))
        .slice(0, limit)
        .map(({ id, creatorId, dueAt }) => ({ id, creatorId, dueAt }));
    },

    expireOrphan: async ({ id }, now) => {
      const row = rows.get(id);
      if (row !== undefined && row.sequence === 0 && OPEN.has(row.status)) rows.set(id, { ...row, status: "expired", finishedAt: now });
      for (const [scope, kept] of idempotency) if (kept.resourceId === id) idempotency.delete(scope);
    },

    forgetIdempotency: async (now, limit) => {
      const over = [...idempotency].filter(([, kept]) => kept.expiresAt < now).slice(0, limit);
      for (const [scope] of over) idempotency.delete(scope);
      return over.length;
    },
  };
}

function listed(row: Row | undefined): ListedUpload | null {
  if (row === undefined) return null;
  const { name: _name, reserved: _reserved, dueAt: _dueAt, sequence: _sequence, ...upload } = row;
  return upload;
}

const termOf = ({ keepUntil, keepAfterVerifiedMs }: Term) => ({ keepUntil, keepAfterVerifiedMs });

export function memoryAssets(log: Pick<EventLog, "append"> = memoryEventLog()): AssetDirectory {
  const rows = new Map<string, { asset: StoredAsset; deletedAt: number | null; erasedAt: number | null }>();
  return {
    put: async (asset) => {
      const known = rows.get(asset.id);
      if (known === undefined) rows.set(asset.id, { asset: { ...asset, inspection: null }, deletedAt: null, erasedAt: null });
      else if (asset.sequence > known.asset.sequence)
        rows.set(asset.id, { ...known, asset: { ...known.asset, ...asset, createdAt: known.asset.createdAt, ...termOf(known.asset) } });
    },
    keep: async (creatorId, id, expected, term) => {
      const row = rows.get(id);
      if (row === undefined || row.asset.creatorId !== creatorId || row.deletedAt !== null) return false;
      const known = termOf(row.asset);
      if (known.keepUntil !== expected.keepUntil || known.keepAfterVerifiedMs !== expected.keepAfterVerifiedMs) return false;
      rows.set(id, { ...row, asset: { ...row.asset, ...term } });
      return true;
    },
    toRetire: async (now, limit) =>
      [...rows.values()]
        .filter(({ asset, deletedAt }) => deletedAt === null && asset.keepUntil !== null && asset.keepUntil < now)
        .toSorted(({ asset: a }, { asset: b }) => (a.keepUntil ?? 0) - (b.keepUntil ?? 0) || (a.id < b.id ? -1 : 1))
        .slice(0, limit)
        .map(({ asset: { id, creatorId, objectKey } }) => ({ id, creatorId, objectKey })),
    find: async (creatorId, id) => {
      const row = rows.get(id);
      if (row === undefined || row.asset.creatorId !== creatorId) return { state: "unknown" };
      return row.deletedAt === null ? { state: "stored", asset: row.asset } : { state: "deleted" };
    },
    list: async (creatorId, { externalId }, page) =>
      newestFirst(
        [...rows.values()]
          .filter(
            ({ asset, deletedAt }) =>
              deletedAt === null && asset.creatorId === creatorId && (externalId === null || asset.externalId === externalId),
          )
          .map(({ asset }) => asset),
        page,
      ),
    delete: async (creatorId, id, { at, requestId, eventId }) => {
      const row = rows.get(id);
      if (row === undefined || row.asset.creatorId !== creatorId) return "unknown";
      if (row.deletedAt !== null) return "deleted_before";
      const { asset } = row;
      const sequence = asset.sequence + 1;
      rows.set(id, { ...row, asset: { ...asset, sequence }, deletedAt: at });
      const data = {
        asset_id: id,
        upload_id: asset.uploadId,
        creator_id: creatorId,
        filename: asset.filename,
        external_id: asset.externalId,
        atom_id: asset.atomId,
        metadata: asset.metadata,
        size: asset.size,
      };
      await log.append([{ id: eventId, type: "asset.deleted", creatorId, resource: id, sequence, happenedAt: at, requestId, data }]);
      return "deleted";
    },
    inspected: async ({ id, creatorId }, inspection, { eventId, requestId, data }) => {
      const row = rows.get(id);
      if (row === undefined || row.asset.creatorId !== creatorId || row.deletedAt !== null || row.asset.inspection !== null) return false;
      rows.set(id, { ...row, asset: { ...row.asset, inspection } });
      const { sequence } = row.asset;
      await log.append([
        { id: eventId, type: "asset.inspected", creatorId, resource: id, sequence, happenedAt: inspection.at, requestId, data },
      ]);
      return true;
    },
    toInspect: async (before, limit) =>
      [...rows.values()]
        .filter(({ asset, deletedAt }) => deletedAt === null && asset.inspection === null && asset.createdAt < before)
        .toSorted((a, b) => a.asset.createdAt - b.asset.createdAt || (a.asset.id < b.asset.id ? -1 : 1))
        .slice(0, limit)
        .map(({ asset: { id, creatorId } }) => ({ id, creatorId })),
    toErase: async (limit) =>
      [...rows.values()]
        .filter(({ deletedAt, erasedAt }) => deletedAt !== null && erasedAt === null)
        .toSorted((a, b) => (a.deletedAt ?? 0) - (b.deletedAt ?? 0) || (a.asset.id < b.asset.id ? -1 : 1))
        .slice(0, limit)
        .map(({ asset: { id, creatorId, objectKey } }) => ({ id, creatorId, objectKey })),
    erased: async ({ id }, at) => {
      const row = rows.get(id);
      if (row !== undefined) rows.set(id, { ...row, erasedAt: at });
    },
  };
}
