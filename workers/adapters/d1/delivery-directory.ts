import { and, desc, eq, isNotNull, isNull, lt, notExists, notInArray, sql } from "drizzle-orm";
import type { Directory } from "#domain/identity/directory.ts";
import { pageOf } from "#domain/page.ts";
import type { Delivery } from "#domain/publishing/delivery.ts";
import type { DeliveryDirectory } from "#domain/publishing/delivery-directory.ts";
import type { DeliveryProjection } from "#domain/publishing/delivery-projection.ts";
import type { Database } from "./database.ts";
import { recordEvent } from "./event-log.ts";
import { deliveryAccountRow, deliveryRow } from "./publishing-rows.ts";
import { assets, deliveries } from "./schema.ts";

/** The owner's word as a statement: newer replaces older. */
function putDelivery(database: Database, delivery: Delivery) {
  const values = {
    id: delivery.id,
    creatorId: delivery.creatorId,
    destinationId: delivery.destinationId,
    account: delivery.account,
    uploadId: delivery.source.uploadId,
    assetId: delivery.source.assetId,
    status: delivery.status,
    waitingReason: delivery.waitingOn?.reason ?? null,
    failureCode: delivery.failure?.code ?? null,
    remoteId: delivery.remoteId,
    title: delivery.metadata.title,
    createdAt: delivery.createdAt,
    changedAt: delivery.changedAt,
    finishedAt: delivery.finishedAt,
    sequence: delivery.sequence,
  };
  const { id: _id, creatorId: _creatorId, createdAt: _createdAt, ...changes } = values;
  return database
    .insert(deliveries)
    .values(values)
    .onConflictDoUpdate({ target: deliveries.id, set: changes, setWhere: sql`excluded.sequence > ${deliveries.sequence}` });
}

/** `keep_after_verified`: the asset's time begins to run when the last of its deliveries has been verified. */
const letTermRun = (database: Database, { source, finishedAt }: Delivery) =>
  database
    .update(assets)
    .set({ keepUntil: sql`min(coalesce(${assets.keepUntil}, ${Number.MAX_SAFE_INTEGER}), ${finishedAt} + ${assets.keepAfterVerifiedMs})` })
    .where(
      and(
        eq(assets.uploadId, source.uploadId),
        isNotNull(assets.keepAfterVerifiedMs),
        isNull(assets.deletedAt),
        notExists(
          database
            .select({ id: deliveries.id })
            .from(deliveries)
            .where(and(eq(deliveries.uploadId, source.uploadId), notInArray(deliveries.status, ["verified", "cancelled"]))),
        ),
      ),
    );

export function d1DeliveryProjection(directory: Directory<Database>): DeliveryProjection {
  return {
    put: async (delivery, told) => {
      const database = directory.of(delivery.creatorId);
      const events = told.map((event) => recordEvent(database, event));
      if (delivery.status === "verified")
        await database.batch([putDelivery(database, delivery), letTermRun(database, delivery), ...events]);
      else await database.batch([putDelivery(database, delivery), ...events]);
    },
  };
}

export function d1DeliveryDirectory(directory: Directory<Database>): DeliveryDirectory {
  return {
    accountOf: async (creatorId, id) => {
      const row = await directory
        .of(creatorId)
        .select({ account: deliveries.account })
        .from(deliveries)
        .where(and(eq(deliveries.id, id), eq(deliveries.creatorId, creatorId)))
        .get();
      return row === undefined ? null : deliveryAccountRow.parse(row).account;
    },
    list: async (creatorId, { uploadId, destinationId }, { limit, before }) => {
      const rows = await directory
        .of(creatorId)
        .select()
        .from(deliveries)
        .where(
          and(
            // An upload, and a destination, have fewer deliveries than a creator: the plus keeps SQLite to their index.
            uploadId === null && destinationId === null
              ? eq(deliveries.creatorId, creatorId)
              : sql`+${deliveries.creatorId} = ${creatorId}`,
            uploadId === null ? undefined : eq(deliveries.uploadId, uploadId),
            destinationId === null
              ? undefined
              : uploadId === null
                ? eq(deliveries.destinationId, destinationId)
                : sql`+${deliveries.destinationId} = ${destinationId}`,
            before === null ? undefined : lt(deliveries.id, before),
          ),
        )
        .orderBy(desc(deliveries.id))
        .limit(limit + 1);
      return pageOf(
        rows.map((row) => deliveryRow.parse(row)),
        limit,
      );
    },
  };
}
