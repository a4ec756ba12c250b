import type { SluiceEvent } from "#domain/events/event.ts";
import type { ConnectionId, CreatorId } from "#domain/ids.ts";
import type { Page, PageRequest } from "#domain/page.ts";
import type { AccountKey } from "#domain/publishing/account.ts";
import type { Result } from "#domain/result.ts";
import { sealPlace } from "#domain/sealer.ts";
import type { Failure } from "#domain/failures.ts";
import type { Connection } from "./connection.ts";

/** A refresh token, sealed, and the key that wraps it. */
export type SealedGrant = { readonly text: string; readonly key: string };

/** Where grants are sealed for. */
export const grantPlace = (id: ConnectionId): string => sealPlace("connections", id, "grant", 1);

/** A grant that is still to be given back, of a connection that is not there any more. */
export type OwedRevocation = {
  readonly id: ConnectionId;
  readonly creatorId: CreatorId;
  readonly account: AccountKey;
  readonly grant: string;
  /** Revocations that did not succeed. */
  readonly tries: number;
};

export type GrantRow = { readonly id: ConnectionId; readonly creatorId: CreatorId; readonly grant: string };

/** Connections are D1's own. What is disconnected is there for its grant alone: no list and no search finds it. */
export interface ConnectionDirectory {
  find(creatorId: CreatorId, id: ConnectionId): Promise<Connection | null>;
  byAccount(creatorId: CreatorId, account: AccountKey): Promise<Connection | null>;
  list(creatorId: CreatorId, page: PageRequest<ConnectionId>): Promise<Page<Connection>>;
  /** With its grant, to be used now. */
  held(creatorId: CreatorId, id: ConnectionId): Promise<{ readonly connection: Connection; readonly grant: string } | null>;
  /**
   * What a connection has become, with its event, in one transaction; a first sequence is a new one. False, and nothing is
   * written, when it is not what it was one sequence before, or when the account has another connection of this creator.
   */
  put(connection: Connection, event: SluiceEvent, grant: SealedGrant | null): Promise<boolean>;
  /** The same grant, sealed otherwise; nothing when it is another by now. */
  rewrapped(row: GrantRow, to: SealedGrant): Promise<void>;
  /** Grants of living connections under this key, by id. */
  underKey(key: string, after: ConnectionId | null, limit: number): Promise<readonly GrantRow[]>;
  /** Those that have been tried least, first. */
  toRevoke(limit: number): Promise<readonly OwedRevocation[]>;
  /** Nothing is kept of the grant any more. */
  forgetGrant(owed: OwedRevocation): Promise<void>;
  /** It was tried once more in vain; `grant` as it is sealed now. */
  stillOwed(owed: OwedRevocation, grant: string): Promise<void>;
}

/** A consent that a creator has asked for; `stateHash` is the SHA-256 of what the peer gives back. */
export type ConsentRequest = {
  readonly stateHash: string;
  readonly creatorId: CreatorId;
  readonly kind: "youtube";
  /** Which connection is renewed; null: a new one, or whichever has the account. */
  readonly connectionId: ConnectionId | null;
  /** SHA-256 of the cookie of the browser that it belongs to; null until one has come. */
  readonly browserHash: string | null;
  /** The PKCE verifier, sealed. */
  readonly verifier: string;
  readonly scopes: readonly string[];
  readonly returnTo: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
};

export const verifierPlace = (stateHash: string): string => sealPlace("consent_requests", stateHash, "verifier", 1);

/** Names a request that may come twice; it is remembered for as long as what it made. */
export type ConsentIdempotency = { readonly scopeHash: string; readonly fingerprint: string };

export interface ConsentRequests {
  /** When the request of this name was made, and until when what it made is good. */
  known(
    creatorId: CreatorId,
    idempotency: ConsentIdempotency,
    now: number,
  ): Promise<Result<{ readonly createdAt: number; readonly expiresAt: number } | null, Failure<"idempotency_key_reused">>>;
  /** False, and nothing is written, when somebody else took the name meanwhile. */
  open(request: ConsentRequest, idempotency: ConsentIdempotency | null): Promise<boolean>;
  /** Gives it to a browser, unless another has it; null when it has, when its time is over, or when there is none. */
  claim(creatorId: CreatorId, stateHash: string, browserHash: string, now: number): Promise<ConsentRequest | null>;
  find(creatorId: CreatorId, stateHash: string): Promise<ConsentRequest | null>;
  /** Takes it away, once: null for whoever comes later. */
  take(creatorId: CreatorId, stateHash: string): Promise<ConsentRequest | null>;
  /** Deletes what is over; returns how many. */
  forget(now: number, limit: number): Promise<number>;
}
