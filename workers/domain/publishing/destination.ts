import type { ConnectionId, CreatorId, DestinationId } from "#domain/ids.ts";
import type { Page, PageRequest } from "#domain/page.ts";
import type { AccountKey } from "./account.ts";
import type { MetadataDraft } from "./youtube/metadata.ts";

/** A place that assets can go: settings that point to a peer account. */
export type Destination = {
  readonly id: DestinationId;
  readonly creatorId: CreatorId;
  readonly account: AccountKey;
  readonly connectionId: ConnectionId;
  readonly name: string;
  /** What is said of every video that goes there, unless its delivery says something else. */
  readonly settings: MetadataDraft;
  readonly pausedAt: number | null;
  readonly createdAt: number;
  readonly sequence: number;
};

export interface DestinationDirectory {
  add(destination: Destination): Promise<void>;
  find(creatorId: CreatorId, id: DestinationId): Promise<Destination | null>;
  list(creatorId: CreatorId, page: PageRequest<DestinationId>): Promise<Page<Destination>>;
  /** Replaces it if its sequence is `expected` still; false when it is not, or there is none. */
  change(destination: Destination, expected: number): Promise<boolean>;
  remove(creatorId: CreatorId, id: DestinationId, at: number): Promise<boolean>;
}
