import { createRoute } from "@hono/zod-openapi";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, json, security } from "#api/schemas.ts";
import { findEndpoint } from "./find-endpoint.ts";
import { tagHeader, webhookDetailResource, webhookDetailSchema, webhookTag } from "./webhook-resource.ts";

const failures = declareFailures("unauthorized", "forbidden", "webhook_not_found");

const route = createRoute({
  operationId: "disableWebhook",
  method: "post",
  path: "/v1/webhooks/{id}/disable",
  tags: ["webhooks"],
  summary: "Disable a webhook",
  description: "What is waiting stays until it is enabled again; what happens meanwhile is not sent later.",
  security,
  request: { params: idParams("whk") },
  responses: { 200: { ...json("The webhook as it is now.", webhookDetailSchema), headers: tagHeader }, ...failures.responses },
});

export const disableWebhook = (api: Api) =>
  api.openapi(route, async (c) => {
    const found = await findEndpoint(c, "webhooks:write", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const webhook = await found.value.endpoint.disable(found.value.creatorId);
    if (!webhook.ok) return failures.refuse(c, webhook.error);
    c.header("ETag", webhookTag(webhook.value));
    return c.json(webhookDetailResource(webhook.value), 200);
  });
