import { createRoute, z } from "@hono/zod-openapi";
import { messageOf } from "#domain/webhooks/delivery.ts";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { readEventCursor, writeEventCursor } from "#api/routes/events/event-cursor.ts";
import { eventCursorSchema } from "#api/routes/events/event-resource.ts";
import { idParams, json, rfc3339, security } from "#api/schemas.ts";
import { findEndpoint } from "./find-endpoint.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "forbidden", "webhook_not_found", "webhook_disabled");

const replaySchema = z
  .object({
    queued: z.int().openapi({ example: 12, description: "So many are on their way because of this." }),
    has_more: z.boolean().openapi({ example: false, description: "The log goes on: come again with `next_cursor` as `after`." }),
    next_cursor: eventCursorSchema.nullable(),
  })
  .openapi("WebhookReplay");

const route = createRoute({
  operationId: "replayWebhook",
  method: "post",
  path: "/v1/webhooks/{id}/replay",
  tags: ["webhooks"],
  summary: "Send what a webhook has missed",
  description:
    "Goes through the log of the last thirty days, a page at a time: what happened while the webhook was disabled, or before there was one, " +
    "is sent now, and so is what has failed. What the receiver has taken, and what is on its way, is left alone.",
  security,
  request: {
    params: idParams("whk"),
    query: z.object({
      after: z
        .string()
        .max(64)
        .optional()
        .openapi({
          example: writeEventCursor(42_017),
          description: "`cursor` of an event, or `next_cursor`. Left out: from the oldest on.",
        }),
      limit: z.coerce.number().int().min(1).max(100).default(100).openapi({ example: 100, description: "Events looked at, at most." }),
    }),
  },
  responses: { 202: json("What became of one page of the log.", replaySchema), ...failures.responses },
});

export const replayWebhook = (api: Api) =>
  api.openapi(route, async (c) => {
    const found = await findEndpoint(c, "webhooks:write", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const { limit, after: text } = c.req.valid("query");
    const after = text === undefined ? 0 : readEventCursor(text);
    if (after === null) return failures.refuse(c, { code: "invalid_cursor" });
    const { creatorId, endpoint } = found.value;
    const webhook = await endpoint.view(creatorId);
    if (!webhook.ok) return failures.refuse(c, webhook.error);

    const { types } = webhook.value;
    const events = await c.var.services.events.page(creatorId, { after, types, resource: null, limit: limit + 1 });
    const page = events.slice(0, limit);
    const replayed = await endpoint.replay(
      creatorId,
      page.map((event) => messageOf(event, rfc3339)),
    );
    if (!replayed.ok) return failures.refuse(c, replayed.error);
    const last = page.at(-1)?.position ?? after;
    const next = last === 0 ? null : writeEventCursor(last);
    return c.json({ queued: replayed.value, has_more: events.length > limit, next_cursor: next }, 202);
  });
