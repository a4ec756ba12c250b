import { expect, test } from "vitest";
import { pauseAfter, STANDARD_SCHEDULE_MS } from "#domain/webhooks/schedule.ts";

const HOUR = 3_600_000;
const pauses = { schedule: STANDARD_SCHEDULE_MS, chance: 0 };

test("is the standard's: ten attempts in a little more than three days", () => {
  expect(STANDARD_SCHEDULE_MS.map((pauseMs) => pauseMs / 1000)).toEqual([0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
  const total = STANDARD_SCHEDULE_MS.reduce((sum, pauseMs) => sum + pauseMs, 0);
  expect(total / HOUR).toBeCloseTo(75.58, 2);
});

test("ends after the last attempt", () => {
  expect(pauseAfter(9, null, pauses)).toBe(24 * HOUR);
  expect(pauseAfter(10, null, pauses)).toBeNull();
});

test("spreads every pause by up to a tenth of it, never below it", () => {
  expect([0, 0.5, 1].map((chance) => pauseAfter(2, null, { ...pauses, chance }))).toEqual([300_000, 315_000, 330_000]);
});

test.each([
  [null, 5_000],
  [0, 5_000],
  [4_999, 5_000],
  [60_000, 60_000],
  [24 * HOUR, 24 * HOUR],
  [365 * 24 * HOUR, 24 * HOUR],
  [-1, 5_000],
])("is lengthened by a wish of %s ms to %d ms, by a day at most", (wish, expected) => {
  expect(pauseAfter(1, wish, pauses)).toBe(expected);
});

test("is not brought back to life by a wish once it is over", () => {
  expect(pauseAfter(10, HOUR, pauses)).toBeNull();
});
