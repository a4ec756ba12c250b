import { createRoute, z } from "@hono/zod-openapi";
import { verify } from "#domain/audit/chain.ts";
import { ok } from "#domain/result.ts";
import { operatorOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { nextMark, readMark } from "#api/marks.ts";
import { pageQuery, type ListScope } from "#api/paging.ts";
import { json, operatorSecurity } from "#api/schemas.ts";

/** Rows in one request: each costs a hash. */
const BUDGET = 5_000;
const ANCHOR = /^([1-9]\d{0,14}):([0-9a-f]{64})$/;

const answerSchema = z
  .object({
    status: z.enum(["intact", "broken"]).openapi({ example: "intact" }),
    checked: z.int().openapi({ example: 42, description: "Entries that this request looked at." }),
    last: z.object({ number: z.int().openapi({ example: 42 }), hash: z.string().openapi({ example: "9f".repeat(32) }) }).openapi({
      description: "The last good entry. Write it down elsewhere: as `anchor` it proves later that nothing before it was made anew.",
    }),
    first_break: z
      .object({
        number: z.int().openapi({ example: 17 }),
        reason: z.enum(["missing", "changed", "unanchored"]).openapi({
          description:
            "`missing`: the entry is gone. `changed`: it, or the one before, is another. `unanchored`: it was added past the log.",
        }),
      })
      .nullable()
      .openapi({ example: null }),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
  })
  .openapi("AuditVerification");

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "cross_site");

const route = createRoute({
  operationId: "verifyAudit",
  method: "get",
  path: "/v1/operator/audit/verify",
  tags: ["operator"],
  summary: "Check that nobody changed the audit log",
  description: `Walks the chain of hashes from its beginning, ${BUDGET} entries in one request, and says where it first breaks.`,
  security: operatorSecurity,
  request: {
    query: pageQuery.pick({ cursor: true }).extend({
      anchor: z
        .string()
        .regex(ANCHOR, "must be <number>:<hash>")
        .optional()
        .openapi({ description: "`<number>:<hash>` as an earlier verification gave it in `last`." }),
    }),
  },
  responses: { 200: json("What was found.", answerSchema), ...failures.responses },
});

const scope: ListScope = { list: "audit-verification", owner: "operator", filters: {} };

export const verifyAudit = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { cursor, anchor } = c.req.valid("query");
    const { audit, secrets } = c.var.services;
    const from = cursor === undefined ? ok("0") : await readMark(c, scope, cursor);
    if (!from.ok) return failures.refuse(c, from.error);
    const found = await verify(audit, (text) => secrets.sha256(text), Number(from.value), BUDGET);
    const [, number = "", hash = ""] = ANCHOR.exec(anchor ?? "") ?? [];
    const anchored = number === "" ? null : (await audit.following(Number(number) - 1, 1))[0];
    const lost = number !== "" && (anchored?.number !== Number(number) || anchored.hash !== hash);
    const firstBreak = found.firstBreak ?? (lost ? { number: Number(number), reason: "changed" as const } : null);
    const next = await nextMark(c, scope, found.isEnd || firstBreak !== null ? null : String(found.last.number));
    return c.json(
      {
        status: firstBreak === null ? ("intact" as const) : ("broken" as const),
        checked: found.checked,
        last: { ...found.last },
        first_break: firstBreak === null ? null : { ...firstBreak },
        ...next,
      },
      200,
    );
  });
