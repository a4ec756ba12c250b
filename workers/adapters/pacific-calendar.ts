import type { PacificCalendar, PacificDay } from "#domain/quota/pacific-day.ts";

/** Days in Los Angeles by the platform's own calendar. The last one is remembered: it is asked for with every call. */
export function pacificCalendar(): PacificCalendar {
  const wallClock = new Intl.DateTimeFormat("en-US", {
    timeZone: "America/Los_Angeles",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });

  /** What the clocks there show, as if it were UTC. */
  function shownAt(instant: number): Date {
    const parts = new Map(wallClock.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return new Date(Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")));
  }

  /** Midnight in UTC is the afternoon before there: the clocks never change between that and midnight. */
  const midnightOf = (date: number): number => date + (date - shownAt(date).getTime());

  let last: PacificDay | null = null;
  return (now) => {
    if (last !== null && last.startsAt <= now && now < last.endsAt) return last;
    const shown = shownAt(now);
    const date = (days: number): number => Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate() + days);
    const today = date(0);
    last = { day: new Date(today).toISOString().slice(0, 10), startsAt: midnightOf(today), endsAt: midnightOf(date(1)) };
    return last;
  };
}
