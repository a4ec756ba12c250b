import { createRoute, z } from "@hono/zod-openapi";
import type { Opened, UploadDraft } from "#domain/uploads/intake.ts";
import { publicOrigin, requestContext, type Api, type ApiContext } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { optionalField } from "#api/headers/field.ts";
import { parseIdempotencyKey } from "#api/headers/idempotency-key.ts";
import { parseMediaType } from "#api/headers/media-type.ts";
import { fileNameFault } from "#api/headers/upload-name.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { isPast, termFields, termIn } from "#api/routes/assets/term-schema.ts";
import { atomIdSchema, externalIdSchema, json, jsonBody, metadataSchema, security } from "#api/schemas.ts";
import { openedUploadSchema, uploadResource } from "./upload-resource.ts";

const bodySchema = z
  .strictObject({
    filename: z
      .string()
      .refine((name) => fileNameFault(name) === null, "must be the name of a file: 1 to 255 characters, no path")
      .openapi({ example: "holiday.mp4" }),
    content_type: z
      .string()
      .refine((text) => parseMediaType("Content-Type", text).ok, "must be a media type")
      .optional()
      .openapi({ example: "video/mp4" }),
    length: z.int().min(0).optional().openapi({ example: 104857600, description: "Bytes; leave it out when it is not known yet." }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, "must be 64 hexadecimal digits")
      .optional()
      .openapi({ description: "Of the whole file; there is no asset before it has been verified." }),
    blake3: z.boolean().optional().openapi({ description: "Compute BLAKE3 too." }),
    external_id: externalIdSchema.optional(),
    atom_id: atomIdSchema.optional(),
    metadata: metadataSchema.optional(),
    keep_until: termFields.keep_until.openapi({
      example: "2027-01-31T00:00:00.000Z",
      description:
        "Within the hour after, the asset is deleted. null: it is kept until somebody deletes it. Left out: as the creator's assets are.",
    }),
    keep_after_verified_seconds: termFields.keep_after_verified_seconds.openapi({
      description: "How long the asset is kept once the last of its deliveries has been verified; null and left out as above.",
    }),
  })
  .openapi("UploadDraft", {
    example: { filename: "holiday.mp4", content_type: "video/mp4", length: 104857600, external_id: "episode-42" },
  });

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "invalid_header",
  "unsupported_media_type",
  "unauthorized",
  "forbidden",
  "application_refused",
  "application_unreachable",
  "rate_limited",
  "uploads_paused",
  "creator_suspended",
  "upload_too_large",
  "too_many_open_uploads",
  "too_many_open_bytes",
  "already_exists",
  "upload_in_progress",
  "external_id_taken",
  "idempotency_key_reused",
  "concatenation_invalid",
);

const route = createRoute({
  operationId: "createUpload",
  method: "post",
  path: "/v1/uploads",
  tags: ["uploads"],
  summary: "Begin an upload",
  description:
    "Reserves room and answers with the URL to which the bytes go, in any dialect: `PUT` with `Content-Range`, or `PATCH` of tus or of the IETF's resumable uploads. With an `Idempotency-Key` the same request may be sent again and gives the same upload.",
  security,
  middleware: [jsonOnly],
  request: {
    headers: z.object({ "idempotency-key": z.string().optional().openapi({ example: "8f14e45f-ceea-467f-a0b6-2d4f9c1b7a10" }) }),
    body: jsonBody(bodySchema),
  },
  responses: {
    201: {
      ...json("The upload, open.", openedUploadSchema),
      headers: z.object({
        Location: z.string().openapi({ description: "The upload as a resource." }),
        "Idempotent-Replayed": z.string().optional().openapi({ description: "`true` when this key was used for this request before." }),
      }),
    },
    ...failures.responses,
  },
});

function draftOf(body: z.output<typeof bodySchema>): UploadDraft {
  return {
    kind: "whole",
    partials: [],
    filename: body.filename,
    name: null,
    contentType: body.content_type ?? null,
    length: body.length ?? null,
    declared: body.sha256 === undefined ? {} : { sha256: body.sha256.toLowerCase() },
    alsoCompute: body.blake3 === true ? ["blake3"] : [],
    metadata: body.metadata ?? {},
    tusMetadata: null,
    tusConcat: null,
    externalId: body.external_id ?? null,
    atomId: body.atom_id ?? null,
    keep: termIn(body),
  };
}

/** The body that created it, and what is wanted to be the same when the key comes again. */
export const openedResource = (
  c: ApiContext,
  { upload, handle }: Pick<Opened, "upload" | "handle">,
): z.input<typeof openedUploadSchema> => ({
  ...uploadResource(upload, c.var.services.intake.limits),
  upload_url: `${publicOrigin(c)}/files/${handle}`,
});

export const createUpload = (api: Api) =>
  api.openapi(route, async (c) => {
    const { intake, secrets, clock } = c.var.services;
    const key = optionalField(c.req.raw.headers, "Idempotency-Key", parseIdempotencyKey);
    if (!key.ok) return failures.refuse(c, key.error);
    const body = c.req.valid("json");
    const draft = draftOf(body);
    if (isPast(draft.keep.keepUntil, clock.now()))
      return failures.refuse(c, { code: "invalid_request", detail: "keep_until has passed: there would be no asset to keep." });
    const idempotency = key.value === null ? null : { key: key.value, fingerprint: await secrets.sha256(JSON.stringify(body)) };
    const opened = await intake.open(draft, requestContext(c), idempotency);
    if (!opened.ok) return failures.refuse(c, opened.error);
    c.header("Location", `${publicOrigin(c)}/v1/uploads/${opened.value.upload.id}`);
    c.header("Cache-Control", "no-store");
    if (opened.value.replayed) c.header("Idempotent-Replayed", "true");
    return c.json(openedResource(c, opened.value), 201);
  });
