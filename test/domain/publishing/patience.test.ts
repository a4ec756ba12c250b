import fc from "fast-check";
import { expect, test } from "vitest";
import { pauseAfter } from "#domain/publishing/patience.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

test("it doubles from two seconds to half an hour", () => {
  expect([1, 2, 3, 10, 11, 24].map((tries) => pauseAfter(tries, null, 0.5))).toEqual([
    2_000,
    4_000,
    8_000,
    1_024_000,
    30 * MINUTE,
    30 * MINUTE,
  ]);
});

test("never shorter than was asked for, and nobody may ask for more than a day", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 0, max: 1e12 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (tries, asked, chance) => {
        const pause = pauseAfter(tries, asked, chance);
        expect(pause).toBeGreaterThanOrEqual(Math.min(asked, DAY));
        expect(pause).toBeLessThanOrEqual(DAY);
      },
    ),
  );
});
