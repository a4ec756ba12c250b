import { desc, eq, lt } from "drizzle-orm";
import { auditedCreator, type CreatorDirectory } from "#domain/identity/creators.ts";
import type { Directory } from "#domain/identity/directory.ts";
import type { CreatorId } from "#domain/ids.ts";
import { pageOf } from "#domain/page.ts";
import { audited } from "./audit-log.ts";
import type { Database } from "./database.ts";
import { creatorRow } from "./rows.ts";
import { creators } from "./schema.ts";

/** Bounds the first page too: a page is always a search in the index, never a scan. */
const AFTER_EVERY_ID = "crt_~";

export function d1CreatorDirectory({ registry }: Directory<Database>): CreatorDirectory {
  const one = (row: unknown) => (row === undefined ? null : creatorRow.parse(row));
  const get = async (id: CreatorId) => one(await registry.select().from(creators).where(eq(creators.id, id)).get());
  const byExternalId = async (externalId: string) =>
    one(await registry.select().from(creators).where(eq(creators.externalId, externalId)).get());
  return {
    add: async (creator, by) => {
      if (by === null) {
        const added = await registry.insert(creators).values(creator).onConflictDoNothing().returning({ id: creators.id });
        return added.length === 1;
      }
      const { value } = await audited(registry, async () => {
        if (creator.externalId !== null && (await byExternalId(creator.externalId)) !== null)
          return { entry: null, effects: [], value: false };
        const entry = { ...by, action: "creator.created", resource: creator.id, before: null, after: auditedCreator(creator) } as const;
        return { entry, effects: [registry.insert(creators).values(creator)], value: true };
      });
      return value;
    },
    change: async (id, changes, by) => {
      const { value } = await audited(registry, async () => {
        const known = await get(id);
        if (known === null) return { entry: null, effects: [], value: null };
        const value = { ...known, ...changes };
        const entry = {
          ...by,
          action: "creator.changed",
          resource: id,
          before: auditedCreator(known),
          after: auditedCreator(value),
        } as const;
        return { entry, effects: [registry.update(creators).set(changes).where(eq(creators.id, id))], value };
      });
      return value;
    },
    get,
    byExternalId,
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
