import { createRoute, z } from "@hono/zod-openapi";
import { storageReport, type Orphan } from "#domain/operators/storage.ts";
import { ok } from "#domain/result.ts";
import { operatorOf, type Api, type ApiContext } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { markOf, nextMark, readMark } from "#api/marks.ts";
import { pageQuery, pageSchema, type ListScope } from "#api/paging.ts";
import { exampleId, idIn, json, operatorSecurity, rfc3339, timeSchema } from "#api/schemas.ts";
import { missingTicket, orphanTicket, TICKETS } from "./storage-ticket.ts";

const orphanSchema = z.object({
  ticket: z.string().openapi({ example: "…", description: "What `POST /v1/operator/storage/clean` takes: for this very object." }),
  upload_id: z.string().openapi({ example: exampleId("upl") }),
  size: z.int().openapi({ example: 8388608 }),
  stored_at: timeSchema,
  reason: z.enum(["attempt", "deleted", "ended", "unknown"]).openapi({
    description:
      "`attempt`: another object became the asset. `deleted`: what is left of a deleted asset. `ended`: the upload was cancelled, has failed or expired. `unknown`: neither a session nor a row knows it.",
  }),
});

const reportSchema = pageSchema(orphanSchema)
  .extend({
    objects: z.int().openapi({ example: 1000, description: "In this step, orphans included." }),
    bytes: z.int().openapi({ example: 104857600 }),
    missing: z
      .array(
        z.object({
          ticket: z.string().openapi({ example: "…", description: "Cleaning deletes the asset, which has nothing left." }),
          asset_id: z.string().openapi({ example: exampleId("ast") }),
          creator_id: z.string().openapi({ example: exampleId("crt") }),
          upload_id: z.string().openapi({ example: exampleId("upl") }),
          size: z.int().openapi({ example: 104857600 }),
        }),
      )
      .openapi({ description: "Assets that are listed and whose object is gone." }),
    creators: z
      .array(z.object({ creator_id: z.string().openapi({ example: exampleId("crt") }), objects: z.int(), bytes: z.int() }))
      .openapi({ description: "What this step found, by owner: add up the steps for the whole." }),
  })
  .openapi("StorageReport");

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "cross_site");

const route = createRoute({
  operationId: "getStorage",
  method: "get",
  path: "/v1/operator/storage",
  tags: ["operator"],
  summary: "Compare what is stored with who owns it",
  description:
    "One step through the bucket, `limit` uploads long: `data` has the objects that no upload and no asset claims. Where the directory does not know, the upload itself is asked, and writes its rows again. Multipart uploads that are open can't be listed from here: the bucket's own rule ends them.",
  security: operatorSecurity,
  request: { query: pageQuery.extend({ limit: pageQuery.shape.limit.default(100) }) },
  responses: { 200: json("One step.", reportSchema), ...failures.responses },
});

const scope: ListScope = { list: "storage", owner: "operator", filters: {} };

const resource = async (c: ApiContext, orphan: Orphan): Promise<z.input<typeof orphanSchema>> => ({
  ticket: await markOf(c, TICKETS, orphanTicket(orphan)),
  upload_id: orphan.uploadId,
  size: orphan.size,
  stored_at: rfc3339(orphan.storedAt),
  reason: orphan.reason,
});

export const getStorage = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { limit, cursor } = c.req.valid("query");
    const after = cursor === undefined ? ok("") : await readMark(c, scope, cursor);
    if (!after.ok) return failures.refuse(c, after.error);
    const report = await storageReport(c.var.services, idIn("upl", after.value), limit);
    return c.json(
      {
        data: await Promise.all(report.orphans.map((orphan) => resource(c, orphan))),
        objects: report.objects,
        bytes: report.bytes,
        missing: await Promise.all(
          report.missing.map(async (asset) => ({
            ticket: await markOf(c, TICKETS, missingTicket(asset)),
            asset_id: asset.id,
            creator_id: asset.creatorId,
            upload_id: asset.uploadId,
            size: asset.size,
          })),
        ),
        creators: [...report.creators].map(([creatorId, total]) => ({ creator_id: creatorId, ...total })),
        ...(await nextMark(c, scope, report.after)),
      },
      200,
    );
  });
