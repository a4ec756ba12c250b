import { z } from "zod";
import { EVENT_TYPES } from "#domain/events/event.ts";
import { SCOPES } from "#domain/identity/caller.ts";
import { look } from "#domain/media/media-info.ts";
import { idSchema } from "#domain/id-schema.ts";
import { DISABLED_REASONS } from "#domain/webhooks/webhook.ts";
import { parseSwitchKey, type SwitchKey } from "#domain/operators/switches.ts";

/** Parsers of what is read back: old rows outlive the code that wrote them. */

export const creatorRow = z.object({
  id: idSchema("crt"),
  name: z.string(),
  externalId: z.string().nullable(),
  keepMs: z.number().nullable(),
  keepAfterVerifiedMs: z.number().nullable(),
  createdAt: z.number(),
});

export const keyRow = z.object({
  id: idSchema("key"),
  creatorId: idSchema("crt"),
  name: z.string(),
  scopes: z.array(z.string()).transform((scopes) => SCOPES.filter((scope) => scopes.includes(scope))),
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
  lastUsedAt: z.number().nullable(),
});

export const uploadRow = z.object({
  id: idSchema("upl"),
  creatorId: idSchema("crt"),
  kind: z.enum(["whole", "partial", "final"]),
  status: z.enum(["receiving", "completing", "completed", "cancelled", "expired", "failed"]),
  filename: z.string(),
  contentType: z.string().nullable(),
  length: z.number().nullable(),
  offset: z.number(),
  externalId: z.string().nullable(),
  atomId: z.string().nullable(),
  assetId: idSchema("ast").nullable(),
  failureCode: z.string().nullable(),
  look: look.nullable(),
  createdAt: z.number(),
  expiresAt: z.number(),
  finishedAt: z.number().nullable(),
});

export const auditRow = z.object({
  number: z.number(),
  happenedAt: z.number(),
  actor: z.string(),
  action: z.string(),
  resource: z.string(),
  requestId: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  hash: z.string(),
});

export const auditHeadRow = auditRow.pick({ number: true, hash: true });

export const positionRow = z.object({ position: z.number() });

export const switchRow = z.object({
  key: z.string().transform((text, context): SwitchKey => {
    const key = parseSwitchKey(text);
    if (key !== null) return key;
    context.addIssue({ code: "custom", message: "not the key of a switch" });
    return z.NEVER;
  }),
  reason: z.string(),
  setBy: z.string(),
  setAt: z.number(),
});

export const assetClaimRow = z.object({
  id: idSchema("ast"),
  creatorId: idSchema("crt"),
  uploadId: idSchema("upl"),
  objectKey: z.string(),
  size: z.number(),
  deletedAt: z.number().nullable(),
  erasedAt: z.number().nullable(),
});

export const uploadClaimRow = uploadRow.pick({ id: true, creatorId: true, status: true });

export const dueRow = z.object({ id: idSchema("upl"), creatorId: idSchema("crt"), dueAt: z.number() });

export const uploadIdRow = z.object({ id: idSchema("upl") });

/** What stood in the way of a reservation, or did not. */
export const reservationRow = z.object({
  inserted: z.number(),
  openUploads: z.number(),
  openBytes: z.number(),
  fingerprint: z.string().nullable(),
  replayOf: idSchema("upl").nullable(),
  nameOwner: idSchema("upl").nullable(),
  nameStatus: z.string().nullable(),
  externalIdOwner: idSchema("upl").nullable(),
  paused: z.string().nullable(),
  suspended: z.string().nullable(),
});

const digest = z.string().nullable();

export const assetRow = z
  .object({
    id: idSchema("ast"),
    creatorId: idSchema("crt"),
    uploadId: idSchema("upl"),
    filename: z.string(),
    contentType: z.string(),
    size: z.number(),
    sha256: digest,
    crc32c: digest,
    blake3: digest,
    objectKey: z.string(),
    etag: z.string(),
    externalId: z.string().nullable(),
    atomId: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    keepUntil: z.number().nullable(),
    keepAfterVerifiedMs: z.number().nullable(),
    info: z
      .object({ look, keyframes: z.object({ count: z.number(), everyFrame: z.boolean(), complete: z.boolean() }).nullable() })
      .nullable(),
    infoAt: z.number().nullable(),
    createdAt: z.number(),
    sequence: z.number(),
  })
  .transform(({ sha256, crc32c, blake3, info, infoAt, ...asset }) => ({
    ...asset,
    inspection: info === null || infoAt === null ? null : { ...info, at: infoAt },
    digests: { ...(sha256 === null ? {} : { sha256 }), ...(crc32c === null ? {} : { crc32c }), ...(blake3 === null ? {} : { blake3 }) },
  }));

export const assetNameRow = z.object({ id: idSchema("ast"), creatorId: idSchema("crt") });

export const erasableRow = z.object({ id: idSchema("ast"), creatorId: idSchema("crt"), objectKey: z.string() });

export const placeRow = z.object({ position: z.number(), happenedAt: z.number() });

export const webhookRow = z.object({
  id: idSchema("whk"),
  creatorId: idSchema("crt"),
  url: z.string(),
  description: z.string().nullable(),
  types: z.array(z.string()).transform((types) => EVENT_TYPES.filter((type) => types.includes(type))),
  status: z.enum(["active", "disabled"]),
  disabledReason: z.enum(DISABLED_REASONS).nullable(),
  createdAt: z.number(),
  sequence: z.number(),
});

export const wantingRow = z.object({ id: idSchema("whk"), types: z.array(z.string()) });

export const placedRow = z.object({ placed: z.number() });
