import { createRoute } from "@hono/zod-openapi";
import { parseId } from "#domain/ids.ts";
import { messageOf } from "#domain/webhooks/delivery.ts";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, json, rfc3339, security } from "#api/schemas.ts";
import { deliveryResource, deliverySchema } from "./delivery-resource.ts";
import { findEndpoint } from "./find-endpoint.ts";

const failures = declareFailures("unauthorized", "forbidden", "webhook_not_found");

const route = createRoute({
  operationId: "pingWebhook",
  method: "post",
  path: "/v1/webhooks/{id}/ping",
  tags: ["webhooks"],
  summary: "Try a webhook",
  description: "Sends one signed `webhook.ping`, also to a disabled webhook, and answers with what became of it. It is never repeated.",
  security,
  request: { params: idParams("whk") },
  responses: { 200: json("What became of it: `delivered` or `failed`.", deliverySchema), ...failures.responses },
});

export const pingWebhook = (api: Api) =>
  api.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    const found = await findEndpoint(c, "webhooks:write", id);
    if (!found.ok) return failures.refuse(c, found.error);
    const { clock } = c.var.services;
    const resource = parseId("whk", id);
    if (resource === null) return failures.refuse(c, { code: "webhook_not_found" });
    const event = { id: clock.newId("evt"), type: "webhook.ping", resource, sequence: 0, requestId: c.var.requestId };
    const message = messageOf({ ...event, happenedAt: clock.now(), data: { webhook_id: resource } }, rfc3339);
    const delivery = await found.value.endpoint.ping(found.value.creatorId, message);
    return delivery.ok ? c.json(deliveryResource(delivery.value), 200) : failures.refuse(c, delivery.error);
  });
