import { createRoute } from "@hono/zod-openapi";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, security } from "#api/schemas.ts";
import { findDestination } from "./find-destination.ts";

const failures = declareFailures("unauthorized", "forbidden", "destination_not_found");

const route = createRoute({
  operationId: "deleteDestination",
  method: "delete",
  path: "/v1/destinations/{id}",
  tags: ["publishing"],
  summary: "Delete a destination",
  description: "Nothing more goes there; deliveries that are there go on, and what was published stays.",
  security,
  request: { params: idParams("dst") },
  responses: { 204: { description: "Deleted." }, ...failures.responses },
});

export const deleteDestination = (api: Api) =>
  api.openapi(route, async (c) => {
    const found = await findDestination(c, "publishing:write", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const { clock, destinations } = c.var.services;
    const removed = await destinations.remove(found.value.creatorId, found.value.id, clock.now());
    return removed ? c.body(null, 204) : failures.refuse(c, { code: "destination_not_found" });
  });
