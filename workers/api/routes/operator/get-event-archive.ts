import { createRoute, z } from "@hono/zod-openapi";
import { replayDay } from "#domain/events/archive.ts";
import type { LoggedEvent } from "#domain/events/event.ts";
import { operatorOf, type Api } from "#api/context.ts";
import { declareFailures } from "#api/failures.ts";
import { archivedEventResource } from "#api/routes/events/event-resource.ts";
import { operatorSecurity } from "#api/schemas.ts";

/** Any string to the compiler: as a literal it would be taken for JSON. */
const NDJSON: string = "application/x-ndjson";
/** Of text, in one chunk of the answer. */
const CHUNK = 65_536;

const failures = declareFailures("invalid_request", "unauthorized", "cross_site");

const route = createRoute({
  operationId: "getEventArchive",
  method: "get",
  path: "/v1/operator/events/archive",
  tags: ["operator"],
  summary: "Read a day of events from the archive",
  description:
    "Every event of that UTC date, of all creators, each once and in the order of the log, one JSON object a line. " +
    "What happened is in the archive within a quarter of an hour after it was logged, and stays there.",
  security: operatorSecurity,
  request: { query: z.object({ date: z.iso.date().openapi({ example: "2026-11-20" }) }) },
  responses: {
    200: { description: "Lines of `Event`, each with its `creator_id`.", content: { [NDJSON]: { schema: z.string() } } },
    ...failures.responses,
  },
});

export const getEventArchive = (api: Api) =>
  api.openapi(route, async (c) => {
    const operator = await operatorOf(c);
    if (!operator.ok) return failures.refuse(c, operator.error);
    const { date } = c.req.valid("query");
    const lines = linesOf(replayDay(c.var.services.archive, date));
    return new Response(lines, { headers: { "Content-Type": NDJSON, "Cache-Control": "no-store" } });
  });

function linesOf(events: AsyncGenerator<LoggedEvent>): ReadableStream<Uint8Array> {
  const text = new TextEncoder();
  return new ReadableStream({
    pull: async (controller) => {
      let lines = "";
      while (lines.length < CHUNK) {
        const next = await events.next();
        if (next.done === true) break;
        lines += `${JSON.stringify(archivedEventResource(next.value))}\n`;
      }
      if (lines === "") controller.close();
      else controller.enqueue(text.encode(lines));
    },
    cancel: async () => {
      await events.return(undefined);
    },
  });
}
