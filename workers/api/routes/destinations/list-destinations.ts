import { createRoute } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { pageQuery, pageSchema, readPage, writePage, type ListScope } from "#api/paging.ts";
import { json, security } from "#api/schemas.ts";
import { destinationResource, destinationSchema } from "./destination-resource.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "forbidden");

const route = createRoute({
  operationId: "listDestinations",
  method: "get",
  path: "/v1/destinations",
  tags: ["publishing"],
  summary: "List destinations, newest first",
  security,
  request: { query: pageQuery },
  responses: { 200: json("One page.", pageSchema(destinationSchema)), ...failures.responses },
});

export const listDestinations = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "publishing:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { creatorId } = caller.value;
    const scope: ListScope = { list: "destinations", owner: creatorId, filters: {} };
    const page = await readPage(c, "dst", scope, c.req.valid("query"));
    if (!page.ok) return failures.refuse(c, page.error);
    return c.json(await writePage(c, scope, await c.var.services.destinations.list(creatorId, page.value), destinationResource), 200);
  });
