import { createRoute } from "@hono/zod-openapi";
import { issueKey } from "#domain/identity/keys.ts";
import { callerOf, callerStamp, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { json, jsonBody, security } from "#api/schemas.ts";
import { issuedKeyResource, issuedKeySchema, keyDraftOf, keyDraftSchema } from "./key-resource.ts";

const failures = declareFailures("invalid_request", "invalid_json", "unsupported_media_type", "unauthorized", "forbidden");

const route = createRoute({
  operationId: "createKey",
  method: "post",
  path: "/v1/keys",
  tags: ["keys"],
  summary: "Create an API key",
  description: "A key grants no scope that it has not itself.",
  security,
  middleware: [jsonOnly],
  request: { body: jsonBody(keyDraftSchema) },
  responses: { 201: json("The key, shown this once.", issuedKeySchema), ...failures.responses },
});

export const createKey = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "keys:write");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { creatorId, scopes } = caller.value;
    const draft = keyDraftOf(c.req.valid("json"), scopes);
    const missing = draft.scopes.find((scope) => !scopes.includes(scope));
    if (missing !== undefined) return failures.refuse(c, { code: "forbidden", scope: missing });
    const issued = await issueKey(c.var.services, creatorId, draft, callerStamp(c, caller.value));
    c.header("Cache-Control", "no-store");
    return c.json(issuedKeyResource(issued), 201);
  });
