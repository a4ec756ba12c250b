import { createRoute } from "@hono/zod-openapi";
import { operatorOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { uploadResource, uploadSchema } from "#api/routes/uploads/upload-resource.ts";
import { idIn, idParams, json, operatorSecurity } from "#api/schemas.ts";

const failures = declareFailures("unauthorized", "upload_not_found");

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
    const { sessions, uploads, intake } = c.var.services;
    const id = idIn("upl", c.req.valid("param").id);
    const progress = id === null ? null : await sessions.get(id).sweep();
    if (progress === null) return failures.refuse(c, { code: "upload_not_found" });
    await uploads.put(progress);
    return c.json(uploadResource(progress, intake.limits), 200);
  });
