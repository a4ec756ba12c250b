import { createRoute } from "@hono/zod-openapi";
import { operatorOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { listedUploadResource, listedUploadSchema } from "#api/routes/uploads/upload-resource.ts";
import { idIn, idParams, json, operatorSecurity } from "#api/schemas.ts";

const failures = declareFailures("unauthorized", "cross_site", "upload_not_found");

const route = createRoute({
  operationId: "getOperatorUpload",
  method: "get",
  path: "/v1/operator/uploads/{id}",
  tags: ["operator"],
  summary: "Look at anybody's upload, as the directory has it",
  security: operatorSecurity,
  request: { params: idParams("upl") },
  responses: { 200: json("The directory's row.", listedUploadSchema), ...failures.responses },
});

export const getOperatorUpload = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const id = idIn("upl", c.req.valid("param").id);
    const upload = id === null ? null : await c.var.services.uploads.find(id);
    return upload === null ? failures.refuse(c, { code: "upload_not_found" }) : c.json(listedUploadResource(upload), 200);
  });
