import type { RequestId } from "#domain/ids.ts";

export const AUDIT_ACTIONS = [
  "creator.created",
  "creator.changed",
  "key.created",
  "key.revoked",
  "switch.set",
  "switch.removed",
  "uploads.stopped",
  "upload.resynced",
  "directory.resynced",
  "storage.cleaned",
  "callback.redelivered",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** Who did it, by which request, and when (epoch milliseconds). */
export type AuditStamp = { readonly actor: string; readonly requestId: RequestId; readonly at: number };

/** What was done to what, and what that was before and is now; never a secret. */
export type AuditEntry = AuditStamp & {
  readonly action: AuditAction;
  readonly resource: string;
  readonly before: Json;
  readonly after: Json;
};

/** A row as it is kept: `before` and `after` are canonical JSON. */
export type AuditRecord = {
  /** From 1, without gaps. */
  readonly number: number;
  readonly happenedAt: number;
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly requestId: string;
  readonly before: string | null;
  readonly after: string | null;
  /** SHA-256, hex, over the row before's and this row. */
  readonly hash: string;
};

export type AuditQuery = {
  /** Only what came before this number; null for the newest. */
  readonly before: number | null;
  readonly actor: string | null;
  readonly action: AuditAction | null;
  readonly resource: string | null;
  readonly limit: number;
};

/** `before`: where the next page begins; null when this one reaches the first row. A page may have few items, and others follow. */
export type AuditPage = { readonly items: readonly AuditRecord[]; readonly before: number | null };

/** How many rows a page looks through for what its filter lets by. */
export const AUDIT_WINDOW = 1_000;

/** What operators did, in one chain that nobody changes. */
export interface AuditLog {
  /** For what has its effect elsewhere: recorded before it is done. */
  append(entry: AuditEntry): Promise<AuditRecord>;
  /** Newest first. */
  page(query: AuditQuery): Promise<AuditPage>;
  /** Oldest first: rows whose number is greater than `after`. */
  following(after: number, limit: number): Promise<readonly AuditRecord[]>;
  /** The number of the last row as it is kept beside the log: a chain alone can't tell that its end is gone. */
  anchored(): Promise<number>;
}
