import { createRoute, z } from "@hono/zod-openapi";
import { completeMetadata, readDraft, type VideoMetadata } from "#domain/publishing/youtube/metadata.ts";
import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { videoDraftSchema } from "#api/routes/destinations/video-settings.ts";
import { idParams, json, jsonBody, security, timeSchema } from "#api/schemas.ts";
import { deliveryResource, deliverySchema } from "./delivery-resource.ts";
import { findPublisher } from "./find-publisher.ts";

const bodySchema = z
  .strictObject({
    metadata: videoDraftSchema.optional(),
    priority: z.int().min(-100).max(100).optional(),
    schedule_at: timeSchema.nullable().optional(),
  })
  .openapi("DeliveryChanges", { example: { priority: 10 } });

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "unsupported_media_type",
  "unauthorized",
  "forbidden",
  "delivery_not_found",
  "delivery_too_late",
  "video_refused",
);

const route = createRoute({
  operationId: "changeDelivery",
  method: "patch",
  path: "/v1/deliveries/{id}",
  tags: ["publishing"],
  summary: "Change a delivery that has not begun",
  description: "What is left out stays.",
  security,
  middleware: [jsonOnly],
  request: { params: idParams("dlv"), body: jsonBody(bodySchema) },
  responses: { 200: json("The delivery as it is now.", deliverySchema), ...failures.responses },
});

function changedMetadata(before: VideoMetadata, said: unknown, now: number): Result<VideoMetadata, Failure<"video_refused">> {
  const draft = readDraft(said);
  const complete = draft.ok ? completeMetadata([before, draft.value], now) : draft;
  if (complete.ok) return ok(complete.value);
  return err({ code: "video_refused", violations: complete.error.map((each) => ({ ...each, pointer: `/metadata${each.pointer}` })) });
}

export const changeDelivery = (api: Api) =>
  api.openapi(route, async (c) => {
    const found = await findPublisher(c, "publishing:write", c.req.valid("param").id);
    if (!found.ok) return failures.refuse(c, found.error);
    const { creatorId, id, publisher } = found.value;
    const { metadata: said, priority, schedule_at: scheduleAt } = c.req.valid("json");
    const before = await publisher.view(creatorId, id);
    if (!before.ok) return failures.refuse(c, before.error);
    const metadata = said === undefined ? null : changedMetadata(before.value.metadata, said, c.var.services.clock.now());
    if (metadata?.ok === false) return failures.refuse(c, metadata.error);
    const outcome = await publisher.change(creatorId, id, {
      ...(metadata === null ? {} : { metadata: metadata.value }),
      ...(priority === undefined ? {} : { priority }),
      ...(scheduleAt === undefined ? {} : { scheduleAt: scheduleAt === null ? null : Date.parse(scheduleAt) }),
    });
    return outcome.ok ? c.json(deliveryResource(outcome.value), 200) : failures.refuse(c, outcome.error);
  });
