import { createRoute } from "@hono/zod-openapi";
import { operatorOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { pageQuery, pageSchema, readPage, writePage, type ListScope } from "#api/paging.ts";
import { keyResource, keySchema } from "#api/routes/keys/key-resource.ts";
import { idIn, idParams, json, operatorSecurity } from "#api/schemas.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "cross_site", "creator_not_found");

const route = createRoute({
  operationId: "listCreatorKeys",
  method: "get",
  path: "/v1/operator/creators/{id}/keys",
  tags: ["operator"],
  summary: "List a creator's API keys, newest first",
  security: operatorSecurity,
  request: { params: idParams("crt"), query: pageQuery },
  responses: { 200: json("One page; revoked keys are in it.", pageSchema(keySchema)), ...failures.responses },
});

export const listCreatorKeys = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { creators, keys } = c.var.services;
    const id = idIn("crt", c.req.valid("param").id);
    const creator = id === null ? null : await creators.get(id);
    if (creator === null) return failures.refuse(c, { code: "creator_not_found" });
    const scope: ListScope = { list: `keys of ${creator.id}`, owner: "operator", filters: {} };
    const page = await readPage(c, "key", scope, c.req.valid("query"));
    if (!page.ok) return failures.refuse(c, page.error);
    return c.json(await writePage(c, scope, await keys.list(creator.id, page.value), keyResource), 200);
  });
