import type { Failure } from "#domain/failures.ts";
import type { DeliveryFailure, DeliverySpec, WaitingReason } from "#domain/publishing/delivery.ts";
import type { CarrierReport, Decision } from "#domain/publishing/publisher.ts";
import type { VideoStatus } from "#domain/publishing/youtube/youtube.ts";

/**
 * ```
 *             ┌──────────── not accepted: back off ───────────┐
 *             ▼                                               │
 *          waiting ──▶ transferring ──▶ committing ──▶ processing ──▶ verified
 *             │             │               │  ▲           │
 *             ▼             ▼               ▼  │ asked     ▼
 *         cancelled       failed         unknown ────▶   failed
 * ```
 * `committing` is recorded before the bytes leave that complete it. From there only the peer's own word leads on: that it has it,
 * or that it has not; whoever can't find out leaves it to a person (`unknown`).
 */
export type DeliveryState = {
  readonly spec: DeliverySpec;
  readonly stage: Stage;
  /** The address of the peer's open session, sealed. */
  readonly session: string | null;
  /** How many sessions were opened: each cost an insert. */
  readonly sessions: number;
  /** What the peer said that it has of the open session. */
  readonly bytesDone: number;
  /** Failures in a row, none of which has moved anything. */
  readonly tries: number;
  /** `taken`: a carrier has come for it. */
  readonly lease: { readonly until: number; readonly taken: boolean } | null;
  /** Of the last lease; who comes with an older one is fenced out. */
  readonly epoch: number;
  readonly remoteId: string | null;
  readonly changedAt: number;
  readonly sequence: number;
};

export type Stage =
  /** `hold`: what stands in its way besides the turn. */
  | { readonly status: "waiting"; readonly hold: Hold | null }
  | { readonly status: "transferring" }
  /** `askAt`: the peer could not be asked; not before then. */
  | { readonly status: "committing"; readonly since: number; readonly askAt: number | null }
  | { readonly status: "processing"; readonly since: number; readonly processed: number | null }
  | { readonly status: "verified" | "cancelled"; readonly at: number }
  | { readonly status: "failed"; readonly failure: DeliveryFailure; readonly at: number }
  | { readonly status: "unknown"; readonly detail: string; readonly at: number };

/** What waits for a person's word has not ended. */
export const finishedAtOf = (stage: Stage): number | null => (stage.status === "unknown" || !("at" in stage) ? null : stage.at);

/** `until`: when it is tried again by itself. */
export type Hold = {
  readonly reason: Extract<WaitingReason, "backoff" | "quota" | "reauth">;
  readonly detail: string | null;
  readonly until: number;
};

export type Told = { readonly now: number };
export type Chance = {
  /** From 0 to 1. */
  readonly chance: number;
};

export type DeliveryCommand =
  /** The turn is its. */
  | (Told & { readonly type: "grant"; readonly leaseMs: number })
  | (Told & { readonly type: "take"; readonly epoch: number; readonly leaseMs: number })
  /** `session` is sealed by now. */
  | (Told & Chance & { readonly type: "report"; readonly report: CarrierReport; readonly leaseMs: number })
  | (Told & Chance & { readonly type: "lease-ended" })
  | (Told & { readonly type: "seen"; readonly video: VideoStatus | null })
  | (Told & { readonly type: "reconnected" })
  | (Told & { readonly type: "cancel" })
  | (Told & { readonly type: "retry" })
  | (Told & { readonly type: "resolve"; readonly decision: Decision })
  | (Told & { readonly type: "change"; readonly changes: Partial<Pick<DeliverySpec, "metadata" | "priority" | "scheduleAt">> });

/** Recorded with the step, done after it. */
export type DeliveryEffect =
  /** Bring the directory up to date. */
  | { readonly type: "project" }
  | { readonly type: "announce"; readonly event: DeliveryEvent }
  /** Ask for a carrier. */
  | { readonly type: "carry" }
  /** No video shall come of this session. */
  | { readonly type: "abandon"; readonly session: string };

export type DeliveryEvent = "created" | "started" | "published" | "verified" | "failed" | "unknown" | "cancelled" | "waiting";

export type DeliveryStep = { readonly state: DeliveryState; readonly effects: readonly DeliveryEffect[] };
export type DeliveryRefusal = Failure<"delivery_too_late" | "delivery_not_failed" | "delivery_not_unknown">;
