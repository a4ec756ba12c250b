import { createRoute } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, json, security } from "#api/schemas.ts";
import { assetResource, assetSchema } from "./asset-resource.ts";
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
  responses: { 200: json("The asset.", assetSchema), ...failures.responses },
});

export const getAsset = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "assets:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const asset = await findAsset(c, caller.value.creatorId, c.req.valid("param").id);
    return asset.ok ? c.json(assetResource(asset.value), 200) : failures.refuse(c, asset.error);
  });
