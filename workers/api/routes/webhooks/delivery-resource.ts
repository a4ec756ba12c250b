import { z } from "@hono/zod-openapi";
import { ATTEMPT_FAULTS, DELIVERY_STATUSES, type WebhookDelivery } from "#domain/webhooks/delivery.ts";
import { exampleId, rfc3339, rfc3339OrNull, timeSchema } from "#api/schemas.ts";

const attemptSchema = z.object({
  at: timeSchema,
  duration_ms: z.int().openapi({ example: 87 }),
  status: z.int().nullable().openapi({ example: 503, description: "What the receiver answered; null: nothing." }),
  fault: z.enum(ATTEMPT_FAULTS).nullable().openapi({ example: "refused", description: "Why it does not count as delivered." }),
});

export const deliverySchema = z
  .object({
    id: z.string().openapi({ example: exampleId("evt"), description: "The event's id, and the `webhook-id` of every attempt." }),
    type: z.string().openapi({ example: "upload.completed" }),
    resource: z.string().openapi({ example: exampleId("upl") }),
    sequence: z.int().openapi({ example: 7 }),
    status: z.enum(DELIVERY_STATUSES).openapi({ example: "pending" }),
    created_at: timeSchema,
    next_attempt_at: timeSchema.nullable(),
    finished_at: timeSchema.nullable().openapi({ example: null }),
    attempt_count: z.int().openapi({ example: 1 }),
    attempts: z.array(attemptSchema).openapi({ description: "The newest twenty, oldest first." }),
  })
  .openapi("WebhookDelivery");

export const deliveryResource = (delivery: WebhookDelivery): z.input<typeof deliverySchema> => ({
  id: delivery.id,
  type: delivery.type,
  resource: delivery.resource,
  sequence: delivery.sequence,
  status: delivery.status,
  created_at: rfc3339(delivery.createdAt),
  next_attempt_at: rfc3339OrNull(delivery.nextAttemptAt),
  finished_at: rfc3339OrNull(delivery.finishedAt),
  attempt_count: delivery.attemptCount,
  attempts: delivery.attempts.map(({ at, durationMs, status, fault }) => ({ at: rfc3339(at), duration_ms: durationMs, status, fault })),
});
