import { backoffMs } from "#domain/backoff.ts";

const PATIENCE = { firstMs: 2_000, longestMs: 30 * 60_000 };
const LONGEST_ASKED_MS = 24 * 3600_000;

/** The pause after the `tries`-th failure in a row, never less than the peer has asked for. */
export const pauseAfter = (tries: number, retryAfterMs: number | null, chance: number): number =>
  Math.max(Math.min(retryAfterMs ?? 0, LONGEST_ASKED_MS), backoffMs(PATIENCE, tries, chance));
