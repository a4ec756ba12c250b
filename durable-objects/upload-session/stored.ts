import { z } from "zod";
import { idSchema } from "#domain/id-schema.ts";
import { look } from "#domain/media/media-info.ts";
import type { UploadSpec } from "#domain/uploads/upload-session.ts";
import type { UploadState } from "./machine.ts";

const bytes = z.number().int().nonnegative();
const time = z.number().int();
const digests = z.object({
  sha256: z.string().exactOptional(),
  crc32c: z.string().exactOptional(),
  blake3: z.string().exactOptional(),
  md5: z.string().exactOptional(),
});
const algorithm = z.enum(["sha256", "crc32c", "blake3", "md5"]);

const spec = z.object({
  id: idSchema("upl"),
  creatorId: idSchema("crt"),
  kind: z.enum(["whole", "partial", "final"]),
  sources: z.array(z.object({ uploadId: idSchema("upl"), size: bytes })),
  name: z.string().nullable().default(null),
  filename: z.string(),
  contentType: z.string().nullable(),
  length: bytes.nullable(),
  maxBytes: bytes,
  plan: z.object({ partBytes: bytes.positive(), attempts: z.number().int().positive() }),
  declared: digests,
  algorithms: z.array(algorithm),
  metadata: z.record(z.string(), z.string()),
  tusMetadata: z.string().nullable(),
  tusConcat: z.string().nullable(),
  externalId: z.string().nullable(),
  atomId: z.string().nullable(),
  keep: z.object({ keepUntil: time.nullable().exactOptional(), keepAfterVerifiedMs: bytes.nullable().exactOptional() }).default({}),
  acceptedTypes: z.array(z.string()),
  ttlMs: z.number().int().positive(),
  createdAt: time,
  asksBeforeCompletion: z.boolean(),
});

const failure = z.discriminatedUnion("code", [
  z.object({ code: z.literal("digest_mismatch"), algorithm: z.string(), expected: z.string(), received: z.string() }),
  z.object({ code: z.literal("content_type_refused"), detected: z.string(), accepted: z.array(z.string()) }),
  z.object({ code: z.literal("upload_failed"), reason: z.string() }),
]);

const object = z.object({ key: z.string(), size: bytes, etag: z.string(), uploadId: z.string().nullable() });

const stage = z.discriminatedUnion("status", [
  z.object({ status: z.literal("receiving") }),
  z.object({ status: z.literal("completing"), object: object.nullable() }),
  z.object({
    status: z.literal("completed"),
    asset: z.object({ id: idSchema("ast"), size: bytes, digests, contentType: z.string() }),
    finishedAt: time,
  }),
  z.object({ status: z.enum(["cancelled", "expired"]), finishedAt: time }),
  z.object({ status: z.literal("failed"), failure, finishedAt: time }),
]);

const state = z.object({
  stage,
  length: bytes.nullable(),
  offset: bytes,
  storedBytes: bytes,
  hashedTo: bytes,
  declared: digests,
  detectedType: z.string().nullable(),
  /** States of 0.1.0 have none; one that can't be read is no reason to lose an upload. */
  look: look.nullable().catch(null),
  consented: z.boolean(),
  held: z.boolean().default(false),
  expiresAt: time,
  sequence: z.number().int().positive(),
});

/** Old rows outlive the code that wrote them: both throw on one that this code can't understand. */
export const readSpec = (json: string): UploadSpec => spec.parse(JSON.parse(json));
export const readState = (of: UploadSpec, json: string): UploadState => ({ spec: of, ...state.parse(JSON.parse(json)) });
