import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { ifMatchHolds, parseEntityTags } from "#api/headers/conditional.ts";
import { optionalField } from "#api/headers/field.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { idParams, json, jsonBody, security } from "#api/schemas.ts";
import {
  destinationChangesSchema,
  destinationResource,
  destinationSchema,
  destinationTag,
  readSettings,
  tagHeader,
} from "./destination-resource.ts";
import { findDestination } from "./find-destination.ts";

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "invalid_header",
  "unsupported_media_type",
  "unauthorized",
  "forbidden",
  "destination_not_found",
  "precondition_required",
  "precondition_failed",
  "video_refused",
);

const route = createRoute({
  operationId: "changeDestination",
  method: "patch",
  path: "/v1/destinations/{id}",
  tags: ["publishing"],
  summary: "Change a destination",
  description: "Its settings are replaced as a whole. Deliveries that are there keep what they were asked for with.",
  security,
  middleware: [jsonOnly],
  request: {
    params: idParams("dst"),
    headers: z.object({
      "if-match": z.string().optional().openapi({ example: '"3"', description: "The ETag that you have read; required." }),
    }),
    body: jsonBody(destinationChangesSchema),
  },
  responses: { 200: { ...json("The destination as it is now.", destinationSchema), headers: tagHeader }, ...failures.responses },
});

export const changeDestination = (api: Api) =>
  api.openapi(route, async (c) => {
    const found = await findDestination(c, "publishing:write", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const destination = found.value;
    const condition = optionalField(c.req.raw.headers, "If-Match", (text) => parseEntityTags("If-Match", text));
    if (!condition.ok) return failures.refuse(c, condition.error);
    if (condition.value === null) return failures.refuse(c, { code: "precondition_required", header: "If-Match" });
    const changedMeanwhile = { code: "precondition_failed", detail: "The destination has been changed since: read it again." } as const;
    if (!ifMatchHolds(condition.value, { weak: false, opaque: String(destination.sequence) })) return failures.refuse(c, changedMeanwhile);
    const { name = destination.name, settings: said } = c.req.valid("json");
    const settings = said === undefined ? null : readSettings(said);
    if (settings?.ok === false) return failures.refuse(c, settings.error);
    const changed = {
      ...destination,
      name,
      settings: settings === null ? destination.settings : settings.value,
      sequence: destination.sequence + 1,
    };
    if (!(await c.var.services.destinations.change(changed, destination.sequence))) return failures.refuse(c, changedMeanwhile);
    c.header("ETag", destinationTag(changed));
    return c.json(destinationResource(changed), 200);
  });
