import type { AuditStamp } from "#domain/audit/audit.ts";
import { parseId, type CreatorId } from "#domain/ids.ts";

/** What can be turned off: new uploads of everybody, or of one creator. */
export type SwitchKey = "uploads" | `uploads:${CreatorId}`;

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

export const ALL_UPLOADS: SwitchKey = "uploads";
export const uploadsOf = (creatorId: CreatorId): SwitchKey => `uploads:${creatorId}`;

export function parseSwitchKey(text: string): SwitchKey | null {
  if (text === ALL_UPLOADS) return ALL_UPLOADS;
  const creatorId = creatorIn(text);
  return creatorId === null ? null : uploadsOf(creatorId);
}

/** The creator whom a switch is about; null for everybody. */
export const creatorIn = (key: string): CreatorId | null =>
  key.startsWith("uploads:") ? parseId("crt", key.slice("uploads:".length)) : null;
