import { backoffMs, type Backoff } from "#domain/backoff.ts";
import type { CreatorId } from "#domain/ids.ts";

/**
 * How far each subscriber has been told of each creator: as far as the cursor, unless it could not take something.
 *
 * ```
 *    ┌──────────── told up to the cursor ─────────┐
 *    ▼                                            │
 * abreast ── refuses, or is passed over ──▶ behind(after) ──▶ refuses again: later
 * ```
 * The cursor goes on for all the others. Who is behind is passed over by what comes next, so that it hears everything in its order.
 */
export type RelayState = { readonly cursor: number; readonly lags: readonly Lag[] };

/** One subscriber's ear for one creator. */
export type Ear = { readonly subscriber: string; readonly creatorId: CreatorId };

export type Lag = Ear & {
  /** Everything up to this position has been taken. */
  readonly after: number;
  /** Refusals in a row. */
  readonly attempts: number;
  readonly nextAt: number;
};

export type Outcome = "taken" | "refused" | "passed over";

export type RelayCommand =
  /** All that the log has from the cursor to `to` was offered. */
  | { readonly type: "relayed"; readonly to: number; readonly offers: readonly { readonly ear: Ear; readonly outcome: Outcome }[] }
  /** Who was behind has taken everything up to `to`. */
  | { readonly type: "brought on"; readonly ear: Ear; readonly to: number }
  | { readonly type: "refused"; readonly ear: Ear };

/** `chance` is from 0 to 1. */
export type Moment = { readonly now: number; readonly chance: number };

/** What is different afterwards. */
export type RelayStep = { readonly cursor: number; readonly behind: readonly Lag[]; readonly abreast: readonly Ear[] };

/** With as many behind it is the world that is away: the log waits until some have been brought on. */
export const MOST_LAGS = 1_000;
const PAUSES: Backoff = { firstMs: 5_000, longestMs: 600_000 };

export function decide(state: RelayState, command: RelayCommand, moment: Moment): RelayStep {
  switch (command.type) {
    case "relayed": {
      const behind = command.offers
        .filter(({ ear, outcome }) => outcome !== "taken" && lagOf(state, ear) === null)
        .map(({ ear, outcome }) => lag(ear, state.cursor, outcome === "refused" ? 1 : 0, moment));
      return { cursor: command.to, behind, abreast: [] };
    }
    case "brought on": {
      const { ear, to } = command;
      if (lagOf(state, ear) === null) return { cursor: state.cursor, behind: [], abreast: [] };
      if (to >= state.cursor) return { cursor: state.cursor, behind: [], abreast: [ear] };
      return { cursor: state.cursor, behind: [lag(ear, to, 0, moment)], abreast: [] };
    }
    case "refused": {
      const known = lagOf(state, command.ear);
      const behind = known === null ? [] : [lag(command.ear, known.after, known.attempts + 1, moment)];
      return { cursor: state.cursor, behind, abreast: [] };
    }
  }
}

/** The state with what is different in it. */
export function applied({ lags }: RelayState, { cursor, behind, abreast }: RelayStep): RelayState {
  const replaced = new Set([...behind, ...abreast].map(keyOf));
  return { cursor, lags: [...(replaced.size === 0 ? lags : lags.filter((lag) => !replaced.has(keyOf(lag)))), ...behind] };
}

const keyOf = ({ subscriber, creatorId }: Ear): string => `${subscriber} ${creatorId}`;

export const lagOf = ({ lags }: RelayState, ear: Ear): Lag | null =>
  lags.find(({ subscriber, creatorId }) => subscriber === ear.subscriber && creatorId === ear.creatorId) ?? null;

export const isStuck = ({ lags }: RelayState): boolean => lags.length >= MOST_LAGS;

export const dueLags = ({ lags }: RelayState, now: number): readonly Lag[] => lags.filter(({ nextAt }) => nextAt <= now);

/** When somebody who is behind is to be tried next; null when nobody is. */
export const nextTry = ({ lags }: RelayState): number | null => (lags.length === 0 ? null : Math.min(...lags.map(({ nextAt }) => nextAt)));

function lag({ subscriber, creatorId }: Ear, after: number, attempts: number, { now, chance }: Moment): Lag {
  return { subscriber, creatorId, after, attempts, nextAt: now + (attempts === 0 ? 0 : backoffMs(PAUSES, attempts, chance)) };
}
