import type { EventLog } from "#domain/events/event-log.ts";
import type { AccountKey } from "#domain/publishing/account.ts";
import type { DeliveryDirectory, ListedDelivery } from "#domain/publishing/delivery-directory.ts";
import type { DeliveryProjection } from "#domain/publishing/delivery-projection.ts";
import type { Delivery } from "#domain/publishing/delivery.ts";
import type { Destination, DestinationDirectory } from "#domain/publishing/destination.ts";
import { newestFirst } from "./memory-directory.ts";
import { memoryEventLog } from "./memory-event-log.ts";

export function memoryDestinations(): DestinationDirectory {
  const rows = new Map<string, Destination>();
  return {
    add: async (destination) => void rows.set(destination.id, destination),
    find: async (creatorId, id) => {
      const row = rows.get(id);
      return row?.creatorId === creatorId ? row : null;
    },
    list: async (creatorId, page) =>
      newestFirst(
        [...rows.values()].filter((row) => row.creatorId === creatorId),
        page,
      ),
    change: async ({ id, creatorId, name, settings, pausedAt, sequence }, expected) => {
      const row = rows.get(id);
      if (row?.creatorId !== creatorId || row.sequence !== expected) return false;
      rows.set(id, { ...row, name, settings, pausedAt, sequence });
      return true;
    },
    remove: async (creatorId, id) => rows.get(id)?.creatorId === creatorId && rows.delete(id),
  };
}

const listed = (delivery: Delivery): ListedDelivery => ({
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
});

export function memoryDeliveries(log: Pick<EventLog, "append"> = memoryEventLog()): DeliveryDirectory & DeliveryProjection {
  const rows = new Map<string, { readonly row: ListedDelivery; readonly sequence: number }>();
  const of = (creatorId: string): ListedDelivery[] => [...rows.values()].map(({ row }) => row).filter((row) => row.creatorId === creatorId);
  return {
    put: async (delivery, told) => {
      if ((rows.get(delivery.id)?.sequence ?? 0) < delivery.sequence)
        rows.set(delivery.id, { row: listed(delivery), sequence: delivery.sequence });
      await log.append(told);
    },
    accountOf: async (creatorId, id): Promise<AccountKey | null> => of(creatorId).find((row) => row.id === id)?.account ?? null,
    list: async (creatorId, { uploadId, destinationId }, page) =>
      newestFirst(
        of(creatorId).filter(
          (row) => (uploadId === null || row.uploadId === uploadId) && (destinationId === null || row.destinationId === destinationId),
        ),
        page,
      ),
  };
}
