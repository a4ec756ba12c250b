import { createRoute, z } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { ifMatchHolds, parseEntityTags } from "#api/headers/conditional.ts";
import { optionalField } from "#api/headers/field.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { idParams, jsonBody, security } from "#api/schemas.ts";
import { assetResource, assetTag, tagged, taggedAsset } from "./asset-resource.ts";
import { findAsset } from "./find-asset.ts";
import { isPast, termFields, termIn } from "./term-schema.ts";

const bodySchema = z.strictObject(termFields).openapi("AssetChanges", { example: { keep_until: "2027-01-31T00:00:00.000Z" } });

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "invalid_header",
  "unsupported_media_type",
  "unauthorized",
  "forbidden",
  "asset_not_found",
  "asset_gone",
  "precondition_required",
  "precondition_failed",
);

const route = createRoute({
  operationId: "changeAsset",
  method: "patch",
  path: "/v1/assets/{id}",
  tags: ["assets"],
  summary: "Change how long an asset is kept",
  description:
    "Within the hour after `keep_until` it is deleted, with everything that belongs to it. null keeps it until somebody deletes it.",
  security,
  middleware: [jsonOnly],
  request: {
    params: idParams("ast"),
    headers: z.object({
      "if-match": z.string().optional().openapi({ example: '"9f86d081884c7d659a2feaa0c55ad015"', description: "Required." }),
    }),
    body: jsonBody(bodySchema),
  },
  responses: { 200: taggedAsset, ...failures.responses },
});

export const changeAsset = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "assets:write");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const found = await findAsset(c, caller.value.creatorId, c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const condition = optionalField(c.req.raw.headers, "If-Match", (text) => parseEntityTags("If-Match", text));
    if (!condition.ok) return failures.refuse(c, condition.error);
    if (condition.value === null) return failures.refuse(c, { code: "precondition_required", header: "If-Match" });
    const changedMeanwhile = { code: "precondition_failed", detail: "The asset is not the one that you have seen: look again." } as const;
    const asset = found.value;
    if (!ifMatchHolds(condition.value, await assetTag(c, asset))) return failures.refuse(c, changedMeanwhile);

    const { assets, clock } = c.var.services;
    const { keepUntil, keepAfterVerifiedMs } = asset;
    const term = { keepUntil, keepAfterVerifiedMs, ...termIn(c.req.valid("json")) };
    if (term.keepUntil !== keepUntil && isPast(term.keepUntil, clock.now()))
      return failures.refuse(c, { code: "invalid_request", detail: "keep_until has passed: to delete the asset now, delete it." });
    if (!(await assets.keep(asset.creatorId, asset.id, asset, term))) return failures.refuse(c, changedMeanwhile);
    const changed = { ...asset, ...term };
    await tagged(c, changed);
    return c.json(assetResource(changed), 200);
  });
