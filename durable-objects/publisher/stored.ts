import { z } from "zod";
import { idSchema } from "#domain/id-schema.ts";
import { accountSchema } from "#domain/publishing/account-schema.ts";

/** Parsers of what a publisher's rows hold: old rows outlive the code that wrote them. */

const time = z.number().nullable();

const metadata = z.object({
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  categoryId: z.string(),
  language: z.string().nullable(),
  privacy: z.enum(["public", "unlisted", "private"]),
  publishAt: time,
  madeForKids: z.boolean(),
});

const spec = z.object({
  id: idSchema("dlv"),
  creatorId: idSchema("crt"),
  destinationId: idSchema("dst"),
  connectionId: idSchema("con"),
  source: z.object({
    uploadId: idSchema("upl"),
    assetId: idSchema("ast"),
    objectKey: z.string(),
    size: z.number(),
    contentType: z.string(),
    durationSeconds: time,
  }),
  metadata,
  priority: z.number(),
  scheduleAt: time,
  createdAt: z.number(),
  requestId: idSchema("req"),
});

const stage = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("waiting"),
    hold: z.object({ reason: z.enum(["backoff", "quota", "reauth"]), detail: z.string().nullable(), until: z.number() }).nullable(),
  }),
  z.object({ status: z.literal("transferring") }),
  z.object({ status: z.literal("committing"), since: z.number(), askAt: time }),
  z.object({ status: z.literal("processing"), since: z.number(), processed: z.number().nullable() }),
  z.object({ status: z.enum(["verified", "cancelled"]), at: z.number() }),
  z.object({
    status: z.literal("failed"),
    failure: z.object({ code: z.string(), detail: z.string(), retryable: z.boolean() }),
    at: z.number(),
  }),
  z.object({ status: z.literal("unknown"), detail: z.string(), at: z.number() }),
]);

export const deliverySchema = z.object({
  spec,
  stage,
  session: z.string().nullable(),
  sessions: z.number(),
  bytesDone: z.number(),
  tries: z.number(),
  lease: z.object({ until: z.number(), taken: z.boolean() }).nullable(),
  epoch: z.number(),
  remoteId: z.string().nullable(),
  changedAt: z.number(),
  sequence: z.number(),
});

export const accountStateSchema = z.object({
  account: accountSchema,
  pausedAt: time,
  /** An operator has turned publishing off: why, and when to look again. */
  gate: z.object({ reason: z.string(), lookAt: z.number() }).nullable(),
  /** When the peer is asked again how what it has is coming along, and how often it was asked in vain. */
  checkAt: time,
  checks: z.number(),
  /** Its delivery has ended, and yet bytes may be on their way until its carrier has let go, or then. */
  lingering: z.object({ deliveryId: idSchema("dlv"), epoch: z.number(), until: z.number() }).nullable(),
});
export type AccountState = z.output<typeof accountStateSchema>;

export const outboxRow = z.object({ key: z.string(), payload: z.string(), attempts: z.number(), next_at: z.number() });
export type OutboxRow = z.output<typeof outboxRow>;

export const carriage = z.object({ deliveryId: idSchema("dlv"), epoch: z.number(), requestId: idSchema("req") });
export const abandonment = z.object({ deliveryId: idSchema("dlv"), session: z.string() });
