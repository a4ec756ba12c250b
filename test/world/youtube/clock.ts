import type { Library } from "./library.ts";

const DAY_MS = 86_400_000;

/** YouTube's time: this machine's, and what the control endpoint has moved it by. */
export interface Clock {
  now(): number;
  /** Moves to an instant; null: back to this machine's time. */
  moveTo(instant: number | null): void;
}

export function clockOf(library: Library, machine: () => number = Date.now): Clock {
  let offset = library.counters.get().clock_offset_ms;
  return {
    now: () => machine() + offset,
    moveTo(instant) {
      offset = instant === null ? 0 : instant - machine();
      library.counters.change({ clock_offset_ms: offset });
    },
  };
}

const pacific = new Intl.DateTimeFormat("en-CA", {
  timeZone: "America/Los_Angeles",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});

/** The day that a quota belongs to: `2026-11-01` in Los Angeles, daylight saving included. */
export const pacificDay = (instant: number): string => pacific.format(instant);

/** When the next Pacific day begins. */
export function nextPacificMidnight(instant: number): number {
  const today = pacificDay(instant);
  let before = instant;
  let after = instant + DAY_MS + 3_600_000;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (pacificDay(middle) === today) before = middle;
    else after = middle;
  }
  return after;
}
