import { expect, it } from "vitest";
import { backoffMs } from "#domain/backoff.ts";

const pauses = { firstMs: 5_000, longestMs: 600_000 };

it("doubles from the first pause to the longest", () => {
  expect([1, 2, 3, 7, 8, 30].map((failures) => backoffMs(pauses, failures, 0.5))).toEqual([
    5_000, 10_000, 20_000, 320_000, 600_000, 600_000,
  ]);
});

it("spreads what failed together", () => {
  expect([0, 0.5, 1].map((chance) => backoffMs(pauses, 2, chance))).toEqual([7_500, 10_000, 12_500]);
});
