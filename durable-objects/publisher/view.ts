import type { Delivery, DeliveryProgress, WaitingOn } from "#domain/publishing/delivery.ts";
import { type DeliveryState, finishedAtOf } from "./delivery-state.ts";
import type { Pace } from "./pace.ts";
import type { AccountState } from "./stored.ts";

/** What is around a delivery that it does not know itself. */
export type Surroundings = {
  readonly account: AccountState;
  readonly destinationPaused: boolean;
  /** Its place among those that only wait for their turn. */
  readonly place: () => number;
  readonly pace: Pace | null;
  readonly now: number;
};

export function viewOf(state: DeliveryState, around: Surroundings): Delivery {
  const { requestId: _, ...spec } = state.spec;
  const { stage } = state;
  return {
    ...spec,
    account: around.account.account,
    status: stage.status,
    waitingOn: waitingOn(state, around),
    progress: progressOf(state, around.pace),
    failure: stage.status === "failed" ? stage.failure : null,
    remoteId: state.remoteId,
    changedAt: state.changedAt,
    finishedAt: finishedAtOf(stage),
    sequence: state.sequence,
  };
}

function waitingOn({ spec, stage }: DeliveryState, { account, destinationPaused, place, now }: Surroundings): WaitingOn | null {
  if (stage.status !== "waiting") return null;
  const { hold } = stage;
  if (hold?.reason === "reauth") return { ...hold, until: null, position: null };
  if (hold !== null && hold.until > now) return { ...hold, position: null };
  if (spec.scheduleAt !== null && spec.scheduleAt > now) {
    return { reason: "schedule", detail: null, until: spec.scheduleAt, position: null };
  }
  if (account.gate !== null) return { reason: "paused", detail: account.gate.reason, until: null, position: null };
  if (account.pausedAt !== null || destinationPaused) return { reason: "paused", detail: null, until: null, position: null };
  return { reason: "turn", detail: null, until: null, position: Math.max(1, place()) };
}

function progressOf({ spec, stage, session, bytesDone }: DeliveryState, pace: Pace | null): DeliveryProgress | null {
  const bytesTotal = spec.source.size;
  const fraction = bytesTotal === 0 ? 1 : bytesDone / bytesTotal;
  const bytes = { fraction, bytesDone, bytesTotal, bytesPerSecond: null, secondsLeft: null };
  switch (stage.status) {
    case "transferring": {
      if (session === null) return { ...bytes, step: "session" };
      const bytesPerSecond = pace?.bytesPerSecond ?? null;
      const left = bytesPerSecond === null || bytesPerSecond < 1 ? null : (bytesTotal - bytesDone) / bytesPerSecond;
      return { ...bytes, step: "bytes", bytesPerSecond, secondsLeft: left };
    }
    case "committing":
      return { ...bytes, step: "commit" };
    case "processing":
      return { ...bytes, step: "processing", fraction: stage.processed };
    case "waiting":
      return session === null ? null : { ...bytes, step: "bytes" };
    case "verified":
    case "failed":
    case "unknown":
    case "cancelled":
      return null;
  }
}
