import { expect, test } from "vitest";
import { retryAfterMs } from "#adapters/webhooks/retry-after.ts";

const NOW = Date.UTC(2026, 10, 20, 12);

test.each([
  [null, null],
  ["0", 0],
  ["120", 120_000],
  ["Fri, 20 Nov 2026 12:01:00 GMT", 60_000],
  ["Fri, 20 Nov 2026 11:00:00 GMT", 0],
  ["-1", null],
  ["1.5", null],
  ["soon", null],
  ["2026-11-20T12:01:00Z", null],
  ["12345678901", null],
])("reads %s as %s", (header, expected) => {
  expect(retryAfterMs(header, NOW)).toBe(expected);
});
