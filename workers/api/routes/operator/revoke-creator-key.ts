import { createRoute, z } from "@hono/zod-openapi";
import { operatorOf, operatorStamp, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { exampleId, idIn, operatorSecurity } from "#api/schemas.ts";

const failures = declareFailures("unauthorized", "cross_site", "creator_not_found", "key_not_found");

const route = createRoute({
  operationId: "revokeCreatorKey",
  method: "delete",
  path: "/v1/operator/creators/{id}/keys/{key_id}",
  tags: ["operator"],
  summary: "Revoke a creator's API key",
  description:
    "At once and for ever. Uploads that it opened go on by their URLs: to end those as well, turn the creator's uploads off with `stop`.",
  security: operatorSecurity,
  request: {
    params: z.object({
      id: z.string().openapi({ param: { name: "id", in: "path" }, example: exampleId("crt") }),
      key_id: z.string().openapi({ param: { name: "key_id", in: "path" }, example: exampleId("key") }),
    }),
  },
  responses: { 204: { description: "Revoked." }, ...failures.responses },
});

export const revokeCreatorKey = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { creators, keys } = c.var.services;
    const { id, key_id: keyText } = c.req.valid("param");
    const creatorId = idIn("crt", id);
    if (creatorId === null || (await creators.get(creatorId)) === null) return failures.refuse(c, { code: "creator_not_found" });
    const keyId = idIn("key", keyText);
    const revoked = keyId === null ? null : await keys.revoke(creatorId, keyId, operatorStamp(c, operator.value));
    return revoked === null ? failures.refuse(c, { code: "key_not_found" }) : c.body(null, 204);
  });
