import { createRoute } from "@hono/zod-openapi";
import { createWebhook as create } from "#domain/webhooks/create.ts";
import { callerOf, publicOrigin, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { json, jsonBody, security } from "#api/schemas.ts";
import { checkTarget } from "./check-target.ts";
import { issuedWebhookResource, issuedWebhookSchema, tagHeader, webhookDraftSchema, webhookTag } from "./webhook-resource.ts";

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "unsupported_media_type",
  "unauthorized",
  "forbidden",
  "webhook_url_refused",
  "too_many_webhooks",
);

const route = createRoute({
  operationId: "createWebhook",
  method: "post",
  path: "/v1/webhooks",
  tags: ["webhooks"],
  summary: "Have events sent to a URL",
  description:
    "Everything that happens from now on, until the receiver has it or three days have passed. Verify deliveries with the secret.",
  security,
  middleware: [jsonOnly],
  request: { body: jsonBody(webhookDraftSchema) },
  responses: { 201: { ...json("The webhook, with its secret.", issuedWebhookSchema), headers: tagHeader }, ...failures.responses },
});

export const createWebhook = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "webhooks:write");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { url, description = null, types = [] } = c.req.valid("json");
    const target = checkTarget(c, url);
    if (!target.ok) return failures.refuse(c, target.error);
    const created = await create(c.var.services, caller.value.creatorId, { url: target.value, description, types });
    if (!created.ok) return failures.refuse(c, created.error);
    const { webhook } = created.value;
    c.header("Location", `${publicOrigin(c)}/v1/webhooks/${webhook.id}`);
    c.header("ETag", webhookTag(webhook));
    c.header("Cache-Control", "no-store");
    return c.json(issuedWebhookResource(created.value), 201);
  });
