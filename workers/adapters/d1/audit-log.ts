import { and, asc, desc, eq, gt, gte, lt, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { sha256 } from "#adapters/crypto/web-secrets.ts";
import { AUDIT_WINDOW, type AuditEntry, type AuditLog, type AuditRecord } from "#domain/audit/audit.ts";
import { sealed } from "#domain/audit/chain.ts";
import type { Directory } from "#domain/identity/directory.ts";
import type { Database } from "./database.ts";
import { auditHeadRow, auditRow, positionRow } from "./rows.ts";
import { auditLog, cursors } from "./schema.ts";

/** Bounds the newest page too: a page is always a search by number, never a scan. */
const AFTER_EVERY_NUMBER = Number.MAX_SAFE_INTEGER;
const ANCHOR = "audit";
const ATTEMPTS = 12;
const PAUSE_MS = 20;

/** The texts as they are kept: what is hashed is not what a JSON parser makes of it. */
const columns = {
  number: auditLog.number,
  happenedAt: auditLog.happenedAt,
  actor: auditLog.actor,
  action: auditLog.action,
  resource: auditLog.resource,
  requestId: auditLog.requestId,
  before: sql<unknown>`${auditLog.before}`,
  after: sql<unknown>`${auditLog.after}`,
  hash: auditLog.hash,
};

/** How long somebody waits who was not the fastest. */
export type Waits = {
  readonly wait: (ms: number) => Promise<void>;
  /** From 0 to 1. */
  readonly chance: () => number;
};

const WAITS: Waits = { wait: (ms) => scheduler.wait(ms), chance: () => Math.random() };

/** Passes by itself: others were always faster. */
class AuditBusy extends Error {
  readonly retryable = true;
}

/** What is to be done: `entry` is null when there is nothing to do, or nothing that may be done. */
export type Planned<T> = {
  readonly entry: AuditEntry | null;
  readonly effects: readonly BatchItem<"sqlite">[];
  readonly value: T;
};

/**
 * An effect and its row in one transaction. The row's number is the version of everything that operators change: when somebody else
 * took it meanwhile, the transaction fails as a whole, and what `plan` saw is looked at again.
 */
export async function audited<T>(
  database: Database,
  plan: () => Promise<Planned<T>>,
  { wait, chance }: Waits = WAITS,
): Promise<{ value: T; record: AuditRecord | null }> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const last = await database
      .select({ number: auditLog.number, hash: auditLog.hash })
      .from(auditLog)
      .where(lt(auditLog.number, AFTER_EVERY_NUMBER))
      .orderBy(desc(auditLog.number))
      .limit(1)
      .get();
    const { entry, effects, value } = await plan();
    if (entry === null) return { value, record: null };
    const record = await sealed(sha256, last === undefined ? null : auditHeadRow.parse(last), entry);
    const position = { name: ANCHOR, position: record.number, updatedAt: entry.at };
    try {
      await database.batch([
        database.insert(auditLog).values({ ...record, before: sql`${record.before}`, after: sql`${record.after}` }),
        database.insert(cursors).values(position).onConflictDoUpdate({ target: cursors.name, set: position }),
        ...effects,
      ]);
      return { value, record };
    } catch (cause) {
      if (!isTaken(cause)) throw cause;
      if (attempt < ATTEMPTS) await wait(PAUSE_MS * attempt * (0.5 + chance()));
    }
  }
  throw new AuditBusy("The audit log is busy; please retry.");
}

/** A unique key is somebody else's: the number, or what the effect would add. */
function isTaken(cause: unknown): boolean {
  return cause instanceof Error && (cause.message.includes("UNIQUE constraint failed") || isTaken(cause.cause));
}

export function d1AuditLog({ registry }: Directory<Database>): AuditLog {
  return {
    append: async (entry) => {
      const { record } = await audited(registry, async () => ({ entry, effects: [], value: null }));
      if (record === null) throw new Error("an entry was not recorded");
      return record;
    },

    page: async ({ before, actor, action, resource, limit }) => {
      const from = before ?? (await lastNumber(registry)) + 1;
      const rows = await registry
        .select(columns)
        .from(auditLog)
        .where(
          and(
            lt(auditLog.number, from),
            gte(auditLog.number, from - AUDIT_WINDOW),
            actor === null ? undefined : eq(auditLog.actor, actor),
            action === null ? undefined : eq(auditLog.action, action),
            resource === null ? undefined : eq(auditLog.resource, resource),
          ),
        )
        .orderBy(desc(auditLog.number))
        .limit(limit);
      const items = rows.map((row) => auditRow.parse(row));
      const next = items.length === limit ? (items.at(-1)?.number ?? from) : from - AUDIT_WINDOW;
      return { items, before: next > 1 ? next : null };
    },

    following: async (after, limit) => {
      const rows = await registry
        .select(columns)
        .from(auditLog)
        .where(gt(auditLog.number, after))
        .orderBy(asc(auditLog.number))
        .limit(limit);
      return rows.map((row) => auditRow.parse(row));
    },

    anchored: async () => {
      const row = await registry.select({ position: cursors.position }).from(cursors).where(eq(cursors.name, ANCHOR)).get();
      return row === undefined ? 0 : positionRow.parse(row).position;
    },
  };
}

async function lastNumber(database: Database): Promise<number> {
  const row = await database
    .select({ position: auditLog.number })
    .from(auditLog)
    .where(lt(auditLog.number, AFTER_EVERY_NUMBER))
    .orderBy(desc(auditLog.number))
    .limit(1)
    .get();
  return row === undefined ? 0 : positionRow.parse(row).position;
}
