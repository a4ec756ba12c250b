import type { AssetId, ConnectionId, CreatorId, DeliveryId, EventId, RequestId, UploadId, WebhookId } from "#domain/ids.ts";

export const EVENT_TYPES = [
  "upload.created",
  "upload.inspected",
  "upload.completed",
  "upload.failed",
  "upload.cancelled",
  "upload.expired",
  "asset.inspected",
  "asset.deleted",
  "webhook.disabled",
  "delivery.created",
  "delivery.started",
  "delivery.waiting",
  "delivery.published",
  "delivery.verified",
  "delivery.failed",
  "delivery.unknown",
  "delivery.cancelled",
  "connection.connected",
  "connection.needs_reauth",
  "connection.disconnected",
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** What an upload session tells of. */
export type UploadEventType = Extract<EventType, `upload.${string}`>;

/** Something that happened. However often and wherever it is told, its id stays the same. */
export type SluiceEvent = {
  readonly id: EventId;
  readonly type: EventType;
  readonly creatorId: CreatorId;
  /** What it happened to. */
  readonly resource: UploadId | AssetId | WebhookId | ConnectionId | DeliveryId;
  /** Grows with every event of this resource; events of one resource may be told out of order. */
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly happenedAt: number;
  readonly requestId: RequestId;
  /** snake_case, as webhooks and streams show it. */
  readonly data: Readonly<Record<string, unknown>>;
};

/** An event with its place in the log: places grow in the order in which the log took them, with gaps. */
export type LoggedEvent = SluiceEvent & { readonly position: number };
