import { z } from "@hono/zod-openapi";
import type { EventType } from "#domain/events/event.ts";
import { CAPABILITIES, CONNECTION_STATUSES } from "#domain/connections/connection.ts";
import { DELIVERY_STATUSES, WAITING_REASONS } from "#domain/publishing/delivery.ts";
import { DISABLED_REASONS } from "#domain/webhooks/webhook.ts";
import { lookFields, lookSchema } from "#api/routes/media/look-schema.ts";
import { exampleId, metadataSchema, timeSchema } from "#api/schemas.ts";

const whose = {
  upload_id: z.string().openapi({ example: exampleId("upl") }),
  creator_id: z.string().openapi({ example: exampleId("crt") }),
  filename: z.string().openapi({ example: "holiday.mp4" }),
  external_id: z.string().nullable().openapi({ example: "episode-42" }),
  atom_id: z.string().nullable().openapi({ example: null }),
  metadata: metadataSchema,
};

const digest = z.string().optional().openapi({ description: "Hexadecimal, where it was computed." });

const ofUpload = z.object({
  ...whose,
  length: z.int().nullable().openapi({ example: 104857600, description: "What was announced; null: nothing was." }),
  size: z.int().openapi({ example: 104857600, description: "What had come in." }),
});

const ofAsset = z.object({
  asset_id: z.string().openapi({ example: exampleId("ast") }),
  ...whose,
  size: z.int().openapi({ example: 104857600 }),
});

const account = z.string().openapi({ example: "youtube:UCk8GzjMOrta8yxDcKfylJYw" });

const ofConnection = z.object({
  connection_id: z.string().openapi({ example: exampleId("con") }),
  creator_id: z.string().openapi({ example: exampleId("crt") }),
  account,
  channel_id: z.string().nullable().openapi({ example: "UCk8GzjMOrta8yxDcKfylJYw" }),
  title: z.string().openapi({ example: "Zoë's films" }),
  capabilities: z.array(z.enum(CAPABILITIES)),
  status: z.enum(CONNECTION_STATUSES).openapi({ example: "active" }),
});

const ofDelivery = z.object({
  delivery_id: z.string().openapi({ example: exampleId("dlv") }),
  creator_id: z.string().openapi({ example: exampleId("crt") }),
  destination_id: z.string().openapi({ example: exampleId("dst") }),
  account,
  upload_id: z.string().openapi({ example: exampleId("upl") }),
  asset_id: z
    .string()
    .nullable()
    .openapi({ example: exampleId("ast") }),
  title: z.string().openapi({ example: "Harvest" }),
  status: z.enum(DELIVERY_STATUSES).openapi({ example: "verified" }),
  waiting_on: z.object({ reason: z.enum(WAITING_REASONS), detail: z.string().nullable(), until: timeSchema.nullable() }).nullable(),
  failure: z.object({ code: z.string(), detail: z.string(), retryable: z.boolean() }).nullable(),
  remote_id: z.string().nullable().openapi({ example: "dQw4w9WgXcQ" }),
  remote_url: z.string().nullable().openapi({ example: "https://youtu.be/dQw4w9WgXcQ" }),
});

/** What `data` holds, by type. Members may be added, never taken away. */
export const EVENT_DATA = {
  "upload.created": ofUpload,
  "upload.inspected": ofUpload.extend({ look: lookSchema }),
  "upload.completed": ofUpload.extend({
    asset_id: z.string().openapi({ example: exampleId("ast") }),
    content_type: z.string().openapi({ example: "video/mp4", description: "By the container's magic bytes." }),
    sha256: z.string().openapi({ description: "Hexadecimal." }),
    crc32c: digest,
    blake3: digest,
    md5: digest,
  }),
  "upload.failed": ofUpload.extend({
    error: z.object({ code: z.string() }).openapi({ example: { code: "digest_mismatch" } }),
  }),
  "upload.cancelled": ofUpload,
  "upload.expired": ofUpload,
  "asset.inspected": ofAsset.extend({
    look: z.object(lookFields),
    keyframes: z.object({ count: z.int(), every_frame: z.boolean(), complete: z.boolean() }).nullable(),
  }),
  "asset.deleted": ofAsset,
  "connection.connected": ofConnection,
  "connection.needs_reauth": ofConnection,
  "connection.disconnected": ofConnection,
  "delivery.created": ofDelivery,
  "delivery.started": ofDelivery,
  "delivery.waiting": ofDelivery,
  "delivery.published": ofDelivery,
  "delivery.verified": ofDelivery,
  "delivery.failed": ofDelivery,
  "delivery.unknown": ofDelivery,
  "delivery.cancelled": ofDelivery,
  "webhook.disabled": z.object({
    webhook_id: z.string().openapi({ example: exampleId("whk") }),
    url: z.string().openapi({ example: "https://app.example/hooks/sluice" }),
    reason: z.enum(DISABLED_REASONS).openapi({ example: "gone" }),
  }),
  "webhook.ping": z.object({ webhook_id: z.string().openapi({ example: exampleId("whk") }) }),
} as const satisfies Record<EventType | "webhook.ping", z.ZodObject>;
