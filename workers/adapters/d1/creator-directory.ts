import { desc, eq, lt } from "drizzle-orm";
import type { CreatorDirectory } from "#domain/identity/creators.ts";
import type { Directory } from "#domain/identity/directory.ts";
import { pageOf } from "#domain/page.ts";
import type { Database } from "./database.ts";
import { creatorRow } from "./rows.ts";
import { creators } from "./schema.ts";

/** Bounds the first page too: a page is always a search in the index, never a scan. */
const AFTER_EVERY_ID = "crt_~";

export function d1CreatorDirectory({ registry }: Directory<Database>): CreatorDirectory {
  const one = (row: unknown) => (row === undefined ? null : creatorRow.parse(row));
  return {
    add: async (creator) => {
      const added = await registry.insert(creators).values(creator).onConflictDoNothing().returning({ id: creators.id });
      return added.length === 1;
    },
    get: async (id) => one(await registry.select().from(creators).where(eq(creators.id, id)).get()),
    byExternalId: async (externalId) => one(await registry.select().from(creators).where(eq(creators.externalId, externalId)).get()),
    list: async ({ limit, before }) => {
      const rows = await registry
        .select()
        .from(creators)
        .where(lt(creators.id, before ?? AFTER_EVERY_ID))
        .orderBy(desc(creators.id))
        .limit(limit + 1);
      return pageOf(
        rows.map((row) => creatorRow.parse(row)),
        limit,
      );
    },
  };
}
