const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** How long to wait before attempt `attempt` (from 1), spread over the upper half. `chance` is from [0, 1). */
export function backoffMs(attempt: number, chance: number): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.round(most / 2 + (most / 2) * chance);
}

export const POLL_FIRST_MS = 2000;
const POLL_LONGEST_MS = 60_000;

/** Lists are asked for often while they change, and ever less while they don't. */
export const nextPollMs = (beforeMs: number, changed: boolean): number =>
  changed ? POLL_FIRST_MS : Math.min(POLL_LONGEST_MS, beforeMs * 2);
