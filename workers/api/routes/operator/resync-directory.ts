import { createRoute, z } from "@hono/zod-openapi";
import type { CreatorId, UploadId } from "#domain/ids.ts";
import { resync, type Resynced } from "#domain/operators/resync.ts";
import { ok } from "#domain/result.ts";
import { operatorOf, operatorStamp, type Api, type ApiServices } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { nextMark, readMark } from "#api/marks.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { pageQuery, type ListScope } from "#api/paging.ts";
import { exampleId, idIn, json, jsonBody, operatorSecurity } from "#api/schemas.ts";

const AT_ONCE = 6;

const bodySchema = z
  .strictObject({
    from: z.enum(["storage", "directory"]).openapi({
      example: "storage",
      description:
        "Where uploads are found: by what is stored for them (rows that were lost come back), or by their rows (what is old is renewed).",
    }),
    creator_id: z
      .string()
      .optional()
      .openapi({ example: exampleId("crt"), description: "With `directory`: only this creator's." }),
    limit: z.int().min(1).max(100).default(50).openapi({ example: 50 }),
    cursor: pageQuery.shape.cursor,
  })
  .openapi("Resync", { example: { from: "storage" } });

const answerSchema = z
  .object({
    rebuilt: z.int().openapi({ example: 50, description: "The directory says what these uploads say." }),
    unknown: z.int().openapi({ example: 0, description: "Ended more than five weeks ago: nobody but the directory knows of them." }),
    failed: z.array(z.string()).openapi({ example: [], description: "Could not be asked: the log says why; try again." }),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
  })
  .openapi("Resynced");

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "unsupported_media_type",
  "invalid_cursor",
  "unauthorized",
  "cross_site",
  "creator_not_found",
);

const route = createRoute({
  operationId: "resyncDirectory",
  method: "post",
  path: "/v1/operator/resync",
  tags: ["operator"],
  summary: "Rebuild the directory from the uploads themselves",
  description:
    "One step, `limit` uploads long; go on with `next_cursor`. Each is asked, and writes its row and its asset's again; newer rows stay. After the database was turned back: once from `storage`, once from the `directory`.",
  security: operatorSecurity,
  middleware: [jsonOnly],
  request: { body: jsonBody(bodySchema) },
  responses: { 200: json("What one step did.", answerSchema), ...failures.responses },
});

type Step = { readonly ids: readonly UploadId[]; readonly after: UploadId | null };

async function stepThroughRows(
  { uploads }: ApiServices,
  creatorId: CreatorId | null,
  after: UploadId | null,
  limit: number,
): Promise<Step> {
  const ids = await uploads.following(creatorId, after, limit);
  return { ids, after: ids.length < limit ? null : (ids.at(-1) ?? null) };
}

async function stepThroughStorage({ inventory }: ApiServices, after: UploadId | null, limit: number): Promise<Step> {
  const page = await inventory.page(after, limit);
  return { ids: [...new Set(page.objects.map(({ uploadId }) => uploadId))], after: page.after };
}

export const resyncDirectory = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { from, creator_id: creator, limit, cursor } = c.req.valid("json");
    const creatorId = creator === undefined ? null : idIn("crt", creator);
    if (creator !== undefined && creatorId === null) return failures.refuse(c, { code: "creator_not_found" });
    if (from === "storage" && creatorId !== null)
      return failures.refuse(c, { code: "invalid_request", detail: "What is stored is not ordered by creators: leave creator_id out." });
    const scope: ListScope = { list: "resync", owner: "operator", filters: { from, creatorId } };
    const mark = cursor === undefined ? ok("") : await readMark(c, scope, cursor);
    if (!mark.ok) return failures.refuse(c, mark.error);
    const { services } = c.var;
    const stamp = operatorStamp(c, operator.value);
    if (cursor === undefined)
      await services.audit.append({ ...stamp, action: "directory.resynced", resource: creatorId ?? from, before: null, after: { from } });

    const after = idIn("upl", mark.value);
    const step =
      from === "storage" ? await stepThroughStorage(services, after, limit) : await stepThroughRows(services, creatorId, after, limit);
    const outcomes: (readonly [UploadId, Resynced])[] = [];
    for (let index = 0; index < step.ids.length; index += AT_ONCE) {
      const some = step.ids.slice(index, index + AT_ONCE);
      outcomes.push(...(await Promise.all(some.map(async (id) => [id, await resync({ ...services, log: c.var.log }, id)] as const))));
    }
    const count = (wanted: Resynced) => outcomes.filter(([, outcome]) => outcome === wanted).length;
    return c.json(
      {
        rebuilt: count("rebuilt"),
        unknown: count("unknown"),
        failed: outcomes.filter(([, outcome]) => outcome === "failed").map(([id]) => id),
        ...(await nextMark(c, scope, step.after)),
      },
      200,
    );
  });
