import { createRoute } from "@hono/zod-openapi";
import { operatorOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { pageQuery, pageSchema, readPage, writePage, type ListScope } from "#api/paging.ts";
import { json, operatorSecurity } from "#api/schemas.ts";
import { creatorResource, creatorSchema } from "./creator-resource.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "cross_site");

const route = createRoute({
  operationId: "listCreators",
  method: "get",
  path: "/v1/operator/creators",
  tags: ["operator"],
  summary: "List creators, newest first",
  security: operatorSecurity,
  request: { query: pageQuery },
  responses: { 200: json("One page.", pageSchema(creatorSchema)), ...failures.responses },
});

const scope: ListScope = { list: "creators", owner: "operator", filters: {} };

export const listCreators = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const page = await readPage(c, "crt", scope, c.req.valid("query"));
    if (!page.ok) return failures.refuse(c, page.error);
    return c.json(await writePage(c, scope, await c.var.services.creators.list(page.value), creatorResource), 200);
  });
