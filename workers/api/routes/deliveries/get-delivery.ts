import { createRoute } from "@hono/zod-openapi";
import type { Delivery } from "#domain/publishing/delivery.ts";
import type { WaitingFacts } from "#domain/publishing/waiting-words.ts";
import type { Api, ApiContext } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, json, security } from "#api/schemas.ts";
import { deliveryResource, deliverySchema, isYouTube } from "./delivery-resource.ts";
import { findPublisher } from "./find-publisher.ts";

const failures = declareFailures("unauthorized", "forbidden", "delivery_not_found");

const route = createRoute({
  operationId: "getDelivery",
  method: "get",
  path: "/v1/deliveries/{id}",
  tags: ["publishing"],
  summary: "Read a delivery: how far it is, and why it waits",
  security,
  request: { params: idParams("dlv") },
  responses: { 200: json("The delivery.", deliverySchema), ...failures.responses },
});

/** Only asked for when it is a reason to wait. */
async function uploadsLeft(c: ApiContext, delivery: Delivery): Promise<WaitingFacts["uploadsLeft"]> {
  if (delivery.waitingOn?.reason !== "turn" || !isYouTube(delivery)) return null;
  const { quotas, googleProject } = c.var.services;
  const { buckets } = await quotas.get(googleProject).view();
  const inserts = buckets.find(({ bucket }) => bucket === "inserts");
  return inserts === undefined ? null : { left: inserts.left, limit: inserts.limit };
}

export const getDelivery = (api: Api) =>
  api.openapi(route, async (c) => {
    const found = await findPublisher(c, "publishing:read", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const { creatorId, id, publisher } = found.value;
    const delivery = await publisher.view(creatorId, id);
    if (!delivery.ok) return failures.refuse(c, delivery.error);
    return c.json(deliveryResource(delivery.value, await uploadsLeft(c, delivery.value)), 200);
  });
