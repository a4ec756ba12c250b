import { expect, test } from "vitest";
import { refusalOf } from "#console/island/api.ts";

const aProblem = (status: number, code: string, retryable: boolean): [Response, string] => [
  new Response(null, { status, headers: { "Content-Type": "application/problem+json" } }),
  JSON.stringify({ code, status, retryable, title: "New uploads are paused", detail: "Maintenance until six." }),
];

test.each([
  ["rate_limited", 429, true],
  ["too_many_open_uploads", 429, false],
  ["uploads_paused", 503, false],
  ["service_unavailable", 503, true],
])("%s is tried again by itself: %s %s", (code, status, again) => {
  expect(refusalOf(...aProblem(status, code, true)).retryable).toBe(again);
});

test("an operator's reason is read by who waits", () => {
  expect(refusalOf(...aProblem(503, "uploads_paused", true)).advice.happened).toBe("New uploads are paused. Maintenance until six.");
});

test.each([
  [502, true],
  [429, true],
  [403, false],
])("%i of something in between is tried again: %s", (status, again) => {
  expect(refusalOf(new Response(null, { status }), "<html>").retryable).toBe(again);
});
