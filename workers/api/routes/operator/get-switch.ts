import { createRoute } from "@hono/zod-openapi";
import { parseSwitchKey } from "#domain/operators/switches.ts";
import { operatorOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { json, operatorSecurity } from "#api/schemas.ts";
import { switchParams, switchResource, switchSchema } from "./switch-resource.ts";

const failures = declareFailures("unauthorized", "cross_site", "switch_not_found");

const route = createRoute({
  operationId: "getSwitch",
  method: "get",
  path: "/v1/operator/switches/{key}",
  tags: ["operator"],
  summary: "Look whether something is turned off",
  description: "404 `switch_not_found` says that it is on.",
  security: operatorSecurity,
  request: { params: switchParams },
  responses: { 200: json("It is off.", switchSchema), ...failures.responses },
});

export const getSwitch = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const key = parseSwitchKey(c.req.valid("param").key);
    const found = key === null ? null : await c.var.services.switches.get(key);
    return found === null ? failures.refuse(c, { code: "switch_not_found" }) : c.json(switchResource(found), 200);
  });
