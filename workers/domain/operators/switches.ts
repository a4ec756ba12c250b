import type { AuditStamp } from "#domain/audit/audit.ts";
import { parseId, type CreatorId } from "#domain/ids.ts";
import { type AccountKey, parseAccountKey, PEER_KINDS, type PeerKind } from "#domain/publishing/account.ts";

/** What can be turned off: new uploads of everybody or of one creator; publishing everywhere, to a kind of peer, to one account. */
export type SwitchKey = "uploads" | `uploads:${CreatorId}` | "publishing" | `publishing:${PeerKind}` | `publishing:${AccountKey}`;

export type Switch = {
  readonly key: SwitchKey;
  /** Told to whoever is refused. */
  readonly reason: string;
  readonly setBy: string;
  readonly setAt: number;
};

/** What is off. Nothing is here while everything works. */
export interface SwitchBoard {
  /** Turns off; the same again replaces the reason. */
  set(key: SwitchKey, reason: string, by: AuditStamp): Promise<Switch>;
  /** Turns on again; false when it was on. */
  remove(key: SwitchKey, by: AuditStamp): Promise<boolean>;
  get(key: SwitchKey): Promise<Switch | null>;
  /** In the order of their keys. */
  list(after: SwitchKey | null, limit: number): Promise<readonly Switch[]>;
}

export const ALL_UPLOADS = "uploads" satisfies SwitchKey;
export const uploadsOf = (creatorId: CreatorId): SwitchKey => `uploads:${creatorId}`;

const PUBLISHING = "publishing";

/** Whatever keeps deliveries to this account from beginning: it, its kind, everything. */
export function publishingTo(account: AccountKey): readonly SwitchKey[] {
  const kind = parseAccountKey(account)?.kind;
  return [PUBLISHING, ...(kind === undefined ? [] : [`${PUBLISHING}:${kind}` as const]), `${PUBLISHING}:${account}`];
}

export function parseSwitchKey(text: string): SwitchKey | null {
  if (text === ALL_UPLOADS || text === PUBLISHING) return text;
  const creatorId = creatorIn(text);
  if (creatorId !== null) return uploadsOf(creatorId);
  if (!text.startsWith(`${PUBLISHING}:`)) return null;
  const name = text.slice(PUBLISHING.length + 1);
  const kind = PEER_KINDS.find((each) => each === name);
  if (kind !== undefined) return `${PUBLISHING}:${kind}`;
  const account = parseAccountKey(name);
  return account === null ? null : `${PUBLISHING}:${account.kind}:${account.name}`;
}

/** Whether it is uploads that the switch is about. */
export const isAboutUploads = (key: SwitchKey): boolean => key === ALL_UPLOADS || creatorIn(key) !== null;

/** The creator whom a switch is about; null for everybody. */
export const creatorIn = (key: string): CreatorId | null =>
  key.startsWith("uploads:") ? parseId("crt", key.slice("uploads:".length)) : null;
