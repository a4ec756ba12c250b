import { createRoute } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { pageQuery, pageSchema, readPage, writePage, type ListScope } from "#api/paging.ts";
import { externalIdSchema, json, security } from "#api/schemas.ts";
import { assetResource, assetSchema } from "./asset-resource.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "forbidden");

const route = createRoute({
  operationId: "listAssets",
  method: "get",
  path: "/v1/assets",
  tags: ["assets"],
  summary: "List assets, newest first",
  security,
  request: { query: pageQuery.extend({ external_id: externalIdSchema.optional() }) },
  responses: { 200: json("One page.", pageSchema(assetSchema)), ...failures.responses },
});

export const listAssets = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "assets:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { creatorId } = caller.value;
    const query = c.req.valid("query");
    const filters = { externalId: query.external_id ?? null };
    const scope: ListScope = { list: "assets", owner: creatorId, filters };
    const page = await readPage(c, "ast", scope, query);
    if (!page.ok) return failures.refuse(c, page.error);
    const assets = await c.var.services.assets.list(creatorId, filters, page.value);
    return c.json(await writePage(c, scope, assets, assetResource), 200);
  });
