import type { Switch, SwitchBoard } from "#domain/operators/switches.ts";
import { memoryAudit } from "./memory-audit.ts";

export function memorySwitches(audit = memoryAudit()): SwitchBoard {
  const rows = new Map<string, Switch>();
  const told = (row: Switch | undefined) => (row === undefined ? null : { reason: row.reason, set_by: row.setBy });
  return {
    set: async (key, reason, by) => {
      await audit.append({ ...by, action: "switch.set", resource: key, before: told(rows.get(key)), after: { reason } });
      const row = { key, reason, setBy: by.actor, setAt: by.at };
      rows.set(key, row);
      return row;
    },
    remove: async (key, by) => {
      const known = rows.get(key);
      if (known === undefined) return false;
      await audit.append({ ...by, action: "switch.removed", resource: key, before: told(known), after: null });
      return rows.delete(key);
    },
    get: async (key) => rows.get(key) ?? null,
    list: async (after, limit) =>
      [...rows.values()]
        .filter(({ key }) => after === null || key > after)
        .toSorted((a, b) => (a.key < b.key ? -1 : 1))
        .slice(0, limit),
  };
}
