import { createRoute, z } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { pageQuery, pageSchema, readPage, writePage, type ListScope } from "#api/paging.ts";
import { exampleId, idIn, json, security } from "#api/schemas.ts";
import { listedDeliveryResource, listedDeliverySchema } from "./delivery-resource.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "forbidden");

const route = createRoute({
  operationId: "listDeliveries",
  method: "get",
  path: "/v1/deliveries",
  tags: ["publishing"],
  summary: "List deliveries, newest first",
  description: "A list lags behind by moments; a delivery that is read by itself does not.",
  security,
  request: {
    query: pageQuery.extend({
      upload_id: z
        .string()
        .optional()
        .openapi({ example: exampleId("upl"), description: "Of this upload, and of the asset that it became." }),
      destination_id: z
        .string()
        .optional()
        .openapi({ example: exampleId("dst") }),
    }),
  },
  responses: { 200: json("One page.", pageSchema(listedDeliverySchema)), ...failures.responses },
});

export const listDeliveries = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "publishing:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { creatorId } = caller.value;
    const { upload_id: uploadText = null, destination_id: destinationText = null, ...asked } = c.req.valid("query");
    const uploadId = uploadText === null ? null : idIn("upl", uploadText);
    const destinationId = destinationText === null ? null : idIn("dst", destinationText);
    const filters = { upload: uploadText, destination: destinationText };
    const scope: ListScope = { list: "deliveries", owner: creatorId, filters };
    const page = await readPage(c, "dlv", scope, asked);
    if (!page.ok) return failures.refuse(c, page.error);
    const namesNothing = (uploadText !== null && uploadId === null) || (destinationText !== null && destinationId === null);
    const found = namesNothing
      ? { items: [], hasMore: false }
      : await c.var.services.deliveries.list(creatorId, { uploadId, destinationId }, page.value);
    return c.json(await writePage(c, scope, found, listedDeliveryResource), 200);
  });
