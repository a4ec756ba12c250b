import { asc, eq, gt } from "drizzle-orm";
import type { Directory } from "#domain/identity/directory.ts";
import type { Switch, SwitchBoard, SwitchKey } from "#domain/operators/switches.ts";
import { audited } from "./audit-log.ts";
import type { Database } from "./database.ts";
import { switchRow } from "./rows.ts";
import { switches } from "./schema.ts";

const BEFORE_EVERY_KEY = "";

export function d1SwitchBoard({ registry, all }: Directory<Database>): SwitchBoard {
  const others = all.filter((database) => database !== registry);
  const get = async (key: SwitchKey): Promise<Switch | null> => {
    const row = await registry.select().from(switches).where(eq(switches.key, key)).get();
    return row === undefined ? null : switchRow.parse(row);
  };
  const put = (database: Database, row: Switch) =>
    database.insert(switches).values(row).onConflictDoUpdate({ target: switches.key, set: row });
  const drop = (database: Database, key: SwitchKey) => database.delete(switches).where(eq(switches.key, key));

  return {
    get,
    set: async (key, reason, by) => {
      const row = { key, reason, setBy: by.actor, setAt: by.at };
      const { value } = await audited(registry, async () => {
        const known = await get(key);
        const before = known && { reason: known.reason, set_by: known.setBy };
        return {
          entry: { ...by, action: "switch.set", resource: key, before, after: { reason } },
          effects: [put(registry, row)],
          value: row,
        };
      });
      // Each database asks its own row when it reserves.
      for (const database of others) await put(database, row);
      return value;
    },
    remove: async (key, by) => {
      for (const database of others) await drop(database, key);
      const { value } = await audited(registry, async () => {
        const known = await get(key);
        if (known === null) return { entry: null, effects: [], value: false };
        const before = { reason: known.reason, set_by: known.setBy };
        return {
          entry: { ...by, action: "switch.removed", resource: key, before, after: null },
          effects: [drop(registry, key)],
          value: true,
        };
      });
      return value;
    },
    list: async (after, limit) => {
      const rows = await registry
        .select()
        .from(switches)
        .where(gt(switches.key, after ?? BEFORE_EVERY_KEY))
        .orderBy(asc(switches.key))
        .limit(limit);
      return rows.map((row) => switchRow.parse(row));
    },
  };
}
