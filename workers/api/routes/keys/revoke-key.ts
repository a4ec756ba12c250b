import { createRoute } from "@hono/zod-openapi";
import { callerOf, callerStamp, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idIn, idParams, security } from "#api/schemas.ts";

const failures = declareFailures("unauthorized", "forbidden", "key_not_found");

const route = createRoute({
  operationId: "revokeKey",
  method: "delete",
  path: "/v1/keys/{id}",
  tags: ["keys"],
  summary: "Revoke an API key",
  description: "At once and for ever. Uploads that it opened go on by their URLs.",
  security,
  request: { params: idParams("key") },
  responses: { 204: { description: "Revoked." }, ...failures.responses },
});

export const revokeKey = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "keys:write");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { keys } = c.var.services;
    const id = idIn("key", c.req.valid("param").id);
    const revoked = id === null ? null : await keys.revoke(caller.value.creatorId, id, callerStamp(c, caller.value));
    return revoked === null ? failures.refuse(c, { code: "key_not_found" }) : c.body(null, 204);
  });
