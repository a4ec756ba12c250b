import { z } from "@hono/zod-openapi";
import { EVENT_TYPES, type LoggedEvent } from "#domain/events/event.ts";
import { exampleId, rfc3339, timeSchema } from "#api/schemas.ts";
import { writeEventCursor } from "./event-cursor.ts";

export const eventCursorSchema = z.string().openapi({ example: writeEventCursor(42_017), description: "Its place in the log: opaque." });

export const eventTypeSchema = z.enum(EVENT_TYPES).openapi({ example: "upload.completed" });

export const eventSchema = z
  .object({
    id: z.string().openapi({ example: exampleId("evt"), description: "However often and wherever it is told, the id stays the same." }),
    type: eventTypeSchema,
    timestamp: timeSchema,
    sequence: z.int().openapi({ example: 4, description: "Grows with every event of this resource, with gaps." }),
    resource: z.string().openapi({ example: exampleId("upl"), description: "What it happened to." }),
    request_id: z.string().openapi({ example: exampleId("req"), description: "The request that it goes back to." }),
    data: z.record(z.string(), z.unknown()).openapi({
      example: {
        upload_id: exampleId("upl"),
        asset_id: exampleId("ast"),
        filename: "holiday.mp4",
        size: 104857600,
        external_id: "episode-42",
      },
    }),
    cursor: eventCursorSchema,
  })
  .openapi("Event");

export const eventResource = (event: LoggedEvent): z.input<typeof eventSchema> => ({
  id: event.id,
  type: event.type,
  timestamp: rfc3339(event.happenedAt),
  sequence: event.sequence,
  resource: event.resource,
  request_id: event.requestId,
  data: { ...event.data },
  cursor: writeEventCursor(event.position),
});

/** As it stands in the archive, where everybody's are. */
export const archivedEventResource = (event: LoggedEvent) => ({ ...eventResource(event), creator_id: event.creatorId });
