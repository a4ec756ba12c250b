import { createRoute, z } from "@hono/zod-openapi";
import { COMPLETION_ENDPOINT } from "#domain/webhooks/subscriber.ts";
import { operatorOf, operatorStamp, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { deliveryResource, deliverySchema } from "#api/routes/webhooks/delivery-resource.ts";
import { exampleId, idIn, json, operatorSecurity } from "#api/schemas.ts";

const failures = declareFailures("unauthorized", "cross_site", "delivery_not_found", "callback_not_configured");

const route = createRoute({
  operationId: "redeliverCallback",
  method: "post",
  path: "/v1/operator/callback/deliveries/{event_id}/redeliver",
  tags: ["operator"],
  summary: "Send the completion callback an event again",
  description: "Now, under the same `webhook-id`, and by the whole schedule if need be. What is being sent already is left to that.",
  security: operatorSecurity,
  request: { params: z.object({ event_id: z.string().openapi({ param: { name: "event_id", in: "path" }, example: exampleId("evt") }) }) },
  responses: { 202: json("The delivery, due.", deliverySchema), ...failures.responses },
});

export const redeliverCallback = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { audit, completes, webhookEndpoints } = c.var.services;
    const id = idIn("evt", c.req.valid("param").event_id);
    if (id === null) return failures.refuse(c, { code: "delivery_not_found" });
    const endpoint = webhookEndpoints.get(COMPLETION_ENDPOINT);
    const known = await endpoint.delivery("service", id);
    if (!known.ok) return failures.refuse(c, { code: "delivery_not_found" });
    if (!completes) return failures.refuse(c, { code: "callback_not_configured" });
    const { status, resource } = known.value;
    const before = { status, resource };
    const after = { ...before, status: status === "delivering" ? status : "pending" };
    await audit.append({ ...operatorStamp(c, operator.value), action: "callback.redelivered", resource: id, before, after });
    const delivery = await endpoint.redeliver("service", id);
    return delivery.ok ? c.json(deliveryResource(delivery.value), 202) : failures.refuse(c, { code: "delivery_not_found" });
  });
