import { and, asc, desc, eq, gt, lte, sql } from "drizzle-orm";
import type { ArchivableLog, Stretch } from "#domain/events/archive.ts";
import { loggedEventSchema } from "#domain/events/event-schema.ts";
import type { Directory } from "#domain/identity/directory.ts";
import type { Database } from "./database.ts";
import { ARCHIVED } from "./event-log.ts";
import { placeRow, positionRow } from "./rows.ts";
import { cursors, events } from "./schema.ts";

/** Up to where somebody has begun to put the log into the archive. */
const CLAIMED = "events-claimed";

export const d1ArchivableLogs = (directory: Directory<Database>): readonly ArchivableLog[] => directory.all.map(archivable);

function archivable(database: Database, number: number): ArchivableLog {
  const cursor = async (name: string): Promise<number> => {
    const row = await database.select({ position: cursors.position }).from(cursors).where(eq(cursors.name, name)).get();
    return row === undefined ? 0 : positionRow.parse(row).position;
  };

  const place = { position: events.position, happenedAt: events.happenedAt };

  /** The next stretch: full, or as long as there is when its first event has waited long enough. */
  const due = async (after: number, { most, before }: { most: number; before: number }): Promise<Stretch | null> => {
    const beyond = gt(events.position, after);
    const [first, full, last] = await database.batch([
      database.select(place).from(events).where(beyond).orderBy(asc(events.position)).limit(1),
      database
        .select(place)
        .from(events)
        .where(beyond)
        .orderBy(asc(events.position))
        .limit(1)
        .offset(most - 1),
      database.select(place).from(events).where(beyond).orderBy(desc(events.position)).limit(1),
    ]);
    const placeIn = ([row]: readonly object[]) => (row === undefined ? null : placeRow.parse(row));
    const [oldest, filling, newest] = [placeIn(first), placeIn(full), placeIn(last)];
    if (filling !== null) return { after, to: filling.position };
    if (oldest === null || newest === null || oldest.happenedAt >= before) return null;
    return { after, to: newest.position };
  };

  return {
    number,

    claim: async (pace, now) => {
      const [archived, claimed] = [await cursor(ARCHIVED), await cursor(CLAIMED)];
      if (claimed > archived) return { after: archived, to: claimed };
      const stretch = await due(archived, pace);
      if (stretch === null) return null;
      const mine = await database
        .insert(cursors)
        .values({ name: CLAIMED, position: stretch.to, updatedAt: now })
        .onConflictDoUpdate({
          target: cursors.name,
          set: { position: stretch.to, updatedAt: now },
          setWhere: eq(cursors.position, claimed),
        })
        .returning({ position: cursors.position });
      // Another run was faster: what it has claimed is its own.
      return mine.length === 0 ? null : stretch;
    },

    read: async ({ after, to }) => {
      const rows = await database
        .select()
        .from(events)
        .where(and(gt(events.position, after), lte(events.position, to)))
        .orderBy(asc(events.position));
      return rows.map((row) => loggedEventSchema.parse(row));
    },

    archived: async ({ to }, now) => {
      await database
        .insert(cursors)
        .values({ name: ARCHIVED, position: to, updatedAt: now })
        .onConflictDoUpdate({ target: cursors.name, set: { position: sql`max(${cursors.position}, ${to})`, updatedAt: now } });
    },

    forget: async (before, limit) => {
      const archived = await cursor(ARCHIVED);
      const rows = await database
        .select(place)
        .from(events)
        .where(lte(events.position, archived))
        .orderBy(asc(events.position))
        .limit(limit);
      const places = rows.map((row) => placeRow.parse(row));
      const kept = places.findIndex(({ happenedAt }) => happenedAt >= before);
      const over = kept === -1 ? places : places.slice(0, kept);
      const last = over.at(-1);
      if (last !== undefined) await database.delete(events).where(lte(events.position, last.position));
      return over.length;
    },
  };
}
