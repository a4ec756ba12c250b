import { createRoute, z } from "@hono/zod-openapi";
import { operatorOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { json, jsonBody, operatorSecurity } from "#api/schemas.ts";
import { creatorResource, creatorSchema } from "./creator-resource.ts";

const bodySchema = z
  .strictObject({
    name: z.string().min(1).max(255).openapi({ example: "Newsroom" }),
    external_id: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .openapi({ example: "newsroom", description: "What the application calls this creator; unique." }),
  })
  .openapi("CreatorDraft");

const failures = declareFailures("invalid_request", "invalid_json", "unsupported_media_type", "unauthorized", "external_id_taken");

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
    const { name, external_id: externalId } = c.req.valid("json");
    const { creators, clock } = c.var.services;
    const creator = { id: clock.newId("crt"), name, externalId: externalId ?? null, createdAt: clock.now() };
    if (!(await creators.add(creator))) return failures.refuse(c, { code: "external_id_taken", externalId: externalId ?? "" });
    return c.json(creatorResource(creator), 201);
  });
