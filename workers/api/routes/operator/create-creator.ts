import { createRoute, z } from "@hono/zod-openapi";
import { operatorOf, operatorStamp, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { json, jsonBody, keepSchema, msOf, operatorSecurity } from "#api/schemas.ts";
import { creatorNameSchema, creatorResource, creatorSchema } from "./creator-resource.ts";

const bodySchema = z
  .strictObject({
    name: creatorNameSchema,
    external_id: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .openapi({ example: "newsroom", description: "What the application calls this creator; unique." }),
    keep_seconds: keepSchema.optional(),
    keep_after_verified_seconds: keepSchema.optional().openapi({ example: null }),
  })
  .openapi("CreatorDraft");

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "unsupported_media_type",
  "unauthorized",
  "cross_site",
  "external_id_taken",
);

const route = createRoute({
  operationId: "createCreator",
  method: "post",
  path: "/v1/operator/creators",
  tags: ["operator"],
  summary: "Create a creator",
  security: operatorSecurity,
  middleware: [jsonOnly],
  request: { body: jsonBody(bodySchema) },
  responses: { 201: json("The creator.", creatorSchema), ...failures.responses },
});

export const createCreator = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { name, external_id: externalId = null, keep_seconds: keep = null, ...draft } = c.req.valid("json");
    const { creators, clock } = c.var.services;
    const creator = {
      id: clock.newId("crt"),
      name,
      externalId,
      keepMs: msOf(keep),
      keepAfterVerifiedMs: msOf(draft.keep_after_verified_seconds ?? null),
      createdAt: clock.now(),
    };
    if (!(await creators.add(creator, operatorStamp(c, operator.value))))
      return failures.refuse(c, { code: "external_id_taken", externalId: externalId ?? "" });
    return c.json(creatorResource(creator), 201);
  });
