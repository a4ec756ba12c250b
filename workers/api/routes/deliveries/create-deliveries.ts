import { createRoute, z } from "@hono/zod-openapi";
import type { Failure } from "#domain/failures.ts";
import type { CreatorId } from "#domain/ids.ts";
import type { Delivery } from "#domain/publishing/delivery.ts";
import { byAccount, type PlannedDelivery, planDeliveries, type Wish } from "#domain/publishing/plan-deliveries.ts";
import { readDraft } from "#domain/publishing/youtube/metadata.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { callerOf, type Api, type ApiContext } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { jsonOnly } from "#api/middleware/json-body.ts";
import { findAsset } from "#api/routes/assets/find-asset.ts";
import { videoDraftResource, videoDraftSchema } from "#api/routes/destinations/video-settings.ts";
import { exampleId, idIn, idParams, json, jsonBody, rfc3339OrNull, security, timeSchema } from "#api/schemas.ts";
import { deliveryResource, deliverySchema } from "./delivery-resource.ts";

const MOST = 50;

const wishSchema = z
  .strictObject({
    destination_id: z.string().openapi({ example: exampleId("dst") }),
    metadata: videoDraftSchema
      .optional()
      .openapi({ description: "Over what the destination says, and over `metadata` of the whole request." }),
    priority: z.int().min(-100).max(100).optional().openapi({ example: 0, description: "Higher goes first." }),
    schedule_at: timeSchema.optional().openapi({ description: "Not before then." }),
  })
  .openapi("DeliveryWish", { example: { destination_id: exampleId("dst") } });

const bodySchema = z
  .strictObject({
    deliveries: z.array(wishSchema).min(1).max(MOST),
    metadata: videoDraftSchema.optional(),
    dry_run: z.boolean().optional().openapi({ example: false, description: "Only say what would be published." }),
  })
  .openapi("DeliveryRequest", { example: { deliveries: [{ destination_id: exampleId("dst") }], metadata: { title: "Harvest" } } });

const plannedSchema = z
  .object({
    destination_id: z.string().openapi({ example: exampleId("dst") }),
    account: z.string().openapi({ example: "youtube:UCk8GzjMOrta8yxDcKfylJYw" }),
    metadata: videoDraftSchema,
    priority: z.int(),
    schedule_at: timeSchema.nullable(),
  })
  .openapi("PlannedDelivery");

const failures = declareFailures(
  "invalid_request",
  "invalid_json",
  "unsupported_media_type",
  "unauthorized",
  "forbidden",
  "asset_not_found",
  "asset_gone",
  "destination_not_found",
  "video_refused",
);

const route = createRoute({
  operationId: "createDeliveries",
  method: "post",
  path: "/v1/assets/{id}/deliveries",
  tags: ["publishing"],
  summary: "Publish an asset",
  description:
    "To all of the destinations or, if anything is wrong with one, to none. An asset goes to a destination once: asked again, the delivery that is there is the answer, unless it has failed or was cancelled.",
  security,
  middleware: [jsonOnly],
  request: { params: idParams("ast"), body: jsonBody(bodySchema) },
  responses: {
    200: json("What would be published.", z.object({ data: z.array(plannedSchema) })),
    201: json("The deliveries, in the order of the request.", z.object({ data: z.array(deliverySchema) })),
    ...failures.responses,
  },
});

type Body = z.output<typeof bodySchema>;

/** What was asked for, with each destination looked up once. */
async function wishesIn(
  c: ApiContext,
  creatorId: CreatorId,
  { deliveries, metadata: shared = {} }: Body,
): Promise<Result<readonly Wish[], Failure<"destination_not_found" | "video_refused">>> {
  const ids = deliveries.map(({ destination_id: text }) => idIn("dst", text));
  const distinct = [...new Set(ids.filter((id) => id !== null))];
  const found = new Map(
    await Promise.all(distinct.map(async (id) => [id, await c.var.services.destinations.find(creatorId, id)] as const)),
  );
  const common = readDraft(shared);
  const violations = common.ok ? [] : common.error.map((each) => ({ ...each, pointer: `/metadata${each.pointer}` }));
  const wishes: Wish[] = [];
  for (const [index, { metadata = {}, priority = 0, schedule_at: scheduleAt }] of deliveries.entries()) {
    const id = ids[index] ?? null;
    const destination = id === null ? null : (found.get(id) ?? null);
    if (destination === null) return err({ code: "destination_not_found" });
    const own = readDraft(metadata);
    if (!own.ok) violations.push(...own.error.map((each) => ({ ...each, pointer: `${pointerTo(index)}${each.pointer}` })));
    else if (common.ok)
      wishes.push({
        destination,
        metadata: { ...common.value, ...own.value },
        priority,
        scheduleAt: scheduleAt === undefined ? null : Date.parse(scheduleAt),
      });
  }
  return violations.length > 0 ? err({ code: "video_refused", violations }) : ok(wishes);
}

const pointerTo = (index: number): string => `/deliveries/${index}/metadata`;

const plannedResource = ({ account, spec }: PlannedDelivery): z.input<typeof plannedSchema> => ({
  destination_id: spec.destinationId,
  account,
  metadata: videoDraftResource(spec.metadata),
  priority: spec.priority,
  schedule_at: rfc3339OrNull(spec.scheduleAt),
});

export const createDeliveries = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "publishing:write");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { creatorId } = caller.value;
    const asset = await findAsset(c, creatorId, c.req.valid("param").id);
    if (!asset.ok) return failures.refuse(c, asset.error);
    const body = c.req.valid("json");
    const wishes = await wishesIn(c, creatorId, body);
    if (!wishes.ok) return failures.refuse(c, wishes.error);
    const { clock, publishers } = c.var.services;
    const pointers = wishes.value.map((_, index) => pointerTo(index));
    const planned = planDeliveries(asset.value, wishes.value, { clock, requestId: c.var.requestId, pointers });
    if (!planned.ok) return failures.refuse(c, planned.error);
    if (body.dry_run === true) return c.json({ data: planned.value.map(plannedResource) }, 200);

    const accepted: Delivery[] = [];
    for (const [account, specs] of byAccount(planned.value)) accepted.push(...(await publishers.get(account).accept(account, specs)));
    const order = (delivery: Delivery): number => planned.value.findIndex(({ spec }) => spec.destinationId === delivery.destinationId);
    const sorted = accepted.toSorted((a, b) => order(a) - order(b));
    return c.json({ data: sorted.map((delivery) => deliveryResource(delivery)) }, 201);
  });
