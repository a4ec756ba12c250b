import type { Failure } from "#domain/failures.ts";
import type { CreatorId, UploadId } from "#domain/ids.ts";
import type { Result } from "#domain/result.ts";
import type { EventSubscriber } from "./event-log.ts";
import type { EventType, LoggedEvent } from "./event.ts";

/** What a listener wants to hear. */
export type FeedWish = {
  /** Only what comes after this position; null: from now on. */
  readonly after: number | null;
  /** Empty: of every type. */
  readonly types: readonly EventType[];
  readonly resource: string | null;
  /** Also how far uploads are: of `resource`, or of all that are open. */
  readonly progress: boolean;
};

/** How far an upload is. Told while somebody listens, and kept nowhere. */
export type UploadPace = {
  readonly uploadId: UploadId;
  readonly offset: number;
  readonly length: number | null;
  /** Bytes a second; 0 when nothing moves. */
  readonly rateBps: number;
  readonly etaSeconds: number | null;
};

export type FeedMessage =
  | { readonly kind: "event"; readonly event: LoggedEvent }
  | { readonly kind: "progress"; readonly pace: UploadPace }
  /** The last of what was kept for this listener, unless `more` is asked for. */
  | { readonly kind: "page-end" }
  /** The answer to `probe`. */
  | { readonly kind: "alive" };

export type FeedListener = {
  /** `characters`: how long it was on its way. */
  message(message: FeedMessage, characters: number): void;
  /** The feed has gone; nothing more comes. */
  closed(): void;
};

export interface FeedConnection {
  /** Where the listener was let in: events after this position come, and none before it. */
  readonly position: number;
  /** Asks for what comes after a `page-end`. */
  more(): void;
  /** Asks for an `alive`, which costs the feed nothing. */
  probe(): void;
  close(): void;
}

/** What the feed keeps begins after `floor`: until there the log has to be read. */
export type BehindFeed = { readonly code: "behind"; readonly floor: number };

/** What is told to a creator's listeners as it happens. */
export interface EventFeeds extends EventSubscriber {
  listen(
    creatorId: CreatorId,
    wish: FeedWish,
    listener: FeedListener,
  ): Promise<Result<FeedConnection, BehindFeed | Failure<"too_many_listeners">>>;
}

/** The types that stand for no change and are in no log. */
export const PROGRESS_TYPE = "upload.progress";

export const wants = ({ types, resource }: Pick<FeedWish, "types" | "resource">, event: LoggedEvent): boolean =>
  (types.length === 0 || types.includes(event.type)) && (resource === null || resource === event.resource);
