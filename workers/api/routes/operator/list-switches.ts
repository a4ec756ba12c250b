import { createRoute } from "@hono/zod-openapi";
import { parseSwitchKey } from "#domain/operators/switches.ts";
import { ok } from "#domain/result.ts";
import { operatorOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { nextMark, readMark } from "#api/marks.ts";
import { pageQuery, pageSchema, type ListScope } from "#api/paging.ts";
import { json, operatorSecurity } from "#api/schemas.ts";
import { switchResource, switchSchema } from "./switch-resource.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "cross_site");

const route = createRoute({
  operationId: "listSwitches",
  method: "get",
  path: "/v1/operator/switches",
  tags: ["operator"],
  summary: "List what is turned off",
  security: operatorSecurity,
  request: { query: pageQuery },
  responses: { 200: json("One page; empty while everything works.", pageSchema(switchSchema)), ...failures.responses },
});

const scope: ListScope = { list: "switches", owner: "operator", filters: {} };

export const listSwitches = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { limit, cursor } = c.req.valid("query");
    const after = cursor === undefined ? ok("") : await readMark(c, scope, cursor);
    if (!after.ok) return failures.refuse(c, after.error);
    const found = await c.var.services.switches.list(parseSwitchKey(after.value), limit + 1);
    const data = found.slice(0, limit).map(switchResource);
    const next = await nextMark(c, scope, found.length > limit ? (data.at(-1)?.key ?? null) : null);
    return c.json({ data, ...next }, 200);
  });
