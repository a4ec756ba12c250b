import { createRoute } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { pageQuery, pageSchema, readPage, writePage, type ListScope } from "#api/paging.ts";
import { json, security } from "#api/schemas.ts";
import { webhookResource, webhookSchema } from "./webhook-resource.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "forbidden");

const route = createRoute({
  operationId: "listWebhooks",
  method: "get",
  path: "/v1/webhooks",
  tags: ["webhooks"],
  summary: "List webhooks, newest first",
  security,
  request: { query: pageQuery },
  responses: { 200: json("One page.", pageSchema(webhookSchema)), ...failures.responses },
});

export const listWebhooks = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "webhooks:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { creatorId } = caller.value;
    const scope: ListScope = { list: "webhooks", owner: creatorId, filters: {} };
    const page = await readPage(c, "whk", scope, c.req.valid("query"));
    if (!page.ok) return failures.refuse(c, page.error);
    return c.json(await writePage(c, scope, await c.var.services.webhooks.list(creatorId, page.value), webhookResource), 200);
  });
