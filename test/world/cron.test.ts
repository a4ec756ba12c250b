import { afterEach, expect, test, vi } from "vitest";
import { createCronTimer, nextTime, workerTrigger } from "./cron.ts";

afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ["0 * * * *", "2026-11-20T20:59:59.999Z", "2026-11-20T21:00:00.000Z"],
  ["0 * * * *", "2026-11-20T21:00:00.000Z", "2026-11-20T22:00:00.000Z"],
  ["*/30 * * * *", "2026-11-20T20:10:00.000Z", "2026-11-20T20:30:00.000Z"],
  // 2026-11-20 is a Friday; 1 is Sunday.
  ["0 12 * * 1", "2026-11-20T00:00:00.000Z", "2026-11-22T12:00:00.000Z"],
  ["0 12 * * SUN", "2026-11-20T00:00:00.000Z", "2026-11-22T12:00:00.000Z"],
  ["59 23 LW * *", "2026-11-20T00:00:00.000Z", "2026-11-30T23:59:00.000Z"],
])("%s comes after %s at %s", (cron, after, expected) => {
  expect(nextTime(cron, new Date(after))?.toISOString()).toBe(expected);
});

test("fires each trigger at its times, until it is stopped", () => {
  vi.useFakeTimers({ now: new Date("2026-11-20T20:59:58Z") });
  const fired: [string, string][] = [];
  const timer = createCronTimer({
    crons: ["0 * * * *", "0 0 1 1 *"],
    trigger: (cron, at) => {
      fired.push([cron, at.toISOString()]);
      return Promise.resolve(null);
    },
    onLine: () => undefined,
  });
  timer.start();
  vi.advanceTimersByTime(1_999);
  expect(fired).toEqual([]);
  vi.advanceTimersByTime(1 + 3_600_000);
  expect(fired).toEqual([
    ["0 * * * *", "2026-11-20T21:00:00.000Z"],
    ["0 * * * *", "2026-11-20T22:00:00.000Z"],
  ]);
  vi.advanceTimersByTime(42 * 24 * 3_600_000);
  expect(fired.filter(([cron]) => cron === "0 0 1 1 *")).toEqual([["0 0 1 1 *", "2027-01-01T00:00:00.000Z"]]);
  const before = fired.length;
  timer.stop();
  vi.advanceTimersByTime(24 * 3_600_000);
  expect(fired).toHaveLength(before);
});

test("a trigger whose time comes while there is no Worker is skipped", async () => {
  expect(await workerTrigger(() => null)("0 * * * *", new Date())).toBeNull();
});
