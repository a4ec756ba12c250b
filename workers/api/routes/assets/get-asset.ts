import { createRoute } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, security } from "#api/schemas.ts";
import { assetResource, tagged, taggedAsset } from "./asset-resource.ts";
import { findAsset } from "./find-asset.ts";

const failures = declareFailures("unauthorized", "forbidden", "asset_not_found", "asset_gone");

const route = createRoute({
  operationId: "getAsset",
  method: "get",
  path: "/v1/assets/{id}",
  tags: ["assets"],
  summary: "Look at an asset",
  security,
  request: { params: idParams("ast") },
  responses: { 200: taggedAsset, ...failures.responses },
});

export const getAsset = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "assets:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const asset = await findAsset(c, caller.value.creatorId, c.req.valid("param").id);
    if (!asset.ok) return failures.refuse(c, asset.error);
    await tagged(c, asset.value);
    return c.json(assetResource(asset.value), 200);
  });
