import { createRoute, z } from "@hono/zod-openapi";
import { DELIVERY_STATUSES } from "#domain/webhooks/delivery.ts";
import { COMPLETION_ENDPOINT } from "#domain/webhooks/subscriber.ts";
import { operatorOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { pageQuery, pageSchema, readPage, writePage, type ListScope } from "#api/paging.ts";
import { deliveryResource, deliverySchema } from "#api/routes/webhooks/delivery-resource.ts";
import { json, operatorSecurity } from "#api/schemas.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "cross_site");

const route = createRoute({
  operationId: "listCallbackDeliveries",
  method: "get",
  path: "/v1/operator/callback/deliveries",
  tags: ["operator"],
  summary: "List what the completion callback was sent, newest events first",
  description: "Of every creator. Those that ended are kept for thirty days, the newest ten thousand of them.",
  security: operatorSecurity,
  request: { query: pageQuery.extend({ status: z.enum(DELIVERY_STATUSES).optional().openapi({ example: "failed" }) }) },
  responses: { 200: json("One page; empty before anything was sent.", pageSchema(deliverySchema)), ...failures.responses },
});

export const listCallbackDeliveries = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { status = null, ...asked } = c.req.valid("query");
    const scope: ListScope = { list: "deliveries of the callback", owner: "operator", filters: { status } };
    const page = await readPage(c, "evt", scope, asked);
    if (!page.ok) return failures.refuse(c, page.error);
    const found = await c.var.services.webhookEndpoints.get(COMPLETION_ENDPOINT).deliveries("service", status, page.value);
    const deliveries = found.ok ? found.value : { items: [], hasMore: false };
    return c.json(await writePage(c, scope, deliveries, deliveryResource), 200);
  });
