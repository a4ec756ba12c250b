import type { Refusal } from "#domain/publishing/answer.ts";
import type { DeliveryFailure, DeliverySpec } from "#domain/publishing/delivery.ts";
import { pauseAfter } from "#domain/publishing/patience.ts";
import type { Decision } from "#domain/publishing/publisher.ts";
import { reasonInWords } from "#domain/publishing/youtube/reasons.ts";
import { differenceTo } from "#domain/publishing/youtube/verification.ts";
import type { VideoStatus } from "#domain/publishing/youtube/youtube.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type {
  Chance,
  DeliveryCommand,
  DeliveryEffect,
  DeliveryEvent,
  DeliveryRefusal,
  DeliveryState,
  DeliveryStep,
  Hold,
  Told,
} from "./delivery-state.ts";

/** After as many sessions that came to nothing a person looks at it: each costs an insert. */
const MOST_SESSIONS = 3;
const MOST_TRIES = 24;
/** Of the lease of a message that nobody has taken yet. */
const MOST_DOUBLINGS = 6;
/** What waits for a person looks again by itself too: the word that they have been there may be lost. */
const LOOKS_AGAIN_MS = 3600_000;
/** A peer that can't be asked for as long leaves the outcome to a person. */
const ASKS_FOR_MS = 24 * 3600_000;
/** A video that is not through by then never will be. */
const PROCESSES_FOR_MS = 48 * 3600_000;

export function begin(spec: DeliverySpec): DeliveryStep {
  const state: DeliveryState = {
    spec,
    stage: { status: "waiting", hold: null },
    session: null,
    sessions: 0,
    bytesDone: 0,
    tries: 0,
    lease: null,
    epoch: 0,
    remoteId: null,
    changedAt: spec.createdAt,
    sequence: 1,
  };
  return { state, effects: [{ type: "project" }, { type: "announce", event: "created" }] };
}

/** A command that comes too late or again changes nothing, and says so by the same state. */
export function decide(state: DeliveryState, command: DeliveryCommand): Result<DeliveryStep, DeliveryRefusal> {
  switch (command.type) {
    case "grant":
      return ok(granted(state, command.now, command.leaseMs));
    case "take":
      if (state.lease === null || state.epoch !== command.epoch) return same(state);
      return ok({ state: { ...state, epoch: state.epoch + 1, lease: { until: command.now + command.leaseMs, taken: true } }, effects: [] });
    case "report":
      return ok(holds(state, command.report.epoch) ? reported(state, command) : { state, effects: [] });
    case "lease-ended":
      if (state.lease === null || state.lease.until > command.now) return same(state);
      // The message was lost, or waits in a long queue: nothing has been tried.
      if (!state.lease.taken && !hasAskedForLong(state, command.now)) return ok({ state: untaken(state), effects: [] });
      return ok(unheard(state, { detail: "Whoever carried it was not heard of any more.", retryAfterMs: null }, command));
    case "seen":
      return ok(state.stage.status === "processing" ? seen(state, state.stage.since, command.video, command.now) : { state, effects: [] });
    case "reconnected":
      if (state.stage.status !== "waiting" || state.stage.hold?.reason !== "reauth") return same(state);
      return ok(changed({ ...state, tries: 0, stage: { status: "waiting", hold: null } }, command.now, "waiting"));
    case "cancel":
      return cancelled(state, command.now);
    case "retry":
      if (state.stage.status !== "failed") return err({ code: "delivery_not_failed", status: state.stage.status });
      return ok(retried(state, command.now));
    case "resolve":
      return resolved(state, command.decision, command.now);
    case "change":
      if (state.stage.status !== "waiting" || state.session !== null) return err({ code: "delivery_too_late", status: state.stage.status });
      return ok(changed({ ...state, spec: { ...state.spec, ...command.changes } }, command.now));
  }
}

/** Who carries it, and how it was left, decides on the epoch alone: a stale report is no report. */
const holds = (state: DeliveryState, epoch: number): boolean => state.lease !== null && state.epoch === epoch;

const hasAskedForLong = ({ stage }: DeliveryState, now: number): boolean =>
  stage.status === "committing" && now - stage.since > ASKS_FOR_MS;

/** The turn is its own, whether bytes are flowing or only the peer is asked. */
export const isActive = ({ stage }: DeliveryState): boolean => stage.status === "transferring" || stage.status === "committing";

