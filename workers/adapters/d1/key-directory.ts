import { and, desc, eq, lt } from "drizzle-orm";
import type { Directory } from "#domain/identity/directory.ts";
import { auditedKey, type KeyDirectory } from "#domain/identity/keys.ts";
import { pageOf } from "#domain/page.ts";
import { audited } from "./audit-log.ts";
import type { Database } from "./database.ts";
import { keyRow } from "./rows.ts";
import { apiKeys } from "./schema.ts";

export function d1KeyDirectory({ registry }: Directory<Database>): KeyDirectory {
  const one = (row: unknown) => (row === undefined ? null : keyRow.parse(row));
  return {
    add: async (key, hash, by) => {
      const entry = { ...by, action: "key.created", resource: key.id, before: null, after: auditedKey(key) } as const;
      const row = registry.insert(apiKeys).values({ ...key, hash, scopes: [...key.scopes] });
      await audited(registry, async () => ({ entry, effects: [row], value: null }));
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
    revoke: async (creatorId, id, by) => {
      const mine = and(eq(apiKeys.id, id), eq(apiKeys.creatorId, creatorId));
      const { value } = await audited(registry, async () => {
        const known = one(await registry.select().from(apiKeys).where(mine).get());
        if (known === null || known.revokedAt !== null) return { entry: null, effects: [], value: known };
        const value = { ...known, revokedAt: by.at };
        const entry = { ...by, action: "key.revoked", resource: id, before: auditedKey(known), after: auditedKey(value) } as const;
        return { entry, effects: [registry.update(apiKeys).set({ revokedAt: by.at }).where(mine)], value };
      });
      return value;
    },
    used: async (id, at) => {
      await registry.update(apiKeys).set({ lastUsedAt: at }).where(eq(apiKeys.id, id));
    },
  };
}
