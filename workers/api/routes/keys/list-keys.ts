import { createRoute } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { pageQuery, pageSchema, readPage, writePage, type ListScope } from "#api/paging.ts";
import { json, security } from "#api/schemas.ts";
import { keyResource, keySchema } from "./key-resource.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "forbidden");

const route = createRoute({
  operationId: "listKeys",
  method: "get",
  path: "/v1/keys",
  tags: ["keys"],
  summary: "List API keys, newest first",
  security,
  request: { query: pageQuery },
  responses: { 200: json("One page; revoked keys are in it.", pageSchema(keySchema)), ...failures.responses },
});

export const listKeys = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "keys:write");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { creatorId } = caller.value;
    const scope: ListScope = { list: "keys", owner: creatorId, filters: {} };
    const page = await readPage(c, "key", scope, c.req.valid("query"));
    if (!page.ok) return failures.refuse(c, page.error);
    return c.json(await writePage(c, scope, await c.var.services.keys.list(creatorId, page.value), keyResource), 200);
  });
