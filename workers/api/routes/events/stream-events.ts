import { createRoute, z } from "@hono/zod-openapi";
import { callerOf, type Api } from "#api/context.ts";
import { openEventStream, STREAM_TIMES } from "#api/event-stream/event-stream.ts";
import { EVENT_STREAM } from "#api/event-stream/frames.ts";
import { declareFailures } from "#api/failures.ts";
import { exampleId, security } from "#api/schemas.ts";
import { readEventCursor, writeEventCursor } from "./event-cursor.ts";
import { eventResource, eventTypeSchema } from "./event-resource.ts";

const failures = declareFailures("invalid_request", "invalid_cursor", "unauthorized", "forbidden", "too_many_listeners");

const listOfTypes = z
  .preprocess((given) => (typeof given === "string" ? [given] : given), z.array(eventTypeSchema).max(20).default([]))
  .openapi({ type: "array", items: { type: "string" }, example: ["upload.completed"], description: "May be repeated." });

const EXAMPLE = `retry: 2000
id: ${writeEventCursor(42_016)}

id: ${writeEventCursor(42_017)}
event: upload.completed
data: {"id":"${exampleId("evt")}","type":"upload.completed","resource":"${exampleId("upl")}",…}

event: upload.progress
data: {"upload_id":"${exampleId("upl")}","offset":16777216,"length":104857600,"rate_bps":8388608,"eta_seconds":11}

:

`;

const route = createRoute({
  operationId: "streamEvents",
  method: "get",
  path: "/v1/events/stream",
  tags: ["events"],
  summary: "Hear of events as they happen",
  description: `Server-sent events: \`id\` is the event's cursor, \`event\` its type, \`data\` the event as \`GET /v1/events\` shows it.

Come back with the last \`id\` as \`Last-Event-ID\` (browsers do that by themselves) or as \`after\`, and nothing is missing and nothing there twice; without either, the stream begins with what happens next. Whoever comes back may wait \`retry\` milliseconds. Every 15 seconds there is a comment; after half an hour, or when its client does not read, a stream ends and wants to be opened again.

With \`progress=true\` there are also \`upload.progress\` events, for each upload that moves at most one a second. They have no \`id\` and are kept nowhere.`,
  security,
  request: {
    query: z.object({
      after: z.string().max(200).optional().openapi({ description: "A cursor: only what comes after it. `Last-Event-ID` goes before." }),
      type: listOfTypes,
      resource: z
        .string()
        .max(60)
        .optional()
        .openapi({ example: exampleId("upl"), description: "Only events of this upload, asset or webhook." }),
      progress: z.enum(["true", "false"]).optional().openapi({ description: "Also how far uploads are." }),
    }),
    headers: z.object({ "last-event-id": z.string().max(200).optional() }),
  },
  responses: {
    200: { description: "The stream.", content: { [EVENT_STREAM]: { schema: z.string().openapi({ example: EXAMPLE }) } } },
    ...failures.responses,
  },
});

const HEADERS = { "Content-Type": EVENT_STREAM, "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no" };

export const streamEvents = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "events:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const { creatorId } = caller.value;
    const { after, type, resource, progress } = c.req.valid("query");
    const { feeds, events, clock, chance } = c.var.services;
    // An empty one is what a browser has that was told of no event.
    const text = c.req.valid("header")["last-event-id"] || after;
    const position = text === undefined ? null : readEventCursor(text);
    if (text !== undefined && position === null) return failures.refuse(c, { code: "invalid_cursor" });
    if (c.req.method === "HEAD") return new Response(null, { headers: HEADERS });

    const { log } = c.var;
    const openedAt = clock.now();
    const stream = await openEventStream(
      {
        feeds,
        events,
        clock,
        chance,
        times: STREAM_TIMES,
        cursor: writeEventCursor,
        resource: eventResource,
        ended: (phase, count) => log.info("stream ended", { phase, count, duration_ms: clock.now() - openedAt }),
      },
      creatorId,
      { after: position, types: type, resource: resource ?? null, progress: progress === "true" },
    );
    if (!stream.ok) return failures.refuse(c, stream.error);
    return new Response(stream.value, { headers: HEADERS });
  });
