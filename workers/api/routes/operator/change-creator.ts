import { createRoute, z } from "@hono/zod-openapi";
import { operatorOf, operatorStamp, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { idIn, idParams, json, jsonBody, keepSchema, msOf, operatorSecurity } from "#api/schemas.ts";
import { creatorNameSchema, creatorResource, creatorSchema } from "./creator-resource.ts";

const bodySchema = z
  .strictObject({
    name: creatorNameSchema.optional(),
    keep_seconds: keepSchema.optional(),
    keep_after_verified_seconds: keepSchema.optional(),
  })
  .openapi("CreatorChanges", { example: { keep_seconds: 2_592_000 } });

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "unsupported_media_type",
  "unauthorized",
  "cross_site",
  "creator_not_found",
);

const route = createRoute({
  operationId: "changeCreator",
  method: "patch",
  path: "/v1/operator/creators/{id}",
  tags: ["operator"],
  summary: "Change a creator",
  description: "How long assets are kept counts for those that are complete from now on; what a creator has already keeps its own term.",
  security: operatorSecurity,
  middleware: [jsonOnly],
  request: { params: idParams("crt"), body: jsonBody(bodySchema) },
  responses: { 200: json("The creator as it is now.", creatorSchema), ...failures.responses },
});

export const changeCreator = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const id = idIn("crt", c.req.valid("param").id);
    if (id === null) return failures.refuse(c, { code: "creator_not_found" });
    const { name, keep_seconds: keep, keep_after_verified_seconds: keepAfterVerified } = c.req.valid("json");
    const changes = {
      ...(name === undefined ? {} : { name }),
      ...(keep === undefined ? {} : { keepMs: msOf(keep) }),
      ...(keepAfterVerified === undefined ? {} : { keepAfterVerifiedMs: msOf(keepAfterVerified) }),
    };
    const creator = await c.var.services.creators.change(id, changes, operatorStamp(c, operator.value));
    return creator === null ? failures.refuse(c, { code: "creator_not_found" }) : c.json(creatorResource(creator), 200);
  });
