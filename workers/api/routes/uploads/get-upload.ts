import { createRoute } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idIn, idParams, json, security } from "#api/schemas.ts";
import { uploadViewResource, uploadViewSchema } from "./upload-resource.ts";

const failures = declareFailures("unauthorized", "forbidden", "upload_not_found");

const route = createRoute({
  operationId: "getUpload",
  method: "get",
  path: "/v1/uploads/{id}",
  tags: ["uploads"],
  summary: "Look at an upload",
  description: "Asks the upload itself: the offset is live, and `ranges` lists what is stored. A running transfer is not disturbed.",
  security,
  request: { params: idParams("upl") },
  responses: { 200: json("The upload.", uploadViewSchema), ...failures.responses },
});

export const getUpload = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "uploads:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const id = idIn("upl", c.req.valid("param").id);
    if (id === null) return failures.refuse(c, { code: "upload_not_found" });
    const { sessions, intake } = c.var.services;
    const view = await sessions.get(id).view({ by: "creator", creatorId: caller.value.creatorId });
    if (!view.ok) return failures.refuse(c, view.error);
    c.header("Cache-Control", "no-store");
    return c.json(uploadViewResource(view.value, intake.limits), 200);
  });
