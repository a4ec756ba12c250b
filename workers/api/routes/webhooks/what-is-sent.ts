import { z } from "@hono/zod-openapi";
import { EVENT_TYPES } from "#domain/events/event.ts";
import type { Api } from "#api/context.ts";
import { EVENT_DATA } from "#api/routes/events/event-data.ts";
import { exampleId, timeSchema } from "#api/schemas.ts";

const SENT_BESIDES = ["webhook.ping"] as const;

const headers = z.object({
  "webhook-id": z.string().openapi({ example: exampleId("evt"), description: "The event's id: the same however often it is sent." }),
  "webhook-timestamp": z.string().openapi({ example: "1795176000", description: "Seconds, of this attempt." }),
  "webhook-signature": z.string().openapi({
    example: "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    description: "`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; two, with a space between, while a secret is being replaced.",
  }),
});

const bodyOf = (type: keyof typeof EVENT_DATA) =>
  z
    .object({
      type: z.literal(type).openapi({ example: type }),
      timestamp: timeSchema.openapi({ description: "When it happened." }),
      sequence: z.int().openapi({ example: 7, description: "Grows with every event of the resource: deliveries may come out of order." }),
      resource: z.string().openapi({ example: exampleId(type.startsWith("upload") ? "upl" : type.startsWith("asset") ? "ast" : "whk") }),
      data: EVENT_DATA[type],
    })
    .openapi({ description: "What happened." });

/** The `webhooks` of OpenAPI 3.1: what receivers are sent. */
export function whatIsSent(api: Api): void {
  for (const type of [...EVENT_TYPES, ...SENT_BESIDES]) {
    api.openAPIRegistry.registerWebhook({
      path: type,
      method: "post",
      operationId: `on ${type}`,
      tags: ["webhooks"],
      summary: type,
      request: { headers, body: { required: true, content: { "application/json": { schema: bodyOf(type) } } } },
      responses: {
        "2XX": { description: "Taken. Anything else, a redirect too, is a failure and comes again." },
        410: { description: "Taken never again: the webhook is disabled." },
        429: { description: "Not now: `Retry-After` is honoured, as with every failure." },
      },
    });
  }
}
