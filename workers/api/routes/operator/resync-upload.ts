import { createRoute } from "@hono/zod-openapi";
import { operatorOf, operatorStamp, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { uploadResource, uploadSchema } from "#api/routes/uploads/upload-resource.ts";
import { idIn, idParams, json, operatorSecurity } from "#api/schemas.ts";

const failures = declareFailures("unauthorized", "cross_site", "upload_not_found");

const route = createRoute({
  operationId: "resyncUpload",
  method: "post",
  path: "/v1/operator/uploads/{id}/resync",
  tags: ["operator"],
  summary: "Bring the directory in step with an upload",
  description: "Asks the upload itself, goes on with what an alarm may have missed, and writes what it says to the directory.",
  security: operatorSecurity,
  request: { params: idParams("upl") },
  responses: { 200: json("The upload as it is.", uploadSchema), ...failures.responses },
});

export const resyncUpload = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { audit, sessions, uploads, intake } = c.var.services;
    const id = idIn("upl", c.req.valid("param").id);
    if (id === null) return failures.refuse(c, { code: "upload_not_found" });
    const before = await uploads.find(id);
    const stamp = operatorStamp(c, operator.value);
    const progress = await sessions.get(id).sweep();
    if (progress === null) return failures.refuse(c, { code: "upload_not_found" });
    await audit.append({
      ...stamp,
      action: "upload.resynced",
      resource: id,
      before: before && { status: before.status, offset: before.offset },
      after: { status: progress.status, offset: progress.offset },
    });
    await uploads.put(progress);
    return c.json(uploadResource(progress, intake.limits), 200);
  });
