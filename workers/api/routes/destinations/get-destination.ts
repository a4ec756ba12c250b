import { createRoute } from "@hono/zod-openapi";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { idParams, json, security } from "#api/schemas.ts";
import { destinationResource, destinationSchema, destinationTag, tagHeader } from "./destination-resource.ts";
import { findDestination } from "./find-destination.ts";

const failures = declareFailures("unauthorized", "forbidden", "destination_not_found");

const route = createRoute({
  operationId: "getDestination",
  method: "get",
  path: "/v1/destinations/{id}",
  tags: ["publishing"],
  summary: "Read a destination",
  security,
  request: { params: idParams("dst") },
  responses: { 200: { ...json("The destination.", destinationSchema), headers: tagHeader }, ...failures.responses },
});

export const getDestination = (api: Api) =>
  api.openapi(route, async (c) => {
    const found = await findDestination(c, "publishing:read", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    c.header("ETag", destinationTag(found.value));
    return c.json(destinationResource(found.value), 200);
  });
