import { z } from "@hono/zod-openapi";
import type { AssetInspection, StoredAsset } from "#domain/assets/asset.ts";
import { writeEntityTag, type EntityTag } from "#api/headers/conditional.ts";
import type { ApiContext } from "#api/context.ts";
import { lookFields, lookResource } from "#api/routes/media/look-schema.ts";
import { exampleId, json, keepSchema, metadataSchema, rfc3339, rfc3339OrNull, secondsOf, timeSchema } from "#api/schemas.ts";

export const assetSchema = z
  .object({
    id: z.string().openapi({ example: exampleId("ast") }),
    upload_id: z.string().openapi({ example: exampleId("upl") }),
    filename: z.string().openapi({ example: "holiday.mp4" }),
    content_type: z.string().openapi({ example: "video/mp4", description: "By the container's magic bytes." }),
    size: z.int().openapi({ example: 104857600 }),
    sha256: z.string().nullable(),
    crc32c: z.string().nullable(),
    blake3: z.string().nullable(),
    external_id: z.string().nullable().openapi({ example: "episode-42" }),
    atom_id: z.string().nullable().openapi({ example: null }),
    metadata: metadataSchema,
    keep_until: timeSchema
      .nullable()
      .openapi({ description: "It is deleted within the hour after; null: kept until somebody deletes it." }),
    keep_after_verified_seconds: keepSchema.openapi({
      example: null,
      description: "How long it is kept once the last of its deliveries has been verified.",
    }),
    info: z
      .object({
        ...lookFields,
        keyframes: z.object({ count: z.int(), every_frame: z.boolean(), complete: z.boolean() }).nullable(),
        inspected_at: timeSchema,
      })
      .nullable()
      .openapi({ description: "What the whole file is; null until it has been looked into, mostly seconds after it was stored." }),
    created_at: timeSchema,
  })
  .openapi("Asset");

export const assetResource = (asset: StoredAsset): z.input<typeof assetSchema> => ({
  id: asset.id,
  upload_id: asset.uploadId,
  filename: asset.filename,
  content_type: asset.contentType,
  size: asset.size,
  sha256: asset.digests.sha256 ?? null,
  crc32c: asset.digests.crc32c ?? null,
  blake3: asset.digests.blake3 ?? null,
  external_id: asset.externalId,
  atom_id: asset.atomId,
  metadata: { ...asset.metadata },
  keep_until: rfc3339OrNull(asset.keepUntil),
  keep_after_verified_seconds: secondsOf(asset.keepAfterVerifiedMs),
  info: asset.inspection && infoResource(asset.inspection, asset.size),
  created_at: rfc3339(asset.createdAt),
});

const infoResource = ({ look, keyframes, at }: AssetInspection, size: number) => ({
  ...lookResource({ look, size }),
  keyframes: keyframes && { count: keyframes.count, every_frame: keyframes.everyFrame, complete: keyframes.complete },
  inspected_at: rfc3339(at),
});

const TAG_DIGITS = 32;

/** Of the asset as JSON. */
export async function assetTag(c: ApiContext, asset: StoredAsset): Promise<EntityTag> {
  const hash = await c.var.services.secrets.sha256(JSON.stringify(assetResource(asset)));
  return { weak: false, opaque: hash.slice(0, TAG_DIGITS) };
}

export const tagged = async (c: ApiContext, asset: StoredAsset): Promise<void> =>
  c.header("ETag", writeEntityTag(await assetTag(c, asset)));

export const taggedAsset = {
  ...json("The asset.", assetSchema),
  headers: z.object({ ETag: z.string().openapi({ description: "For `If-Match` of a change." }) }),
};
