import type { AuditEntry, AuditLog, AuditRecord, Json } from "./audit.ts";

type Sha256 = (text: string) => Promise<string>;

/** What comes before the first row. */
export const GENESIS = "0".repeat(64);

const PAGE = 500;

/** One text for one value: members by their names' UTF-16 code units (RFC 8785), nothing between them. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

type Unsealed = Omit<AuditRecord, "hash">;

const sealOf = (sha256: Sha256, previous: string, record: Unsealed): Promise<string> =>
  sha256(
    `${previous}\n${canonicalJson({
      number: record.number,
      happened_at: record.happenedAt,
      actor: record.actor,
      action: record.action,
      resource: record.resource,
      request_id: record.requestId,
      before: record.before,
      after: record.after,
    })}`,
  );

const textOf = (value: Json): string | null => (value === null ? null : canonicalJson(value));

/** The row that follows `last`. */
export async function sealed(sha256: Sha256, last: Pick<AuditRecord, "number" | "hash"> | null, entry: AuditEntry): Promise<AuditRecord> {
  const { actor, action, resource, requestId, at, before, after } = entry;
  const number = (last?.number ?? 0) + 1;
  const unsealed = { number, happenedAt: at, actor, action, resource, requestId, before: textOf(before), after: textOf(after) };
  return { ...unsealed, hash: await sealOf(sha256, last?.hash ?? GENESIS, unsealed) };
}

/** `missing`: it, or what stood here, is gone. `changed`: it does not fit to the row before. `unanchored`: added past the log. */
export type AuditBreak = { readonly number: number; readonly reason: "missing" | "changed" | "unanchored" };

export type Verification = {
  /** The last row that was found to be what it was, and what the next run goes on after. */
  readonly last: Pick<AuditRecord, "number" | "hash">;
  readonly checked: number;
  readonly isEnd: boolean;
  readonly firstBreak: AuditBreak | null;
};

/** Walks the chain from the row after `after`, at most `budget` rows, up to the first that breaks it. */
export async function verify(log: AuditLog, sha256: Sha256, after: number, budget: number): Promise<Verification> {
  const anchored = await log.anchored();
  const start = after === 0 ? { number: 0, hash: GENESIS } : (await log.following(after - 1, 1))[0];
  if (start?.number !== after) {
    return { last: { number: 0, hash: GENESIS }, checked: 0, isEnd: true, firstBreak: { number: after, reason: "missing" } };
  }
  let last: Pick<AuditRecord, "number" | "hash"> = start;
  let checked = 0;
  const broken = (number: number, reason: AuditBreak["reason"]): Verification => ({
    last,
    checked,
    isEnd: true,
    firstBreak: { number, reason },
  });
  while (checked < budget) {
    const rows = await log.following(last.number, Math.min(PAGE, budget - checked));
    for (const row of rows) {
      if (row.number !== last.number + 1) return broken(last.number + 1, "missing");
      if (row.hash !== (await sealOf(sha256, last.hash, row))) return broken(row.number, "changed");
      last = { number: row.number, hash: row.hash };
      checked += 1;
    }
    if (rows.length > 0) continue;
    if (last.number < anchored) return broken(last.number + 1, "missing");
    if (last.number > (await log.anchored())) return broken(last.number, "unanchored");
    return { last, checked, isEnd: true, firstBreak: null };
  }
  return { last, checked, isEnd: false, firstBreak: null };
}
