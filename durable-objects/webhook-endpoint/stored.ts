import { z } from "zod";
import { EVENT_TYPES } from "#domain/events/event.ts";
import { idSchema } from "#domain/id-schema.ts";
import { ATTEMPT_FAULTS, DELIVERY_STATUSES } from "#domain/webhooks/delivery.ts";
import { DISABLED_REASONS } from "#domain/webhooks/webhook.ts";

/** Parsers of what an endpoint's rows hold: old rows outlive the code that wrote them. */

const time = z.number().nullable();

const owner = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("creator"),
    id: idSchema("whk"),
    creatorId: idSchema("crt"),
    createdAt: z.number(),
    settings: z.object({ url: z.string(), description: z.string().nullable(), types: z.array(z.enum(EVENT_TYPES)) }),
    secrets: z.array(z.object({ sealed: z.string(), until: time })),
  }),
  z.object({ kind: z.literal("service") }),
]);

export const endpointSchema = z.object({
  owner,
  stage: z.discriminatedUnion("status", [
    z.object({ status: z.literal("active") }),
    z.object({ status: z.literal("disabled"), reason: z.enum(DISABLED_REASONS), at: z.number() }),
    z.object({ status: z.literal("removed"), at: z.number() }),
  ]),
  health: z.object({ failuresInRow: z.number(), failingSince: time, lastDeliveredAt: time, pausedUntil: time }),
  sequence: z.number(),
});

export const attemptsSchema = z.array(
  z.object({ at: z.number(), durationMs: z.number(), status: z.number().nullable(), fault: z.enum(ATTEMPT_FAULTS).nullable() }),
);

export const deliveryRow = z.object({
  event_id: idSchema("evt"),
  type: z.string(),
  resource: z.string(),
  sequence: z.number(),
  request_id: z.string(),
  body: z.string(),
  status: z.enum(DELIVERY_STATUSES),
  once: z.number(),
  tries: z.number(),
  begun_at: time,
  next_at: time,
  since: time,
  finished_at: time,
  created_at: z.number(),
  attempt_count: z.number(),
  attempts: z.string(),
});
export type DeliveryRow = z.output<typeof deliveryRow>;

export const outboxRow = z.object({ key: z.string(), payload: z.string(), attempts: z.number(), next_at: z.number() });
export type OutboxRow = z.output<typeof outboxRow>;
