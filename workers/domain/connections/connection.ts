import type { ConnectionId, CreatorId } from "#domain/ids.ts";
import type { AccountKey } from "#domain/publishing/account.ts";

/** `needs_reauth`: the peer no longer takes the grant; what waits for it keeps its place until the creator has connected again. */
export const CONNECTION_STATUSES = ["active", "needs_reauth", "disconnected"] as const;
export type ConnectionStatus = (typeof CONNECTION_STATUSES)[number];

/** One creator's grant for one account at a peer. */
export type Connection = {
  readonly id: ConnectionId;
  readonly creatorId: CreatorId;
  readonly account: AccountKey;
  /** The channel's title when it was connected. */
  readonly title: string;
  readonly pictureUrl: string | null;
  readonly scopes: readonly string[];
  readonly status: ConnectionStatus;
  /** When the grant was given, the last time. */
  readonly connectedAt: number;
  readonly changedAt: number;
  readonly sequence: number;
};

/** What a channel can be asked for; each is asked for only where it is needed. */
export const CAPABILITIES = ["publish", "manage", "captions"] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Why there is no access token: the grant is gone, or its issuer is away for now. */
export type TokenAnswer =
  | { readonly ok: true; readonly accessToken: string }
  | { readonly ok: false; readonly reason: "needs_reauth" | "away"; readonly detail: string };

/** Access tokens, refreshed when they are about to end, one refresh at a time. */
export interface AccessTokens {
  /** `fresh`: the peer has just refused the one that it was given. */
  get(creatorId: CreatorId, id: ConnectionId, fresh?: boolean): Promise<TokenAnswer>;
}
