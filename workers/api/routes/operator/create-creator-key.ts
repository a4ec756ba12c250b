import { createRoute } from "@hono/zod-openapi";
import { SCOPES } from "#domain/identity/caller.ts";
import { issueKey } from "#domain/identity/keys.ts";
import { operatorOf, operatorStamp, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { issuedKeyResource, issuedKeySchema, keyDraftOf, keyDraftSchema } from "#api/routes/keys/key-resource.ts";
import { idIn, idParams, json, jsonBody, operatorSecurity } from "#api/schemas.ts";

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "unsupported_media_type",
  "unauthorized",
  "cross_site",
  "creator_not_found",
);

const route = createRoute({
  operationId: "createCreatorKey",
  method: "post",
  path: "/v1/operator/creators/{id}/keys",
  tags: ["operator"],
  summary: "Create an API key for a creator",
  security: operatorSecurity,
  middleware: [jsonOnly],
  request: { params: idParams("crt"), body: jsonBody(keyDraftSchema) },
  responses: { 201: json("The key, shown this once.", issuedKeySchema), ...failures.responses },
});

export const createCreatorKey = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const id = idIn("crt", c.req.valid("param").id);
    const creator = id === null ? null : await c.var.services.creators.get(id);
    if (creator === null) return failures.refuse(c, { code: "creator_not_found" });
    const issued = await issueKey(c.var.services, creator.id, keyDraftOf(c.req.valid("json"), SCOPES), operatorStamp(c, operator.value));
    c.header("Cache-Control", "no-store");
    return c.json(issuedKeyResource(issued), 201);
  });
