import { createRoute, z } from "@hono/zod-openapi";
import { keyframesKeyOf, readKeyframes } from "#domain/assets/keyframe-list.ts";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, json, security } from "#api/schemas.ts";
import { findAsset } from "./find-asset.ts";

const failures = declareFailures("unauthorized", "forbidden", "asset_not_found", "asset_gone");

const keyframesSchema = z
  .object({
    status: z.enum(["pending", "known", "none"]).openapi({
      description: "`pending`: the file has not been looked into yet; `none`: it has no picture, or does not say where its keyframes are.",
    }),
    every_frame: z.boolean().openapi({ description: "Every frame is a keyframe; `seconds` is empty then." }),
    complete: z.boolean().openapi({ description: "False when there may be more than are listed." }),
    seconds: z.array(z.number()).openapi({ description: "When each is shown, from the beginning of the film, in order." }),
  })
  .openapi("Keyframes", { example: { status: "known", every_frame: false, complete: true, seconds: [0, 2, 4.04, 6.04] } });

const route = createRoute({
  operationId: "getAssetKeyframes",
  method: "get",
  path: "/v1/assets/{id}/keyframes",
  tags: ["assets"],
  summary: "List an asset's keyframes",
  description: "Where the film can be cut without being encoded again. Read from the file's own index.",
  security,
  request: { params: idParams("ast") },
  responses: { 200: json("The keyframes of the first video track.", keyframesSchema), ...failures.responses },
});

const nothing = (status: "pending" | "none"): z.input<typeof keyframesSchema> => ({
  status,
  every_frame: false,
  complete: false,
  seconds: [],
});

export const getAssetKeyframes = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "assets:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const found = await findAsset(c, caller.value.creatorId, c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const { inspection, objectKey } = found.value;
    if (inspection === null) return c.json(nothing("pending"), 200);
    const { keyframes } = inspection;
    if (keyframes === null || (keyframes.count === 0 && !keyframes.everyFrame)) return c.json(nothing("none"), 200);
    if (keyframes.count === 0) return c.json({ status: "known" as const, every_frame: true, complete: true, seconds: [] }, 200);

    const { content, media } = c.var.services;
    const key = keyframesKeyOf(objectKey);
    const size = (await media.head(key))?.size ?? 0;
    const body = await content.open(key, { start: 0, end: size });
    // Erased a moment ago, with its asset.
    if (body === null || size === 0) return failures.refuse(c, { code: "asset_gone" });
    const { complete, seconds } = readKeyframes(await new Response(body).text());
    return c.json({ status: "known" as const, every_frame: false, complete, seconds: [...seconds] }, 200);
  });
