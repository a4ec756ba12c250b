import { expect, test } from "vitest";
import { pacedBy, paceFrom, secondsLeft } from "#console/island/pace.ts";

const steady = (seconds: number, bytesPerSecond: number, from = paceFrom(0, 0)) =>
  Array.from({ length: seconds }).reduce<typeof from>((pace) => pacedBy(pace, pace.at + 1000, pace.bytes + bytesPerSecond), from);

test("says nothing before bytes have been acknowledged", () => {
  expect(secondsLeft(paceFrom(0, 0), 100)).toBeNull();
});

test("is the speed when that is steady, and what is left follows", () => {
  const pace = steady(5, 1_000_000);
  expect(pace.bytesPerSecond).toBeCloseTo(1_000_000);
  expect(secondsLeft(pace, 30_000_000)).toBeCloseTo(30);
});

test("forgets the speed before: after ten seconds about a third of it is left", () => {
  const slower = steady(10, 0, steady(5, 1_000_000));
  expect(slower.bytesPerSecond).toBeCloseTo(1_000_000 / Math.E, -3);
});

test("does not depend on how often it is told", () => {
  const once = pacedBy(steady(1, 500), 6000, 5500);
  const often = steady(5, 1000, steady(1, 500));
  expect(once.bytesPerSecond).toBeCloseTo(often.bytesPerSecond ?? 0);
});

test("has nothing to say of a connection that stands still", () => {
  expect(secondsLeft({ bytesPerSecond: 0.2, at: 0, bytes: 0 }, 100)).toBeNull();
});
