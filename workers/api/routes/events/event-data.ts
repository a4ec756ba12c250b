import { z } from "@hono/zod-openapi";
import type { EventType } from "#domain/events/event.ts";
import { DISABLED_REASONS } from "#domain/webhooks/webhook.ts";
import { lookFields, lookSchema } from "#api/routes/media/look-schema.ts";
import { exampleId, metadataSchema } from "#api/schemas.ts";

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
  "webhook.disabled": z.object({
    webhook_id: z.string().openapi({ example: exampleId("whk") }),
    url: z.string().openapi({ example: "https://app.example/hooks/sluice" }),
    reason: z.enum(DISABLED_REASONS).openapi({ example: "gone" }),
  }),
  "webhook.ping": z.object({ webhook_id: z.string().openapi({ example: exampleId("whk") }) }),
} as const satisfies Record<EventType | "webhook.ping", z.ZodObject>;
