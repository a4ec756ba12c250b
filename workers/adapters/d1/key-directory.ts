import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Directory } from "#domain/identity/directory.ts";
import type { KeyDirectory } from "#domain/identity/keys.ts";
import { pageOf } from "#domain/page.ts";
import type { Database } from "./database.ts";
import { keyRow } from "./rows.ts";
import { apiKeys } from "./schema.ts";

export function d1KeyDirectory({ registry }: Directory<Database>): KeyDirectory {
  const one = (row: unknown) => (row === undefined ? null : keyRow.parse(row));
  return {
    add: async ({ scopes, ...key }, hash) => {
      await registry.insert(apiKeys).values({ ...key, hash, scopes: [...scopes] });
    },
    byHash: async (hash) => one(await registry.select().from(apiKeys).where(eq(apiKeys.hash, hash)).get()),
    list: async (creatorId, { limit, before }) => {
      const rows = await registry
        .select()
        .from(apiKeys)
        .where(and(eq(apiKeys.creatorId, creatorId), before === null ? undefined : lt(apiKeys.id, before)))
        .orderBy(desc(apiKeys.id))
        .limit(limit + 1);
      return pageOf(
        rows.map((row) => keyRow.parse(row)),
        limit,
      );
    },
    revoke: async (creatorId, id, at) =>
      one(
        await registry
          .update(apiKeys)
          .set({ revokedAt: sql`coalesce(${apiKeys.revokedAt}, ${at})` })
          .where(and(eq(apiKeys.id, id), eq(apiKeys.creatorId, creatorId)))
          .returning()
          .get(),
      ),
    used: async (id, at) => {
      await registry.update(apiKeys).set({ lastUsedAt: at }).where(eq(apiKeys.id, id));
    },
  };
}
