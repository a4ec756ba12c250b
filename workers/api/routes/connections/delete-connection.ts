import { createRoute } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idIn, idParams, security } from "#api/schemas.ts";

const failures = declareFailures("unauthorized", "forbidden", "connection_not_found");

const route = createRoute({
  operationId: "deleteConnection",
  method: "delete",
  path: "/v1/connections/{id}",
  tags: ["connections"],
  summary: "Disconnect a channel",
  description:
    "At once. Google is told that the grant is given back, now or as soon as it can be reached; with it every grant of that channel to this service ends.",
  security,
  request: { params: idParams("con") },
  responses: { 204: { description: "Disconnected." }, ...failures.responses },
});

export const deleteConnection = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "publishing:write");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const id = idIn("con", c.req.valid("param").id);
    if (id === null) return failures.refuse(c, { code: "connection_not_found" });
    const ended = await c.var.services.connecting.disconnect(caller.value.creatorId, id, c.var.requestId);
    return ended.ok ? c.body(null, 204) : failures.refuse(c, ended.error);
  });
