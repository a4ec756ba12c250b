import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { type EntityTagCondition, parseEntityTags } from "#api/headers/conditional.ts";
import { optionalField } from "#api/headers/field.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { idParams, json, jsonBody, security } from "#api/schemas.ts";
import { checkTarget } from "./check-target.ts";
import { findEndpoint } from "./find-endpoint.ts";
import { settingsOf, tagHeader, webhookChangesSchema, webhookDetailResource, webhookDetailSchema, webhookTag } from "./webhook-resource.ts";

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "invalid_header",
  "unsupported_media_type",
  "unauthorized",
  "forbidden",
  "webhook_not_found",
  "webhook_url_refused",
  "precondition_failed",
  "precondition_required",
);

const route = createRoute({
  operationId: "updateWebhook",
  method: "patch",
  path: "/v1/webhooks/{id}",
  tags: ["webhooks"],
  summary: "Change a webhook",
  description: "What is left out stays. Deliveries that are waiting go to the new URL. `If-Match: *` overwrites whatever is there.",
  security,
  middleware: [jsonOnly],
  request: {
    params: idParams("whk"),
    headers: z.object({
      "if-match": z.string().optional().openapi({ example: '"3"', description: "The ETag that you have read; required." }),
    }),
    body: jsonBody(webhookChangesSchema),
  },
  responses: { 200: { ...json("The webhook as it is now.", webhookDetailSchema), headers: tagHeader }, ...failures.responses },
});

/** The sequences that strong tags of ours name; null: any. */
const sequencesIn = (condition: EntityTagCondition): number[] | null =>
  condition.kind === "any"
    ? null
    : condition.tags.filter(({ weak }) => !weak).map(({ opaque }) => (/^\d{1,15}$/.test(opaque) ? Number(opaque) : -1));

export const updateWebhook = (api: Api) =>
  api.openapi(route, async (c) => {
    const found = await findEndpoint(c, "webhooks:write", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const condition = optionalField(c.req.raw.headers, "If-Match", (text) => parseEntityTags("If-Match", text));
    if (!condition.ok) return failures.refuse(c, condition.error);
    if (condition.value === null) return failures.refuse(c, { code: "precondition_required", header: "If-Match" });
    const changes = settingsOf(c.req.valid("json"));
    const target = changes.url === undefined ? null : checkTarget(c, changes.url);
    if (target?.ok === false) return failures.refuse(c, target.error);
    const { creatorId, endpoint } = found.value;
    const settings = target === null ? changes : { ...changes, url: target.value };
    const updated = await endpoint.update(creatorId, settings, sequencesIn(condition.value));
    if (!updated.ok) return failures.refuse(c, updated.error);
    c.header("ETag", webhookTag(updated.value));
    return c.json(webhookDetailResource(updated.value), 200);
  });
