import { createRoute, z } from "@hono/zod-openapi";
import { QUOTA_BUCKETS, type QuotaView } from "#domain/quota/quota-ledger.ts";
import { PROJECT_NAME } from "#domain/quota/settings.ts";
import { operatorOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { json, operatorSecurity, rfc3339, rfc3339OrNull, timeSchema } from "#api/schemas.ts";

const daySchema = z.string().openapi({ example: "2026-11-20", description: "A day in Los Angeles." });

const bucketSchema = z.object({
  bucket: z.enum(QUOTA_BUCKETS).openapi({
    description: "`inserts`: calls of `videos.insert`. `searches`: calls of `search.list`. `units`: what every other call costs.",
  }),
  limit: z.int().openapi({ example: 100, description: "What a day gives: `QUOTA_LIMITS`." }),
  used: z.int().openapi({ example: 88, description: "Today, what is reserved included." }),
  reserved: z.int().openapi({ example: 1, description: "For calls that are being made." }),
  left: z.int().openapi({ example: 12 }),
  exhausted_by_peer: z.boolean().openapi({ example: false, description: "Google has said that nothing is left: it is believed." }),
  forecast_at: timeSchema.nullable().openapi({
    example: null,
    description: "When nothing will be left at the pace of the last hour; null: not before it is filled again.",
  }),
});

const quotaSchema = z
  .object({
    project: z.string().openapi({ example: "sluice-newsroom" }),
    day: daySchema,
    resets_at: timeSchema.openapi({ description: "The next midnight in Los Angeles, which fills every bucket." }),
    buckets: z.array(bucketSchema),
    methods: z
      .array(
        z.object({
          method: z.string().openapi({ example: "videos.insert" }),
          calls: z.int().openapi({ example: 88 }),
          cost: z.int().openapi({ example: 88, description: "In what its bucket counts." }),
        }),
      )
      .openapi({ description: "What today's calls cost, the most expensive first." }),
    history: z
      .array(
        z.object({
          day: daySchema,
          used: z.record(z.enum(QUOTA_BUCKETS), z.int()).openapi({ example: { inserts: 88, searches: 0, units: 412 } }),
        }),
      )
      .openapi({ description: "Thirty days at most, today first; days without a call are left out." }),
  })
  .openapi("Quota");

const failures = declareFailures("invalid_request", "unauthorized", "cross_site");

const route = createRoute({
  operationId: "getQuota",
  method: "get",
  path: "/v1/operator/quota",
  tags: ["operator"],
  summary: "Look what is left of today's YouTube quota",
  description:
    "As Sluice counts: every call is reserved before it is made and corrected afterwards. What other programs use of the same project is not known before Google refuses.",
  security: operatorSecurity,
  request: {
    query: z.object({
      project: z
        .string()
        .regex(PROJECT_NAME, "must be the name of a project")
        .optional()
        .openapi({ example: "sluice-newsroom", description: "`GOOGLE_PROJECT` unless another is named." }),
    }),
  },
  responses: { 200: json("The ledger of this project.", quotaSchema), ...failures.responses },
});

const resource = (project: string, view: QuotaView): z.input<typeof quotaSchema> => ({
  project,
  day: view.day,
  resets_at: rfc3339(view.resetsAt),
  buckets: view.buckets.map(({ exhaustedByPeer, forecastAt, ...bucket }) => ({
    ...bucket,
    exhausted_by_peer: exhaustedByPeer,
    forecast_at: rfc3339OrNull(forecastAt),
  })),
  methods: view.methods.map((method) => ({ ...method })),
  history: view.history.map(({ day, used }) => ({ day, used: { ...used } })),
});

export const getQuota = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { quotas, googleProject } = c.var.services;
    const project = c.req.valid("query").project ?? googleProject;
    return c.json(resource(project, await quotas.get(project).view()), 200);
  });