/** A queue that is behind is not helped by a message a minute. */
const untaken = (state: DeliveryState): DeliveryState => ({
  ...state,
  lease: null,
  tries: Math.max(state.tries, Math.min(MOST_DOUBLINGS, state.tries + 1)),
});

function granted(state: DeliveryState, now: number, leaseMs: number): DeliveryStep {
  const leased = {
    ...state,
    epoch: state.epoch + 1,
    lease: { until: now + leaseMs * 2 ** Math.min(MOST_DOUBLINGS, state.tries), taken: false },
  };
  switch (state.stage.status) {
    case "waiting": {
      const started = changed(
        { ...leased, stage: { status: "transferring" } },
        now,
        ...(state.sessions === 0 ? (["started"] as const) : []),
      );
      return { ...started, effects: [...started.effects, { type: "carry" }] };
    }
    case "transferring":
      return { state: leased, effects: [{ type: "carry" }] };
    case "committing":
      return { state: { ...leased, stage: { ...state.stage, askAt: null } }, effects: [{ type: "carry" }] };
    case "processing":
    case "verified":
    case "failed":
    case "unknown":
    case "cancelled":
      return { state, effects: [] };
  }
}

function reported(state: DeliveryState, command: Extract<DeliveryCommand, { type: "report" }>): DeliveryStep {
  const { report, now, leaseMs } = command;
  const renewed = { ...state, lease: { until: now + leaseMs, taken: true } };
  switch (report.type) {
    case "opened":
      return changed({ ...renewed, session: report.session, sessions: state.sessions + 1, bytesDone: 0 }, now);
    case "progress": {
      const moved = report.bytesDone > state.bytesDone;
      return { state: { ...renewed, bytesDone: report.bytesDone, tries: moved ? 0 : state.tries }, effects: [] };
    }
    case "commit":
      if (state.stage.status === "committing") return { state: renewed, effects: [] };
      return changed({ ...renewed, stage: { status: "committing", since: now, askAt: null } }, now);
    case "accepted":
      return changed(
        {
          ...ended(state),
          remoteId: report.remoteId,
          bytesDone: state.spec.source.size,
          stage: { status: "processing", since: now, processed: null },
        },
        now,
        "published",
      );
    case "refused":
      return refused(state, report.refusal, report.until, command);
    case "unknown":
      return unheard(state, report, command);
    case "yielded":
      return { state: { ...state, lease: null }, effects: [] };
  }
}

/** Nobody knows how far it got: what comes next is a question to the peer, after a pause. */
function unheard(
  state: DeliveryState,
  { detail, retryAfterMs }: { readonly detail: string; readonly retryAfterMs: number | null },
  { now, chance }: Told & Chance,
): DeliveryStep {
  const tries = state.tries + 1;
  const until = now + pauseAfter(tries, retryAfterMs, chance);
  const left = { ...state, tries, lease: null };
  const { stage } = state;
  if (stage.status === "committing") {
    if (hasAskedForLong(state, now)) return changed({ ...left, stage: { status: "unknown", detail, at: now } }, now, "unknown");
    return { state: { ...left, stage: { ...stage, askAt: until } }, effects: [] };
  }
  if (tries > MOST_TRIES) return failed(left, { code: "peer_unreachable", detail, retryable: true }, now);
  return changed({ ...left, stage: { status: "waiting", hold: { reason: "backoff", detail, until } } }, now);
}

function refused(state: DeliveryState, refusal: Refusal, until: number | null, command: Told & Chance): DeliveryStep {
  const { code, detail } = refusal;
  const { now } = command;
  if (refusal.kind === "final") return failed(state, { code, detail, retryable: false }, now);
  // The session that the last bytes went to is gone, and with it the only one who knows what became of them.
  if (refusal.kind === "gone" && state.stage.status === "committing") {
    return changed({ ...state, lease: null, stage: { status: "unknown", detail, at: now } }, now, "unknown");
  }
  if (refusal.kind === "gone") {
    const without = { ...state, session: null, bytesDone: 0 };
    if (state.sessions >= MOST_SESSIONS) return failed(without, { code, detail, retryable: true }, now);
    return unheard(without, refusal, command);
  }
  if (refusal.kind === "busy" || state.stage.status === "committing") return unheard(state, refusal, command);
  const hold: Hold =
    refusal.kind === "reauth"
      ? { reason: "reauth", detail, until: now + LOOKS_AGAIN_MS }
      : { reason: "quota", detail, until: until ?? now + pauseAfter(MOST_TRIES, refusal.retryAfterMs, command.chance) };
  return changed({ ...state, lease: null, stage: { status: "waiting", hold } }, now, "waiting");
}

