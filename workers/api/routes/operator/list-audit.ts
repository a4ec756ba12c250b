import { createRoute, z } from "@hono/zod-openapi";
import { AUDIT_ACTIONS, type AuditRecord } from "#domain/audit/audit.ts";
import { ok } from "#domain/result.ts";
import { operatorOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { nextMark, readMark } from "#api/marks.ts";
import { pageQuery, pageSchema, type ListScope } from "#api/paging.ts";
import { exampleId, json, operatorSecurity, rfc3339, timeSchema } from "#api/schemas.ts";

const valueSchema = z.json().openapi({ type: "object", example: { name: "Newsroom" } });

const entrySchema = z
  .object({
    number: z.int().openapi({ example: 42, description: "From 1, without gaps." }),
    happened_at: timeSchema,
    actor: z.string().openapi({
      example: "access:anna@newsroom.example",
      description: "`operator-key:<fingerprint>`, `access:<e-mail>`, `access-service:<name>`, or `api-key:<id>`.",
    }),
    action: z.string().openapi({ example: "creator.created" }),
    resource: z.string().openapi({ example: exampleId("crt") }),
    request_id: z.string().openapi({ example: exampleId("req") }),
    before: valueSchema.nullable().openapi({ example: null }),
    after: valueSchema.nullable(),
    hash: z.string().openapi({ example: "9f".repeat(32), description: "SHA-256 over the hash before and this entry." }),
  })
  .openapi("AuditEntry");

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "cross_site");

const route = createRoute({
  operationId: "listAudit",
  method: "get",
  path: "/v1/operator/audit",
  tags: ["operator"],
  summary: "Read the audit log, newest first",
  description:
    "Who did what to what, by which request, and what it was before and after. A page looks through at most a thousand entries: under a filter it may have few, or none, and there may be more.",
  security: operatorSecurity,
  request: {
    query: pageQuery.extend({
      actor: z.string().min(1).max(400).optional(),
      action: z.enum(AUDIT_ACTIONS).optional(),
      resource: z.string().min(1).max(400).optional(),
    }),
  },
  responses: { 200: json("One page.", pageSchema(entrySchema)), ...failures.responses },
});

/** What can't be read any more is shown as it is. */
function valueIn(text: string | null): z.output<typeof valueSchema> | null {
  if (text === null) return null;
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    return text;
  }
}

const resource = (record: AuditRecord): z.input<typeof entrySchema> => ({
  number: record.number,
  happened_at: rfc3339(record.happenedAt),
  actor: record.actor,
  action: record.action,
  resource: record.resource,
  request_id: record.requestId,
  before: valueIn(record.before),
  after: valueIn(record.after),
  hash: record.hash,
});

export const listAudit = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { limit, cursor, ...asked } = c.req.valid("query");
    const filters = { actor: asked.actor ?? null, action: asked.action ?? null, resource: asked.resource ?? null };
    const scope: ListScope = { list: "audit", owner: "operator", filters };
    const from = cursor === undefined ? ok(null) : await readMark(c, scope, cursor);
    if (!from.ok) return failures.refuse(c, from.error);
    const before = from.value === null ? null : Number(from.value);
    const page = await c.var.services.audit.page({ before, ...filters, limit });
    const next = await nextMark(c, scope, page.before === null ? null : String(page.before));
    return c.json({ data: page.items.map(resource), ...next }, 200);
  });
