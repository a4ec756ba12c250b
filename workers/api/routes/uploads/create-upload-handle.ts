import { createRoute } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idIn, idParams, json, security } from "#api/schemas.ts";
import { openedResource } from "./create-upload.ts";
import { openedUploadSchema } from "./upload-resource.ts";

const failures = declareFailures("unauthorized", "forbidden", "upload_not_found", "upload_gone", "upload_failed");

const route = createRoute({
  operationId: "createUploadHandle",
  method: "post",
  path: "/v1/uploads/{id}/handle",
  tags: ["uploads"],
  summary: "Get one more URL for an upload",
  description: "For a second device. The URLs before it go on working.",
  security,
  request: { params: idParams("upl") },
  responses: { 201: json("The upload with its new URL.", openedUploadSchema), ...failures.responses },
});

export const createUploadHandle = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "uploads:write");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const id = idIn("upl", c.req.valid("param").id);
    if (id === null) return failures.refuse(c, { code: "upload_not_found" });
    const { creatorId } = caller.value;
    const { intake, sessions } = c.var.services;
    const opened = await intake.newHandle({ id, access: { by: "creator", creatorId }, session: sessions.get(id) }, creatorId);
    if (!opened.ok) return failures.refuse(c, opened.error);
    c.header("Cache-Control", "no-store");
    return c.json(openedResource(c, opened.value), 201);
  });