function seen(state: DeliveryState, since: number, video: VideoStatus | null, now: number): DeliveryStep {
  if (video === null)
    return failed(state, { code: "youtube.video_missing", detail: "YouTube no longer has the video.", retryable: false }, now);
  switch (video.uploadStatus) {
    case "uploaded": {
      if (now - since > PROCESSES_FOR_MS)
        return failed(state, { code: "youtube.processing_stuck", detail: reasonInWords("stuck"), retryable: false }, now);
      if (state.stage.status === "processing" && state.stage.processed === video.processed) return { state, effects: [] };
      return changed({ ...state, stage: { status: "processing", since, processed: video.processed } }, now);
    }
    case "processed": {
      const difference = differenceTo(state.spec.source, video);
      if (difference !== null) return failed(state, { code: "youtube.video_differs", detail: difference, retryable: false }, now);
      return changed({ ...state, stage: { status: "verified", at: now } }, now, "verified");
    }
    case "failed":
    case "rejected":
    case "deleted": {
      const reason = video.reason ?? video.uploadStatus;
      return failed(
        state,
        { code: `youtube.${video.uploadStatus}_${snake(reason)}`, detail: reasonInWords(reason), retryable: false },
        now,
      );
    }
  }
}

function cancelled(state: DeliveryState, now: number): Result<DeliveryStep, DeliveryRefusal> {
  switch (state.stage.status) {
    case "waiting":
    case "transferring": {
      const step = changed({ ...ended(state), stage: { status: "cancelled", at: now } }, now, "cancelled");
      return ok({ state: step.state, effects: [...step.effects, ...abandoned(state)] });
    }
    case "cancelled":
      return same(state);
    case "committing":
    case "processing":
    case "verified":
    case "failed":
    case "unknown":
      return err({ code: "delivery_too_late", status: state.stage.status });
  }
}

function resolved(state: DeliveryState, decision: Decision, now: number): Result<DeliveryStep, DeliveryRefusal> {
  if (state.stage.status !== "unknown") return err({ code: "delivery_not_unknown", status: state.stage.status });
  if (!decision.published) return ok(changed(afresh(state), now, "waiting"));
  return ok(
    changed(
      { ...ended(state), remoteId: decision.remoteId, stage: { status: "processing", since: now, processed: null } },
      now,
      "published",
    ),
  );
}

/** What the peer has taken is looked at again, never sent again. */
function retried(state: DeliveryState, now: number): DeliveryStep {
  if (state.remoteId === null) return changed(afresh(state), now, "waiting");
  return changed({ ...state, stage: { status: "processing", since: now, processed: null } }, now, "published");
}

function failed(state: DeliveryState, failure: DeliveryFailure, now: number): DeliveryStep {
  const step = changed({ ...ended(state), stage: { status: "failed", failure, at: now } }, now, "failed");
  return { state: step.state, effects: [...step.effects, ...abandoned(state)] };
}

const abandoned = ({ session }: DeliveryState): DeliveryEffect[] => (session === null ? [] : [{ type: "abandon", session }]);

/** Nobody carries it any more; who still tries is fenced out. */
const ended = (state: DeliveryState): DeliveryState => ({ ...state, session: null, lease: null, epoch: state.epoch + 1, tries: 0 });

/** To the back of nothing: its place is its priority and its age. */
const afresh = (state: DeliveryState): DeliveryState => ({
  ...ended(state),
  bytesDone: 0,
  sessions: 0,
  stage: { status: "waiting", hold: null },
});

const snake = (word: string): string => word.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const same = (state: DeliveryState): Result<DeliveryStep, never> => ok({ state, effects: [] });

function changed(state: DeliveryState, now: number, ...told: readonly DeliveryEvent[]): DeliveryStep {
  return {
    state: { ...state, changedAt: now, sequence: state.sequence + 1 },
    effects: [{ type: "project" }, ...told.map((event) => ({ type: "announce", event }) as const)],
  };
}
