import { createRoute } from "@hono/zod-openapi";
import { keysOf } from "#domain/assets/keyframe-list.ts";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, security } from "#api/schemas.ts";
import { findAsset } from "./find-asset.ts";

const failures = declareFailures("unauthorized", "forbidden", "asset_not_found", "asset_gone");

const route = createRoute({
  operationId: "deleteAsset",
  method: "delete",
  path: "/v1/assets/{id}",
  tags: ["assets"],
  summary: "Delete an asset",
  description: "It is gone at once; its bytes are erased now, or within the hour when the storage is away.",
  security,
  request: { params: idParams("ast") },
  responses: { 204: { description: "Deleted." }, ...failures.responses },
});

export const deleteAsset = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "assets:write");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { creatorId } = caller.value;
    const found = await findAsset(c, creatorId, c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const { id, objectKey } = found.value;
    const { assets, media, clock, relays } = c.var.services;
    await assets.delete(creatorId, id, { at: clock.now(), requestId: c.var.requestId, eventId: clock.newId("evt") });
    await relays.wake(creatorId).catch((cause: unknown) => c.var.log.warn("relay not woken", { creator_id: creatorId, cause }));
    try {
      for (const key of keysOf(objectKey)) await media.delete(key);
      await assets.erased({ id, creatorId, objectKey }, clock.now());
    } catch (cause) {
      c.var.log.warn("asset is erased later", { asset_id: id, cause });
    }
    return c.body(null, 204);
  });
