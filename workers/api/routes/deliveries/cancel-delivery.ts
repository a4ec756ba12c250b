import { createRoute } from "@hono/zod-openapi";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, json, security } from "#api/schemas.ts";
import { deliveryResource, deliverySchema } from "./delivery-resource.ts";
import { findPublisher } from "./find-publisher.ts";

const failures = declareFailures("unauthorized", "forbidden", "delivery_not_found", "delivery_too_late");

const route = createRoute({
  operationId: "cancelDelivery",
  method: "post",
  path: "/v1/deliveries/{id}/cancel",
  tags: ["publishing"],
  summary: "Cancel a delivery",
  description: "Until its last bytes have left: no video comes of it.",
  security,
  request: { params: idParams("dlv") },
  responses: { 200: json("The delivery as it is now.", deliverySchema), ...failures.responses },
});

export const cancelDelivery = (api: Api) =>
  api.openapi(route, async (c) => {
    const found = await findPublisher(c, "publishing:write", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const { creatorId, id, publisher } = found.value;
    const outcome = await publisher.cancel(creatorId, id);
    return outcome.ok ? c.json(deliveryResource(outcome.value), 200) : failures.refuse(c, outcome.error);
  });
