import type { AuditStamp, Json } from "#domain/audit/audit.ts";
import type { Clock } from "#domain/clock.ts";
import type { CreatorId, KeyId } from "#domain/ids.ts";
import type { Page, PageRequest } from "#domain/page.ts";
import type { Scope } from "./caller.ts";
import type { Secrets } from "./secrets.ts";

export type ApiKey = {
  readonly id: KeyId;
  readonly creatorId: CreatorId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
};

export interface KeyDirectory {
  add(key: ApiKey, hash: string, by: AuditStamp): Promise<void>;
  byHash(hash: string): Promise<ApiKey | null>;
  list(creatorId: CreatorId, page: PageRequest<KeyId>): Promise<Page<ApiKey>>;
  /** The key as it is now; revoking twice keeps the first time. Null when this creator has no such key. */
  revoke(creatorId: CreatorId, id: KeyId, by: AuditStamp): Promise<ApiKey | null>;
  used(id: KeyId, at: number): Promise<void>;
}

export type KeyDraft = { readonly name: string; readonly scopes: readonly Scope[]; readonly expiresAt: number | null };

/** What the audit log keeps of a key. */
export const auditedKey = ({ creatorId, name, scopes, expiresAt, revokedAt }: ApiKey): Json => ({
  creator_id: creatorId,
  name,
  scopes: [...scopes],
  expires_at: expiresAt,
  revoked_at: revokedAt,
});

/** A key and the only moment in which its text is known: 256 random bits behind its id. */
export async function issueKey(
  { keys, clock, secrets }: { keys: KeyDirectory; clock: Clock; secrets: Secrets },
  creatorId: CreatorId,
  draft: KeyDraft,
  by: AuditStamp,
): Promise<{ key: ApiKey; text: string }> {
  const id = clock.newId("key");
  const key: ApiKey = { id, creatorId, ...draft, createdAt: clock.now(), revokedAt: null, lastUsedAt: null };
  const text = `${id}_${secrets.random(32)}`;
  await keys.add(key, await secrets.sha256(text), by);
  return { key, text };
}
