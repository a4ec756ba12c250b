import { z } from "@hono/zod-openapi";
import { EVENT_TYPES } from "#domain/events/event.ts";
import { DISABLED_REASONS, type IssuedWebhook, type Webhook, type WebhookDetail, type WebhookSettings } from "#domain/webhooks/webhook.ts";
import { writeEntityTag } from "#api/headers/conditional.ts";
import { exampleId, rfc3339, rfc3339OrNull, timeSchema } from "#api/schemas.ts";

const EXAMPLE_URL = "https://app.example/hooks/sluice";

const urlSchema = z.string().min(1).max(2048).openapi({
  example: EXAMPLE_URL,
  description: "`https`, port 443, a public host name. Checked here and again whenever something is sent.",
});
const descriptionSchema = z.string().max(255).nullable().openapi({ example: "Newsroom, production" });
const typesSchema = z
  .array(z.enum(EVENT_TYPES))
  .max(EVENT_TYPES.length)
  .refine((types) => new Set(types).size === types.length, "names a type twice")
  .openapi({
    example: ["upload.completed", "upload.failed"],
    description: "Which events are sent; empty: all, those of later versions too.",
  });

export const webhookDraftSchema = z
  .strictObject({ url: urlSchema, description: descriptionSchema.optional(), types: typesSchema.optional() })
  .openapi("WebhookDraft", { example: { url: EXAMPLE_URL, types: ["upload.completed", "upload.failed"] } });

export const webhookChangesSchema = z
  .strictObject({ url: urlSchema.optional(), description: descriptionSchema.optional(), types: typesSchema.optional() })
  .openapi("WebhookChanges", { example: { types: [] } });

export const webhookSchema = z
  .object({
    id: z.string().openapi({ example: exampleId("whk") }),
    url: urlSchema,
    description: descriptionSchema,
    types: typesSchema,
    status: z.enum(["active", "disabled"]).openapi({ example: "active" }),
    disabled_reason: z.enum(DISABLED_REASONS).nullable().openapi({
      example: null,
      description: "`gone`: the receiver answered 410. `exhausted`: every attempt of a whole schedule failed. `by_creator`: you did.",
    }),
    created_at: timeSchema,
  })
  .openapi("Webhook");

export const webhookDetailSchema = webhookSchema
  .extend({
    disabled_at: timeSchema.nullable().openapi({ example: null }),
    previous_secret_until: timeSchema.nullable().openapi({ example: null, description: "Until when the secret before signs too." }),
    last_delivered_at: timeSchema.nullable(),
    failing_since: timeSchema.nullable().openapi({ example: null, description: "The first failure since something was delivered." }),
  })
  .openapi("WebhookDetail");

export const issuedWebhookSchema = webhookDetailSchema
  .extend({
    secret: z.string().openapi({ example: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD1G2GLaVfQpo=", description: "Shown this once." }),
  })
  .openapi("IssuedWebhook");

export const settingsOf = ({ url, description, types }: z.output<typeof webhookChangesSchema>): Partial<WebhookSettings> => ({
  ...(url === undefined ? {} : { url }),
  ...(description === undefined ? {} : { description }),
  ...(types === undefined ? {} : { types }),
});

export const webhookResource = (webhook: Webhook): z.input<typeof webhookSchema> => ({
  id: webhook.id,
  url: webhook.url,
  description: webhook.description,
  types: [...webhook.types],
  status: webhook.status,
  disabled_reason: webhook.disabledReason,
  created_at: rfc3339(webhook.createdAt),
});

export const webhookDetailResource = (webhook: WebhookDetail): z.input<typeof webhookDetailSchema> => ({
  ...webhookResource(webhook),
  disabled_at: rfc3339OrNull(webhook.disabledAt),
  previous_secret_until: rfc3339OrNull(webhook.previousSecretUntil),
  last_delivered_at: rfc3339OrNull(webhook.lastDeliveredAt),
  failing_since: rfc3339OrNull(webhook.failingSince),
});

export const issuedWebhookResource = ({ webhook, secret }: IssuedWebhook): z.input<typeof issuedWebhookSchema> => ({
  ...webhookDetailResource(webhook),
  secret,
});

/** Of settings and status; deliveries do not change it. */
export const webhookTag = ({ sequence }: Webhook): string => writeEntityTag({ weak: false, opaque: String(sequence) });

export const tagHeader = z.object({ ETag: z.string().openapi({ example: '"3"', description: "For `If-Match` of a change." }) });
