import { wants, type BehindFeed, type FeedWish } from "#domain/events/event-feed.ts";
import type { LoggedEvent } from "#domain/events/event.ts";
import { err, ok, type Result } from "#domain/result.ts";

/** So many events are kept for those who come back. */
export const KEPT_EVENTS = 1_000;
/** What is over is dropped by the hundred: not with every event. */
const SLACK_EVENTS = 100;
/** Events are kept as long after the last listener has gone. */
export const KEPT_FOR_MS = 60 * 60_000;

/**
 *      in the log alone        kept here          the relay brings it
 *  ───────────────────────┤ floor … newest ├────────────────────────▶ positions
 *
 * All events of the creator after `floor` up to `newest` are kept, without exception; whatever the floor is, the log has what
 * lies below. With nobody there, the floor rises with every event and nothing is kept.
 */
export type FeedState = {
  readonly floor: number;
  readonly newest: number;
  readonly kept: number;
  /** When somebody was there last. */
  readonly listenedAt: number;
};

export const NEW_FEED: FeedState = { floor: 0, newest: 0, kept: 0, listenedAt: 0 };

/** Somebody who listens: `at` is as far as they have been told. */
export type Seat = Omit<FeedWish, "after"> & {
  readonly at: number;
  /** They have had what was kept and are told what comes. */
  readonly live: boolean;
};

export type Intake = {
  readonly state: FeedState;
  /** What was not known yet. */
  readonly fresh: readonly LoggedEvent[];
  readonly keep: readonly LoggedEvent[];
  /** Of the kept ones only this many newest stay; null: all. */
  readonly trimTo: number | null;
};

/** Events as the relay brings them: in order, some perhaps again. */
export function takeIn(state: FeedState, events: readonly LoggedEvent[], someoneListens: boolean, now: number): Intake {
  const fresh: LoggedEvent[] = [];
  let { newest } = state;
  for (const event of events) {
    if (event.position <= newest) continue;
    fresh.push(event);
    newest = event.position;
  }
  if (fresh.length === 0) return { state, fresh, keep: fresh, trimTo: null };
  if (!someoneListens && now - state.listenedAt >= KEPT_FOR_MS) {
    return { state: { ...state, floor: newest, newest, kept: 0 }, fresh, keep: [], trimTo: 0 };
  }
  const kept = state.kept + fresh.length;
  return { state: { ...state, newest, kept }, fresh, keep: fresh, trimTo: kept > KEPT_EVENTS + SLACK_EVENTS ? KEPT_EVENTS : null };
}

/** Where somebody sits down; who comes from below the floor has to read the log first. */
export function admit(state: FeedState, { after, types, resource, progress }: FeedWish): Result<Seat, BehindFeed> {
  const at = after ?? state.newest;
  if (at < state.floor) return err({ code: "behind", floor: state.floor });
  return ok({ types, resource, progress, at, live: at >= state.newest });
}

/** What a listener is told of an event that happens now; who has read ahead in the log knows it already. */
export const isFor = (seat: Seat, event: LoggedEvent): boolean => seat.live && event.position > seat.at && wants(seat, event);
