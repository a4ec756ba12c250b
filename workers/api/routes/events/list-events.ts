import { createRoute, z } from "@hono/zod-openapi";
import { callerOf, publicOrigin, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { ifNoneMatchHolds, parseEntityTags, writeEntityTag } from "#api/headers/conditional.ts";
import { optionalField } from "#api/headers/field.ts";
import { pageSchema } from "#api/paging.ts";
import { exampleId, json, security } from "#api/schemas.ts";
import { readEventCursor, writeEventCursor } from "./event-cursor.ts";
import { eventCursorSchema, eventResource, eventSchema, eventTypeSchema } from "./event-resource.ts";

/** Seconds: what a poller that has read everything does well to wait. */
const COME_AGAIN = "5";

const failures = declareFailures("invalid_request", "invalid_header", "invalid_cursor", "unauthorized", "forbidden");

const route = createRoute({
  operationId: "listEvents",
  method: "get",
  path: "/v1/events",
  tags: ["events"],
  summary: "List what has happened, oldest first",
  description:
    "The log of the last thirty days. `next_cursor` is where to go on, also when there is no more yet: come again with it as `after`, " +
    "no sooner than `Retry-After` says, and with `If-None-Match` to be answered 304 while nothing is new. " +
    "A cursor is good with any filter.",
  security,
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(100).default(20).openapi({ example: 20 }),
      after: z
        .string()
        .max(64)
        .optional()
        .openapi({
          example: writeEventCursor(42_017),
          description: "`cursor` of an event, or `next_cursor`. Left out: from the oldest on.",
        }),
      type: z
        .preprocess((value) => (typeof value === "string" ? [value] : value), z.array(eventTypeSchema).max(20).default([]))
        .openapi({ type: "array", items: { type: "string" }, example: ["upload.completed"], description: "May be repeated." }),
      resource: z
        .string()
        .max(64)
        .optional()
        .openapi({ example: exampleId("upl"), description: "Only what happened to this." }),
    }),
  },
  responses: {
    200: json("One page.", pageSchema(eventSchema).extend({ next_cursor: eventCursorSchema.nullable() })),
    304: { description: "Nothing else than what the `ETag` stands for." },
    ...failures.responses,
  },
});

export const listEvents = (api: Api) =>
  api.openapi(route, async (c) => {
    const caller = await callerOf(c, "events:read");
    if (!caller.ok) return failures.refuse(c, caller.error);
    const known = optionalField(c.req.raw.headers, "If-None-Match", (value) => parseEntityTags("If-None-Match", value));
    if (!known.ok) return failures.refuse(c, known.error);
    const { limit, after: text, type: types, resource = null } = c.req.valid("query");
    const after = text === undefined ? 0 : readEventCursor(text);
    if (after === null) return failures.refuse(c, { code: "invalid_cursor" });

    const found = await c.var.services.events.page(caller.value.creatorId, { after, types, resource, limit: limit + 1 });
    const [page, hasMore] = [found.slice(0, limit), found.length > limit];
    const last = page.at(-1)?.position ?? after;
    const next = last === 0 ? null : writeEventCursor(last);
    const tag = { weak: true, opaque: `${next ?? ""}.${page.length}${hasMore ? "+" : ""}` };
    c.header("ETag", writeEntityTag(tag));
    if (hasMore && next !== null) {
      const { pathname, searchParams } = new URL(c.req.url);
      searchParams.set("after", next);
      c.header("Link", `<${publicOrigin(c)}${pathname}?${searchParams.toString()}>; rel="next"`);
    } else c.header("Retry-After", COME_AGAIN);
    if (known.value !== null && !ifNoneMatchHolds(known.value, tag)) return c.body(null, 304);
    return c.json({ data: page.map(eventResource), has_more: hasMore, next_cursor: next }, 200);
  });
