import { z } from "zod";
import { idSchema } from "#domain/id-schema.ts";
import { EVENT_TYPES, type LoggedEvent } from "#domain/events/event.ts";

const line = z
  .object({
    position: z.number().int().positive(),
    id: idSchema("evt"),
    type: z.enum(EVENT_TYPES),
    timestamp: z.iso.datetime(),
    sequence: z.number().int(),
    resource: idSchema("upl", "ast", "whk", "con", "dlv"),
    creator_id: idSchema("crt"),
    request_id: idSchema("req"),
    data: z.record(z.string(), z.unknown()),
  })
  .transform(({ timestamp, creator_id, request_id, ...event }): LoggedEvent => {
    return { ...event, creatorId: creator_id, requestId: request_id, happenedAt: Date.parse(timestamp) };
  });

/** An event as a line of NDJSON, without its end. */
export const writeArchiveLine = (event: LoggedEvent): string =>
  JSON.stringify({
    position: event.position,
    id: event.id,
    type: event.type,
    timestamp: new Date(event.happenedAt).toISOString(),
    sequence: event.sequence,
    resource: event.resource,
    creator_id: event.creatorId,
    request_id: event.requestId,
    data: event.data,
  });

export const readArchiveLine = (text: string): LoggedEvent => line.parse(JSON.parse(text));
