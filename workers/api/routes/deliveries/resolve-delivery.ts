import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { idParams, json, jsonBody, security } from "#api/schemas.ts";
import { deliveryResource, deliverySchema } from "./delivery-resource.ts";
import { findPublisher } from "./find-publisher.ts";

const bodySchema = z
  .discriminatedUnion("published", [
    z.strictObject({ published: z.literal(true), remote_id: z.string().regex(/^[\w-]{1,64}$/) }),
    z.strictObject({ published: z.literal(false) }),
  ])
  .openapi("DeliveryDecision", { example: { published: true, remote_id: "dQw4w9WgXcQ" } });

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "unsupported_media_type",
  "unauthorized",
  "forbidden",
  "delivery_not_found",
  "delivery_not_unknown",
);

const route = createRoute({
  operationId: "resolveDelivery",
  method: "post",
  path: "/v1/deliveries/{id}/resolve",
  tags: ["publishing"],
  summary: "Say what became of a delivery",
  description: "Where only a person can tell: look at the channel. `published: false` sends it again.",
  security,
  middleware: [jsonOnly],
  request: { params: idParams("dlv"), body: jsonBody(bodySchema) },
  responses: { 200: json("The delivery as it is now.", deliverySchema), ...failures.responses },
});

export const resolveDelivery = (api: Api) =>
  api.openapi(route, async (c) => {
    const found = await findPublisher(c, "publishing:write", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const { creatorId, id, publisher } = found.value;
    const body = c.req.valid("json");
    const decision = body.published ? ({ published: true, remoteId: body.remote_id } as const) : ({ published: false } as const);
    const outcome = await publisher.resolve(creatorId, id, decision);
    return outcome.ok ? c.json(deliveryResource(outcome.value), 200) : failures.refuse(c, outcome.error);
  });
