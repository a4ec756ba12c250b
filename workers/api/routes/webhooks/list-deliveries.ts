import { createRoute, z } from "@hono/zod-openapi";
import { DELIVERY_STATUSES } from "#domain/webhooks/delivery.ts";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { pageQuery, pageSchema, readPage, writePage, type ListScope } from "#api/paging.ts";
import { idParams, json, security } from "#api/schemas.ts";
import { deliveryResource, deliverySchema } from "./delivery-resource.ts";
import { findEndpoint } from "./find-endpoint.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "forbidden", "webhook_not_found");

const route = createRoute({
  operationId: "listWebhookDeliveries",
  method: "get",
  path: "/v1/webhooks/{id}/deliveries",
  tags: ["webhooks"],
  summary: "List a webhook's deliveries, newest events first",
  description: "Those that ended are kept for thirty days, the newest ten thousand of them.",
  security,
  request: {
    params: idParams("whk"),
    query: pageQuery.extend({ status: z.enum(DELIVERY_STATUSES).optional().openapi({ example: "failed" }) }),
  },
  responses: { 200: json("One page.", pageSchema(deliverySchema)), ...failures.responses },
});

export const listDeliveries = (api: Api) =>
  api.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    const found = await findEndpoint(c, "webhooks:read", id);
    if (!found.ok) return failures.refuse(c, found.error);
    const { creatorId, endpoint } = found.value;
    const { status = null, ...asked } = c.req.valid("query");
    const scope: ListScope = { list: `deliveries of ${id}`, owner: creatorId, filters: { status } };
    const page = await readPage(c, "evt", scope, asked);
    if (!page.ok) return failures.refuse(c, page.error);
    const deliveries = await endpoint.deliveries(creatorId, status, page.value);
    if (!deliveries.ok) return failures.refuse(c, deliveries.error);
    return c.json(await writePage(c, scope, deliveries.value, deliveryResource), 200);
  });
