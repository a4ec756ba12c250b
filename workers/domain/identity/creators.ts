import type { AuditStamp, Json } from "#domain/audit/audit.ts";
import type { CreatorId } from "#domain/ids.ts";
import type { Page, PageRequest } from "#domain/page.ts";

export type Creator = {
  readonly id: CreatorId;
  readonly name: string;
  /** What the application calls this creator; unique. */
  readonly externalId: string | null;
  /** How long new assets are kept, in milliseconds; null: for ever. */
  readonly keepMs: number | null;
  /** How long after the last of their deliveries was verified. */
  readonly keepAfterVerifiedMs: number | null;
  readonly createdAt: number;
};

export type CreatorChanges = Partial<Pick<Creator, "name" | "keepMs" | "keepAfterVerifiedMs">>;

/** What the audit log keeps of a creator. */
export const auditedCreator = ({ name, externalId, keepMs, keepAfterVerifiedMs }: Creator): Json => ({
  name,
  external_id: externalId,
  keep_ms: keepMs,
  keep_after_verified_ms: keepAfterVerifiedMs,
});

export interface CreatorDirectory {
  /** False when the external id is somebody else's. `by` is null when the application named a creator who is new. */
  add(creator: Creator, by: AuditStamp | null): Promise<boolean>;
  /** The creator as it is now; null when there is none. */
  change(id: CreatorId, changes: CreatorChanges, by: AuditStamp): Promise<Creator | null>;
  get(id: CreatorId): Promise<Creator | null>;
  byExternalId(externalId: string): Promise<Creator | null>;
  list(page: PageRequest<CreatorId>): Promise<Page<Creator>>;
}
