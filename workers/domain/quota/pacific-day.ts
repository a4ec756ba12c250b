/** A day in Los Angeles, whose midnight fills the allowances; it has 23, 24 or 25 hours. */
export type PacificDay = {
  /** `2026-11-20`. */
  readonly day: string;
  /** Epoch milliseconds. */
  readonly startsAt: number;
  /** When the next day starts. */
  readonly endsAt: number;
};

export type PacificCalendar = (now: number) => PacificDay;
