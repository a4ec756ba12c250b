import { createRoute } from "@hono/zod-openapi";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, security } from "#api/schemas.ts";
import { findEndpoint } from "./find-endpoint.ts";

const failures = declareFailures("unauthorized", "forbidden", "webhook_not_found");

const route = createRoute({
  operationId: "deleteWebhook",
  method: "delete",
  path: "/v1/webhooks/{id}",
  tags: ["webhooks"],
  summary: "Delete a webhook",
  description: "With its secret, its deliveries and what was still waiting. To stop it for a while, disable it.",
  security,
  request: { params: idParams("whk") },
  responses: { 204: { description: "Deleted." }, ...failures.responses },
});

export const deleteWebhook = (api: Api) =>
  api.openapi(route, async (c) => {
    const found = await findEndpoint(c, "webhooks:write", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const removed = await found.value.endpoint.remove(found.value.creatorId);
    return removed.ok ? c.body(null, 204) : failures.refuse(c, removed.error);
  });
