import { createRoute } from "@hono/zod-openapi";
import { parseSwitchKey } from "#domain/operators/switches.ts";
import { operatorOf, operatorStamp, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { operatorSecurity } from "#api/schemas.ts";
import { switchParams } from "./switch-resource.ts";

const failures = declareFailures("unauthorized", "cross_site", "switch_not_found");

const route = createRoute({
  operationId: "removeSwitch",
  method: "delete",
  path: "/v1/operator/switches/{key}",
  tags: ["operator"],
  summary: "Turn new uploads on again",
  security: operatorSecurity,
  request: { params: switchParams },
  responses: { 204: { description: "It is on." }, ...failures.responses },
});

export const removeSwitch = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const key = parseSwitchKey(c.req.valid("param").key);
    const removed = key !== null && (await c.var.services.switches.remove(key, operatorStamp(c, operator.value)));
    return removed ? c.body(null, 204) : failures.refuse(c, { code: "switch_not_found" });
  });
