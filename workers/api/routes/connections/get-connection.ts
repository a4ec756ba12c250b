import { createRoute } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idIn, idParams, json, security } from "#api/schemas.ts";
import { connectionResource, connectionSchema } from "./connection-resource.ts";

const failures = declareFailures("unauthorized", "forbidden", "connection_not_found");

const route = createRoute({
  operationId: "getConnection",
  method: "get",
  path: "/v1/connections/{id}",
  tags: ["connections"],
  summary: "Read a connected channel",
  security,
  request: { params: idParams("con") },
  responses: { 200: json("The connection.", connectionSchema), ...failures.responses },
});

export const getConnection = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "publishing:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const id = idIn("con", c.req.valid("param").id);
    const connection = id === null ? null : await c.var.services.connections.find(caller.value.creatorId, id);
    if (connection === null) return failures.refuse(c, { code: "connection_not_found" });
    return c.json(connectionResource(connection), 200);
  });
