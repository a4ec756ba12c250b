import { AUDIT_WINDOW, type AuditLog, type AuditRecord } from "#domain/audit/audit.ts";
import { sealed } from "#domain/audit/chain.ts";
import { nodeSecrets } from "./node-secrets.ts";

export type MemoryAudit = AuditLog & {
  /** As they are kept, for whoever wants to tamper with them. */
  records: AuditRecord[];
  anchor: number;
};

/** The same chain over a list. */
export function memoryAudit(): MemoryAudit {
  const { sha256 } = nodeSecrets();
  let turn: Promise<unknown> = Promise.resolve();
  const log: MemoryAudit = {
    records: [],
    anchor: 0,
    append: (entry) => {
      const appended = turn.then(async () => {
        const record = await sealed(sha256, log.records.at(-1) ?? null, entry);
        log.records.push(record);
        log.anchor = record.number;
        return record;
      });
      turn = appended;
      return appended;
    },
    page: async ({ before, actor, action, resource, limit }) => {
      const from = before ?? (log.records.at(-1)?.number ?? 0) + 1;
      const items = log.records
        .filter(({ number }) => number < from && number >= from - AUDIT_WINDOW)
        .filter((record) => actor === null || record.actor === actor)
        .filter((record) => action === null || record.action === action)
        .filter((record) => resource === null || record.resource === resource)
        .toReversed()
        .slice(0, limit);
      const next = items.length === limit ? (items.at(-1)?.number ?? from) : from - AUDIT_WINDOW;
      return { items, before: next > 1 ? next : null };
    },
    following: async (after, limit) => log.records.filter(({ number }) => number > after).slice(0, limit),
    anchored: async () => log.anchor,
  };
  return log;
}
