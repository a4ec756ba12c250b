import { z } from "@hono/zod-openapi";
import type { Asset } from "#domain/assets/asset.ts";
import { exampleId, metadataSchema, rfc3339, timeSchema } from "#api/schemas.ts";

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
    created_at: timeSchema,
  })
  .openapi("Asset");

export const assetResource = (asset: Asset): z.input<typeof assetSchema> => ({
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
  created_at: rfc3339(asset.createdAt),
});
