import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, json, security } from "#api/schemas.ts";
import { findEndpoint } from "./find-endpoint.ts";
import { issuedWebhookResource, issuedWebhookSchema, tagHeader, webhookTag } from "./webhook-resource.ts";

const DAY_SECONDS = 24 * 60 * 60;

const failures = declareFailures("invalid_request", "unauthorized", "forbidden", "webhook_not_found");

const route = createRoute({
  operationId: "rotateWebhook",
  method: "post",
  path: "/v1/webhooks/{id}/rotate",
  tags: ["webhooks"],
  summary: "Replace a webhook's secret",
  description:
    "During the overlap deliveries carry two signatures, and either secret verifies them. A secret that leaked is replaced with an overlap of 0.",
  security,
  request: {
    params: idParams("whk"),
    query: z.object({
      overlap_seconds: z.coerce
        .number()
        .int()
        .min(0)
        .max(7 * DAY_SECONDS)
        .default(DAY_SECONDS)
        .openapi({
          example: DAY_SECONDS,
          description: "How long the secret before goes on signing.",
        }),
    }),
  },
  responses: { 200: { ...json("The webhook, with its new secret.", issuedWebhookSchema), headers: tagHeader }, ...failures.responses },
});

export const rotateWebhook = (api: Api) =>
  api.openapi(route, async (c) => {
    const found = await findEndpoint(c, "webhooks:write", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const rotated = await found.value.endpoint.rotate(found.value.creatorId, c.req.valid("query").overlap_seconds * 1000);
    if (!rotated.ok) return failures.refuse(c, rotated.error);
    c.header("ETag", webhookTag(rotated.value.webhook));
    c.header("Cache-Control", "no-store");
    return c.json(issuedWebhookResource(rotated.value), 200);
  });
