import type { CreatorId, DeliveryId, DestinationId, RequestId } from "#domain/ids.ts";
import type { Failure } from "#domain/failures.ts";
import type { Result } from "#domain/result.ts";
import type { AccountKey } from "./account.ts";
import type { Refusal } from "./answer.ts";
import type { Delivery, DeliverySource, DeliverySpec } from "./delivery.ts";
import type { VideoMetadata } from "./youtube/metadata.ts";

/** What somebody who carries bytes is given. It is theirs until the lease ends, and every report renews it. */
export type WorkOrder = {
  readonly deliveryId: DeliveryId;
  readonly epoch: number;
  readonly leaseMs: number;
  readonly requestId: RequestId;
  readonly creatorId: CreatorId;
  readonly connectionId: DeliverySpec["connectionId"];
  readonly source: DeliverySource;
  readonly metadata: VideoMetadata;
  /** The address of the peer's open session, a capability: stored before the first byte left; null: none is open. */
  readonly session: string | null;
  /** How many were opened, that one included. */
  readonly sessions: number;
  /** The last bytes may have left: the peer is asked, and only what it says it lacks is sent. */
  readonly committing: boolean;
};

type Held = { readonly deliveryId: DeliveryId; readonly epoch: number };

/** What a carrier tells, and with it asks whether it still holds the lease. */
export type CarrierReport = Held &
  (
    | { readonly type: "opened"; readonly session: string }
    /** `bytesDone` is what the peer said that it has. */
    | { readonly type: "progress"; readonly bytesDone: number }
    /** The bytes that complete it leave once this has been granted. */
    | { readonly type: "commit" }
    | { readonly type: "accepted"; readonly remoteId: string }
    /** Not accepted, for certain. `until`: when an allowance is filled again. */
    | { readonly type: "refused"; readonly refusal: Refusal; readonly until: number | null }
    | { readonly type: "unknown"; readonly detail: string; readonly retryAfterMs: number | null }
    /** The carrier's own time is over; the delivery keeps its turn. */
    | { readonly type: "yielded" }
  );

export type DeliveryNotFound = Failure<"delivery_not_found">;

/** What a person found out about a delivery whose outcome the peer could not tell. */
export type Decision = { readonly published: true; readonly remoteId: string } | { readonly published: false };

/**
 * Who decides what goes out to one peer account, in which order, how many at once. Every method is safe to call again, and every
 * command names the creator: nobody else's delivery is there.
 */
export interface Publisher {
  /** Takes each delivery once. An upload goes to a destination once: asked again, the delivery that is there is the answer. */
  accept(account: AccountKey, specs: readonly DeliverySpec[]): Promise<readonly Delivery[]>;
  view(creatorId: CreatorId, id: DeliveryId): Promise<Result<Delivery, DeliveryNotFound>>;
  /** Until its last bytes have left. */
  cancel(creatorId: CreatorId, id: DeliveryId): Promise<Result<Delivery, DeliveryNotFound | Failure<"delivery_too_late">>>;
  /** From the beginning: only what failed, which is known not to have been accepted, and has not been asked for anew since. */
  retry(
    creatorId: CreatorId,
    id: DeliveryId,
  ): Promise<Result<Delivery, DeliveryNotFound | Failure<"delivery_not_failed" | "delivery_replaced">>>;
  resolve(
    creatorId: CreatorId,
    id: DeliveryId,
    decision: Decision,
  ): Promise<Result<Delivery, DeliveryNotFound | Failure<"delivery_not_unknown">>>;
  /** Metadata, priority and schedule of what has not begun. */
  change(
    creatorId: CreatorId,
    id: DeliveryId,
    changes: Partial<Pick<DeliverySpec, "metadata" | "priority" | "scheduleAt">>,
  ): Promise<Result<Delivery, DeliveryNotFound | Failure<"delivery_too_late">>>;
  /** What is on its way goes on; nothing begins. */
  pause(destinationId: DestinationId | null): Promise<void>;
  resume(destinationId: DestinationId | null): Promise<void>;
  /** The grant is good again: what waited for it goes on from its place. */
  reconnected(connectionId: DeliverySpec["connectionId"]): Promise<void>;

  /** A message's claim on its delivery; null when somebody else holds it, or nobody shall. The answer has an epoch of its own. */
  take(held: Held): Promise<WorkOrder | null>;
  /**
   * False: the lease is lost, whatever was reported is not believed, and nothing more may be sent. A carrier's last report is made
   * when nothing of its is on the way any more; it is made whether it was believed before or not, because the turn waits for it.
   */
  report(report: CarrierReport): Promise<boolean>;

  /** What an alarm may have missed; writes the rows of the directory again. */
  sweep(): Promise<void>;
}

export interface Publishers {
  get(account: AccountKey): Publisher;
}
