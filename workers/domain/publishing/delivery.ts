import type { AssetId, ConnectionId, CreatorId, DeliveryId, DestinationId, RequestId, UploadId } from "#domain/ids.ts";
import type { AccountKey } from "./account.ts";
import type { VideoMetadata } from "./youtube/metadata.ts";

/**
 * What a delivery waits for. Order is by priority, then age; whoever waits for anything but the turn lets others pass and keeps
 * the place.
 */
export const WAITING_REASONS = ["turn", "schedule", "paused", "backoff", "quota", "reauth", "source"] as const;
export type WaitingReason = (typeof WAITING_REASONS)[number];

export const DELIVERY_STATUSES = [
  "waiting",
  "transferring",
  "committing",
  "processing",
  "verified",
  "failed",
  "unknown",
  "cancelled",
] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** The bytes that are published. They lie still: there is one only for an asset that was verified. */
export type DeliverySource = {
  readonly uploadId: UploadId;
  readonly assetId: AssetId;
  readonly objectKey: string;
  readonly size: number;
  readonly contentType: string;
  /** As the file itself says; null where nobody could read it. */
  readonly durationSeconds: number | null;
};

/** One asset on its way to one destination, as it was asked for. */
export type DeliverySpec = {
  readonly id: DeliveryId;
  readonly creatorId: CreatorId;
  readonly destinationId: DestinationId;
  readonly connectionId: ConnectionId;
  readonly source: DeliverySource;
  readonly metadata: VideoMetadata;
  /** Higher goes first: -100 to 100. */
  readonly priority: number;
  /** Not before then. */
  readonly scheduleAt: number | null;
  readonly createdAt: number;
  /** Of the request that asked for it: it goes with the work. */
  readonly requestId: RequestId;
};

export type WaitingOn = {
  readonly reason: WaitingReason;
  /** What the peer said, or what a person has to do. */
  readonly detail: string | null;
  /** When it goes on by itself, epoch milliseconds; null: not by the clock. */
  readonly until: number | null;
  /** From 1: how many go first, itself included; null unless it waits for its turn. */
  readonly position: number | null;
};

export type DeliveryProgress = {
  /** `session`: the peer is asked to take it. */
  readonly step: "session" | "bytes" | "commit" | "processing";
  /** 0 to 1 of this step. */
  readonly fraction: number | null;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
};

export type DeliveryFailure = { readonly code: string; readonly detail: string; readonly retryable: boolean };

/** How a delivery stands. */
export type Delivery = Omit<DeliverySpec, "requestId"> & {
  readonly account: AccountKey;
  readonly status: DeliveryStatus;
  readonly waitingOn: WaitingOn | null;
  readonly progress: DeliveryProgress | null;
  readonly failure: DeliveryFailure | null;
  /** The video at the peer. */
  readonly remoteId: string | null;
  readonly changedAt: number;
  readonly finishedAt: number | null;
  readonly sequence: number;
};
