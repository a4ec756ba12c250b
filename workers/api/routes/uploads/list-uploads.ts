import { createRoute } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { pageQuery, pageSchema, readPage, writePage, type ListScope } from "#api/paging.ts";
import { externalIdSchema, json, security } from "#api/schemas.ts";
import { listedUploadResource, listedUploadSchema, statusSchema } from "./upload-resource.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "forbidden");

const route = createRoute({
  operationId: "listUploads",
  method: "get",
  path: "/v1/uploads",
  tags: ["uploads"],
  summary: "List uploads, newest first",
  security,
  request: { query: pageQuery.extend({ status: statusSchema.optional(), external_id: externalIdSchema.optional() }) },
  responses: { 200: json("One page.", pageSchema(listedUploadSchema)), ...failures.responses },
});

export const listUploads = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "uploads:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { creatorId } = caller.value;
    const query = c.req.valid("query");
    const filters = { status: query.status ?? null, externalId: query.external_id ?? null };
    const scope: ListScope = { list: "uploads", owner: creatorId, filters };
    const page = await readPage(c, "upl", scope, query);
    if (!page.ok) return failures.refuse(c, page.error);
    const uploads = await c.var.services.uploads.list(creatorId, filters, page.value);
    return c.json(await writePage(c, scope, uploads, listedUploadResource), 200);
  });
