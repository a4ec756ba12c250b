import { and, desc, eq, isNull, lt } from "drizzle-orm";
import type { Directory } from "#domain/identity/directory.ts";
import { pageOf } from "#domain/page.ts";
import { parseAccountKey } from "#domain/publishing/account.ts";
import type { DestinationDirectory } from "#domain/publishing/destination.ts";
import type { Database } from "./database.ts";
import { destinationRow } from "./publishing-rows.ts";
import { destinations } from "./schema.ts";

export function d1DestinationDirectory(directory: Directory<Database>): DestinationDirectory {
  return {
    add: async (destination) => {
      const kind = parseAccountKey(destination.account)?.kind ?? "";
      await directory
        .of(destination.creatorId)
        .insert(destinations)
        .values({ ...destination, kind, settings: { ...destination.settings } });
    },
    find: async (creatorId, id) => {
      const row = await directory
        .of(creatorId)
        .select()
        .from(destinations)
        .where(and(eq(destinations.id, id), eq(destinations.creatorId, creatorId), isNull(destinations.deletedAt)))
        .get();
      return row === undefined ? null : destinationRow.parse(row);
    },
    list: async (creatorId, { limit, before }) => {
      const rows = await directory
        .of(creatorId)
        .select()
        .from(destinations)
        .where(
          and(
            eq(destinations.creatorId, creatorId),
            isNull(destinations.deletedAt),
            before === null ? undefined : lt(destinations.id, before),
          ),
        )
        .orderBy(desc(destinations.id))
        .limit(limit + 1);
      return pageOf(
        rows.map((row) => destinationRow.parse(row)),
        limit,
      );
    },
    change: async ({ id, creatorId, name, settings, pausedAt, sequence }, expected) => {
      const changed = await directory
        .of(creatorId)
        .update(destinations)
        .set({ name, settings: { ...settings }, pausedAt, sequence })
        .where(
          and(
            eq(destinations.id, id),
            eq(destinations.creatorId, creatorId),
            eq(destinations.sequence, expected),
            isNull(destinations.deletedAt),
          ),
        )
        .returning({ id: destinations.id });
      return changed.length > 0;
    },
    remove: async (creatorId, id, at) => {
      const removed = await directory
        .of(creatorId)
        .update(destinations)
        .set({ deletedAt: at })
        .where(and(eq(destinations.id, id), eq(destinations.creatorId, creatorId), isNull(destinations.deletedAt)))
        .returning({ id: destinations.id });
      return removed.length > 0;
    },
  };
}
