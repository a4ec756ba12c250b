const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The pauses before each attempt (Standard Webhooks, "Retry schedule"): ten attempts in about three days. */
export const STANDARD_SCHEDULE_MS: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** A receiver may put us off for as long at a time. */
const MAX_RETRY_AFTER_MS = 24 * HOUR;
/** What failed together does not come back together: a pause is longer by up to this part of it. */
const SPREAD = 0.1;

export type Pauses = {
  readonly schedule: readonly number[];
  /** From 0 to 1. */
  readonly chance: number;
};

/** How long after `tries` failed attempts the next is made; null: there is none. A receiver's own wish only lengthens it. */
export function pauseAfter(tries: number, retryAfterMs: number | null, { schedule, chance }: Pauses): number | null {
  const pause = schedule[tries];
  if (pause === undefined) return null;
  return Math.max(Math.round(pause * (1 + SPREAD * chance)), boundedRetryAfter(retryAfterMs));
}

export const boundedRetryAfter = (retryAfterMs: number | null): number => Math.min(MAX_RETRY_AFTER_MS, Math.max(0, retryAfterMs ?? 0));
