import { createRoute, z } from "@hono/zod-openapi";
import { stopUploads } from "#domain/operators/stop-uploads.ts";
import { creatorIn, isAboutUploads, parseSwitchKey } from "#domain/operators/switches.ts";
import { operatorOf, operatorStamp, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { json, jsonBody, operatorSecurity } from "#api/schemas.ts";
import { reasonSchema, switchParams, switchResource, switchSchema } from "./switch-resource.ts";

const bodySchema = z
  .strictObject({
    reason: reasonSchema,
    stop: z.boolean().default(false).openapi({
      example: false,
      description: "Cancel what is being received, too. It can't be taken back: what had arrived is freed.",
    }),
  })
  .openapi("SwitchDraft");

const setSchema = switchSchema
  .extend({
    stopped: z.int().openapi({ example: 0, description: "Uploads that this request cancelled." }),
    more_to_stop: z.boolean().openapi({ example: false, description: "There are more than one request cancels: send it again." }),
  })
  .openapi("SwitchSet");

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "unsupported_media_type",
  "unauthorized",
  "cross_site",
  "switch_not_found",
  "creator_not_found",
);

const route = createRoute({
  operationId: "setSwitch",
  method: "put",
  path: "/v1/operator/switches/{key}",
  tags: ["operator"],
  summary: "Turn something off",
  description:
    "`uploads`: from now on new uploads are refused, of everybody with 503 `uploads_paused`, of one creator with 403 `creator_suspended`; what is being uploaded goes on and completes, unless `stop` is true. `publishing`: within a minute no delivery begins; what is on its way goes on, what waits says why.",
  security: operatorSecurity,
  middleware: [jsonOnly],
  request: { params: switchParams, body: jsonBody(bodySchema) },
  responses: { 200: json("It is off.", setSchema), ...failures.responses },
});

export const setSwitch = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const key = parseSwitchKey(c.req.valid("param").key);
    if (key === null) return failures.refuse(c, { code: "switch_not_found" });
    const { reason, stop } = c.req.valid("json");
    if (stop && !isAboutUploads(key)) return failures.refuse(c, { code: "invalid_request", detail: "Only uploads can be stopped so." });
    const { creators, switches } = c.var.services;
    const creatorId = creatorIn(key);
    if (creatorId !== null && (await creators.get(creatorId)) === null) return failures.refuse(c, { code: "creator_not_found" });
    const stamp = operatorStamp(c, operator.value);
    const set = await switches.set(key, reason, stamp);
    if (!stop) return c.json({ ...switchResource(set), stopped: 0, more_to_stop: false }, 200);
    await c.var.services.audit.append({ ...stamp, action: "uploads.stopped", resource: key, before: null, after: { reason } });
    const { stopped, isAll } = await stopUploads(c.var.services, creatorId, stamp);
    return c.json({ ...switchResource(set), stopped, more_to_stop: !isAll }, 200);
  });
