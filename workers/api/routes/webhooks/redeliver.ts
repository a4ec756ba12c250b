import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { exampleId, idIn, json, security } from "#api/schemas.ts";
import { deliveryResource, deliverySchema } from "./delivery-resource.ts";
import { findEndpoint } from "./find-endpoint.ts";

const failures = declareFailures("unauthorized", "forbidden", "webhook_not_found", "delivery_not_found", "webhook_disabled");

const route = createRoute({
  operationId: "redeliverWebhook",
  method: "post",
  path: "/v1/webhooks/{id}/deliveries/{event_id}/redeliver",
  tags: ["webhooks"],
  summary: "Send an event again",
  description: "Now, under the same `webhook-id`, and by the whole schedule if need be. What is being sent already is left to that.",
  security,
  request: {
    params: z.object({
      id: z.string().openapi({ param: { name: "id", in: "path" }, example: exampleId("whk") }),
      event_id: z.string().openapi({ param: { name: "event_id", in: "path" }, example: exampleId("evt") }),
    }),
  },
  responses: { 202: json("The delivery, due.", deliverySchema), ...failures.responses },
});

export const redeliver = (api: Api) =>
  api.openapi(route, async (c) => {
    const { id, event_id: text } = c.req.valid("param");
    const found = await findEndpoint(c, "webhooks:write", id);
    if (!found.ok) return failures.refuse(c, found.error);
    const eventId = idIn("evt", text);
    if (eventId === null) return failures.refuse(c, { code: "delivery_not_found" });
    const delivery = await found.value.endpoint.redeliver(found.value.creatorId, eventId);
    return delivery.ok ? c.json(deliveryResource(delivery.value), 202) : failures.refuse(c, delivery.error);
  });
