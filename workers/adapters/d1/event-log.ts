import { and, asc, eq, gt, inArray, sql } from "drizzle-orm";
import { loggedEventSchema } from "#domain/events/event-schema.ts";
import type { Directory } from "#domain/identity/directory.ts";
import type { EventLog, LogReader } from "#domain/events/event-log.ts";
import type { SluiceEvent } from "#domain/events/event.ts";
import type { Database } from "./database.ts";
import { events } from "./schema.ts";

/** Up to where the log is in the archive: only what lies there is forgotten. */
export const ARCHIVED = "events-archived";

/** After all that the log has, and all that it ever had: AUTOINCREMENT would remember that in a row of its own with each event. */
export const nextPlace = sql`(select max(coalesce((select max(position) from events), 0), coalesce((select position from cursors where name = ${ARCHIVED}), 0)) + 1)`;

/** One event as a statement; the same again, by resource and sequence, changes nothing. */
export const recordEvent = (database: Database, event: SluiceEvent) =>
  database
    .insert(events)
    .values({ ...event, position: nextPlace, data: { ...event.data } })
    .onConflictDoNothing({ target: [events.resource, events.sequence] });

export function d1EventLog(directory: Directory<Database>): EventLog {
  return {
    append: async (appended) => {
      for (const database of directory.all) {
        const [first, ...others] = appended
          .filter(({ creatorId }) => directory.of(creatorId) === database)
          .map((event) => recordEvent(database, event));
        if (first !== undefined) await database.batch([first, ...others]);
      }
    },

    page: async (creatorId, { after, types, resource, limit }) => {
      const rows = await directory
        .of(creatorId)
        .select()
        .from(events)
        .where(
          and(
            // A resource has a handful of events and a creator all of them: the plus keeps SQLite to the resource's index.
            resource === null ? eq(events.creatorId, creatorId) : sql`+${events.creatorId} = ${creatorId}`,
            resource === null ? undefined : eq(events.resource, resource),
            gt(events.position, after),
            types.length === 0 ? undefined : inArray(events.type, [...types]),
          ),
        )
        .orderBy(asc(events.position))
        .limit(limit);
      return rows.map((row) => loggedEventSchema.parse(row));
    },
  };
}

export const d1LogReader = (database: Database): LogReader => ({
  read: async (position, limit) => {
    const rows = await database.select().from(events).where(gt(events.position, position)).orderBy(asc(events.position)).limit(limit);
    return rows.map((row) => loggedEventSchema.parse(row));
  },
});
