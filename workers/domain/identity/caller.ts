import type { CreatorId, KeyId } from "#domain/ids.ts";

export const SCOPES = [
  "uploads:write",
  "uploads:read",
  "assets:read",
  "assets:write",
  "events:read",
  "keys:write",
  "webhooks:read",
  "webhooks:write",
  "publishing:read",
  "publishing:write",
] as const;
export type Scope = (typeof SCOPES)[number];

/** Who is behind a request: an API key's creator, or the creator whom the application's own service vouches for. */
export type Caller = {
  readonly creatorId: CreatorId;
  /** Null when the application vouched. */
  readonly keyId: KeyId | null;
  readonly scopes: readonly Scope[];
};
