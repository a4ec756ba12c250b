import { z } from "@hono/zod-openapi";
import type { IntakeLimits } from "#domain/uploads/intake.ts";
import type { ListedUpload } from "#domain/uploads/directory.ts";
import type { UploadProgress, UploadView } from "#domain/uploads/upload-session.ts";
import { PROBLEMS } from "#api/problem-table.ts";
import { lookResource, lookSchema } from "#api/routes/media/look-schema.ts";
import { exampleId, keepSchema, metadataSchema, rfc3339, rfc3339OrNull, secondsOf, timeSchema } from "#api/schemas.ts";

export const statusSchema = z
  .enum(["receiving", "completing", "completed", "cancelled", "expired", "failed"])
  .openapi({ example: "receiving" });

export const listedUploadSchema = z
  .object({
    id: z.string().openapi({ example: exampleId("upl") }),
    kind: z.enum(["whole", "partial", "final"]).openapi({ example: "whole" }),
    status: statusSchema,
    filename: z.string().openapi({ example: "holiday.mp4" }),
    content_type: z.string().nullable().openapi({ example: "video/mp4", description: "As announced; never believed." }),
    length: z.int().nullable().openapi({ example: 104857600 }),
    offset: z.int().openapi({ example: 16777216, description: "Contiguous bytes from 0 that are durable. In lists up to a minute old." }),
    external_id: z.string().nullable().openapi({ example: "episode-42" }),
    atom_id: z.string().nullable().openapi({ example: null }),
    asset_id: z.string().nullable().openapi({ example: null }),
    failure_code: z.string().nullable().openapi({ example: null }),
    look: lookSchema.nullable(),
    created_at: timeSchema,
    expires_at: timeSchema,
    finished_at: timeSchema.nullable(),
  })
  .openapi("ListedUpload");

export const uploadSchema = listedUploadSchema
  .extend({
    stored_bytes: z.int().openapi({ example: 16777216, description: "All durable bytes, ranges beyond `offset` included." }),
    part_bytes: z.int().openapi({ example: 8388608, description: "A range that begins beyond `offset` begins at a multiple of this." }),
    max_append_bytes: z.int().openapi({ example: 95000000, description: "The most that one request may carry." }),
    metadata: metadataSchema,
    keep_until: timeSchema.nullable().optional().openapi({
      description: "Of the asset, as it was asked for at creation; left out: the creator's term. What counts later is on the asset.",
    }),
    keep_after_verified_seconds: keepSchema.optional().openapi({ example: 2_592_000, description: "As `keep_until`." }),
    failure_detail: z.string().nullable(),
    asset: z
      .object({
        id: z.string().openapi({ example: exampleId("ast") }),
        size: z.int(),
        content_type: z.string(),
        sha256: z.string().nullable(),
        crc32c: z.string().nullable(),
        blake3: z.string().nullable(),
      })
      .nullable(),
  })
  .openapi("Upload");

export const uploadViewSchema = uploadSchema
  .extend({
    ranges: z
      .array(z.object({ start: z.int(), end: z.int() }))
      .openapi({ example: [{ start: 0, end: 16777216 }], description: "What is stored, as half-open ranges [start, end)." }),
  })
  .openapi("UploadView");

export const openedUploadSchema = uploadSchema
  .extend({
    upload_url: z.url().openapi({
      example: `https://sluice.example/files/${exampleId("upl")}.Jk3mX0aRrVQxq0mUo3nSg1u4bB7yZc9dLw2eHf5tPiA`,
      description: "Whoever has it may go on with the upload: Content-Range, tus and the IETF's resumable uploads.",
    }),
  })
  .openapi("OpenedUpload");

export const listedUploadResource = (upload: ListedUpload): z.input<typeof listedUploadSchema> => ({
  id: upload.id,
  kind: upload.kind,
  status: upload.status,
  filename: upload.filename,
  content_type: upload.contentType,
  length: upload.length,
  offset: upload.offset,
  external_id: upload.externalId,
  atom_id: upload.atomId,
  asset_id: upload.assetId,
  failure_code: upload.failureCode,
  look: upload.look && lookResource({ look: upload.look, size: upload.length }),
  created_at: rfc3339(upload.createdAt),
  expires_at: rfc3339(upload.expiresAt),
  finished_at: rfc3339OrNull(upload.finishedAt),
});

function failureDetail({ failure }: UploadProgress): string | null {
  if (failure === null) return null;
  switch (failure.code) {
    case "digest_mismatch":
      return PROBLEMS.digest_mismatch.detail(failure);
    case "content_type_refused":
      return PROBLEMS.content_type_refused.detail(failure);
    case "upload_failed":
      return PROBLEMS.upload_failed.detail(failure);
  }
}

const askedTerm = ({ keep: { keepUntil, keepAfterVerifiedMs } = {} }: UploadProgress) => ({
  ...(keepUntil === undefined ? {} : { keep_until: rfc3339OrNull(keepUntil) }),
  ...(keepAfterVerifiedMs === undefined ? {} : { keep_after_verified_seconds: secondsOf(keepAfterVerifiedMs) }),
});

export const uploadResource = (upload: UploadProgress, { maxAppendBytes }: IntakeLimits): z.input<typeof uploadSchema> => ({
  ...listedUploadResource({ ...upload, assetId: upload.asset?.id ?? null, failureCode: upload.failure?.code ?? null }),
  stored_bytes: upload.storedBytes,
  part_bytes: upload.partBytes,
  max_append_bytes: maxAppendBytes,
  metadata: { ...upload.metadata },
  ...askedTerm(upload),
  failure_detail: failureDetail(upload),
  asset: upload.asset && {
    id: upload.asset.id,
    size: upload.asset.size,
    content_type: upload.asset.contentType,
    sha256: upload.asset.digests.sha256 ?? null,
    crc32c: upload.asset.digests.crc32c ?? null,
    blake3: upload.asset.digests.blake3 ?? null,
  },
});

export const uploadViewResource = (view: UploadView, limits: IntakeLimits): z.input<typeof uploadViewSchema> => ({
  ...uploadResource(view, limits),
  ranges: view.ranges.map(({ start, end }) => ({ start, end })),
});
