import fc from "fast-check";
import { expect, test } from "vitest";
import type { PacificCalendar } from "#domain/quota/pacific-day.ts";
import { pacificDayByLaw } from "#test/fixtures/pacific-law.ts";

const HOUR_MS = 3600_000;

/** What every calendar of Los Angeles says, in whichever runtime. */
export function pacificCalendarContract(make: () => PacificCalendar): void {
  test.each([
    ["in winter", "2026-11-20T08:00:00Z", "2026-11-20", "2026-11-20T08:00:00Z", "2026-11-21T08:00:00Z"],
    ["a millisecond before midnight", "2026-11-20T07:59:59.999Z", "2026-11-19", "2026-11-19T08:00:00Z", "2026-11-20T08:00:00Z"],
    ["in summer", "2026-07-01T06:59:59Z", "2026-06-30", "2026-06-30T07:00:00Z", "2026-07-01T07:00:00Z"],
    ["before the hour that is not there", "2026-03-08T09:59:59Z", "2026-03-08", "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z"],
    ["after the hour that is not there", "2026-03-08T10:00:00Z", "2026-03-08", "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z"],
    ["in the hour that is there twice", "2026-11-01T08:30:00Z", "2026-11-01", "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z"],
    ["in the same hour again", "2026-11-01T09:30:00Z", "2026-11-01", "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z"],
    ["on a leap day", "2028-02-29T12:00:00Z", "2028-02-29", "2028-02-29T08:00:00Z", "2028-03-01T08:00:00Z"],
    ["before a leap day", "2028-02-29T07:00:00Z", "2028-02-28", "2028-02-28T08:00:00Z", "2028-02-29T08:00:00Z"],
    ["where there is no leap day", "2027-03-01T07:59:00Z", "2027-02-28", "2027-02-28T08:00:00Z", "2027-03-01T08:00:00Z"],
    ["at the year's end", "2027-01-01T07:00:00Z", "2026-12-31", "2026-12-31T08:00:00Z", "2027-01-01T08:00:00Z"],
  ])("tells the day %s", (_when, at, day, starts, ends) => {
    expect(make()(Date.parse(at))).toEqual({ day, startsAt: Date.parse(starts), endsAt: Date.parse(ends) });
  });

  test("has days of 23, 24 and 25 hours that adjoin, as the law makes them", () => {
    const calendar = make();
    const lengths = new Map<number, number>();
    let { startsAt: at } = calendar(Date.UTC(2026, 0, 1, 12));
    for (let count = 0; count < 4 * 365 + 1; count++) {
      const today = calendar(at);
      expect(today).toEqual(pacificDayByLaw(at));
      expect([today.startsAt, calendar(today.endsAt - 1)]).toEqual([at, today]);
      const hours = (today.endsAt - at) / HOUR_MS;
      lengths.set(hours, (lengths.get(hours) ?? 0) + 1);
      at = today.endsAt;
    }
    expect([...lengths].toSorted(([a], [b]) => a - b)).toEqual([
      [23, 4],
      [24, 4 * 365 + 1 - 8],
      [25, 4],
    ]);
  });

  test("says the same in whatever order it is asked, as the law", () => {
    const calendar = make();
    const instant = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2037, 0, 1) });
    const nearby = fc.integer({ min: -30 * HOUR_MS, max: 30 * HOUR_MS });
    fc.assert(
      fc.property(instant, nearby, (at, away) => {
        for (const each of [at, at + away, at]) expect(calendar(each)).toEqual(pacificDayByLaw(each));
      }),
      { numRuns: 300 },
    );
  });
}
