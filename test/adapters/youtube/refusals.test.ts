import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refusalOf } from "#adapters/youtube/refusals.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const CONTEXT = { now: NOW, bucket: "units", secrets: ["ya29.token-of-ours", "https://up.example/?upload_id=abc"] } as const;

const refusal = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  refusalOf({ status, headers: new Headers(headers), text: typeof body === "string" ? body : JSON.stringify(body) }, CONTEXT);

const google = (reason: string, message = "Some words.") => ({
  error: { message, errors: [{ domain: "youtube.video", reason, message }] },
});

describe("a reason says", () => {
  test.each([
    [401, "authError", "reauth", null, "youtube.auth_error"],
    [401, "youtubeSignupRequired", "reauth", null, "youtube.youtube_signup_required"],
    [403, "insufficientPermissions", "reauth", null, "youtube.insufficient_permissions"],
    [403, "quotaExceeded", "quota", "units", "youtube.quota_exceeded"],
    [403, "dailyLimitExceeded", "quota", "units", "youtube.daily_limit_exceeded"],
    [400, "uploadLimitExceeded", "quota", "channel", "youtube.upload_limit_exceeded"],
    [403, "rateLimitExceeded", "busy", null, "youtube.rate_limit_exceeded"],
    [403, "userRateLimitExceeded", "busy", null, "youtube.user_rate_limit_exceeded"],
    [429, "uploadRateLimitExceeded", "busy", null, "youtube.upload_rate_limit_exceeded"],
    [409, "SERVICE_UNAVAILABLE", "busy", null, "youtube.service_unavailable"],
    [409, "processingFailure", "busy", null, "youtube.processing_failure"],
    [404, "videoNotFound", "gone", null, "youtube.video_not_found"],
    [400, "videoNotFound", "gone", null, "youtube.video_not_found"],
    [400, "invalidTitle", "final", null, "youtube.invalid_title"],
    [403, "forbidden", "final", null, "youtube.forbidden"],
    [403, "authenticatedUserAccountSuspended", "final", null, "youtube.authenticated_user_account_suspended"],
    [413, "uploadTooLarge", "final", null, "youtube.upload_too_large"],
    [400, "neverHeardOf", "final", null, "youtube.never_heard_of"],
    [403, "constructor", "final", null, "youtube.constructor"],
    // The status decides.
    [503, "quotaExceeded", "busy", null, "youtube.quota_exceeded"],
    [401, "forbidden", "reauth", null, "youtube.forbidden"],
    [404, "quotaExceeded", "gone", null, "youtube.quota_exceeded"],
  ])("%i %s: %s, %s", (status, reason, kind, bucket, code) => {
    expect(refusal(status, google(reason))).toEqual({ kind, bucket, code, detail: "Some words.", retryAfterMs: null });
  });
});

test.each([
  [302, "busy"],
  [400, "final"],
  [401, "reauth"],
  [403, "final"],
  [404, "gone"],
  [408, "busy"],
  [409, "busy"],
  [410, "gone"],
  [412, "final"],
  [413, "final"],
  [429, "busy"],
  [500, "busy"],
  [503, "busy"],
  [599, "busy"],
])("without a reason %i is %s", (status, kind) => {
  for (const body of ["", "null", "[]", '{"error":null}', '{"error":"invalid_grant"}', '{"error":{"errors":[{"reason":5}]}}'])
    expect(refusal(status, body)).toMatchObject({ kind, code: `youtube.http_${status}` });
});

describe("the newer form of Google's errors", () => {
  const details = (reason: string, limit?: string) => ({
    error: {
      message: "Quota exceeded for quota metric 'Queries'.",
      status: "RESOURCE_EXHAUSTED",
      details: [
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, metadata: limit === undefined ? {} : { quota_limit: limit } },
      ],
    },
  });

  test.each([
    [429, "RATE_LIMIT_EXCEEDED", "VideoInsertsPerDayPerProject", "quota", "youtube.rate_limit_exceeded"],
    [429, "RATE_LIMIT_EXCEEDED", "QueriesPerMinutePerUser", "busy", "youtube.rate_limit_exceeded"],
    [403, "RATE_LIMIT_EXCEEDED", "defaultPerDayPerProject", "quota", "youtube.rate_limit_exceeded"],
    [429, "SOMETHING", "defaultPerDayPerProject", "quota", "youtube.something"],
    [403, "SERVICE_DISABLED", undefined, "final", "youtube.service_disabled"],
    [403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", undefined, "reauth", "youtube.access_token_scope_insufficient"],
    [503, "RATE_LIMIT_EXCEEDED", "defaultPerDayPerProject", "busy", "youtube.rate_limit_exceeded"],
  ])("%i %s with %s is %s", (status, reason, limit, kind, code) => {
    expect(refusal(status, details(reason, limit))).toMatchObject({ kind, code, bucket: kind === "quota" ? "units" : null });
  });
});

test.each([
  ["A title is <b>bold</b>.", "A title is bold."],
  ['Exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.', "Exceeded your quota."],
  ["1 &lt; 2 &amp;&amp; &quot;x&quot; it&#39;s &amp;lt;", '1 < 2 && "x" it\'s &lt;'],
  ["a < b and c > d", "a < b and c > d"],
  ["  two\n\nlines\u0000 ", "two lines"],
  ["Token ya29.token-of-ours is bad", "Token … is bad"],
  ["Token ya29.a0Af_of-somebody.else is bad", "Token … is bad"],
  ["Refresh token 1//0abc-def is bad", "Refresh token … is bad"],
  ["At https://up.example/?upload_id=abc there is nothing", "At … there is nothing"],
  ["At /upload?upload_id=xyz&part=id&access_token=t&key=k", "At /upload?upload_id=…&part=id&access_token=…&key=…"],
  ["", "YouTube answered 400."],
  ["<br>", "YouTube answered 400."],
])("%j is passed on as %j", (message, detail) => {
  expect(refusal(400, google("x", message)).detail).toBe(detail);
});

test("words are passed on up to a bound", () => {
  expect(refusal(400, google("x", "y".repeat(300))).detail).toBe("y".repeat(300));
  expect(refusal(400, google("x", "y".repeat(301))).detail).toBe(`${"y".repeat(299)}…`);
  expect(refusal(400, google("x", `${"y".repeat(298)}🎬${"z".repeat(9)}`)).detail).toBe(`${"y".repeat(298)}…`);
});

test("of a page nothing is passed on, of plain text everything", () => {
  expect(refusal(400, "Invalid request.", { "Content-Type": "text/plain; charset=utf-8" }).detail).toBe("Invalid request.");
  expect(refusal(400, "Invalid request.").detail).toBe("Invalid request.");
  expect(refusal(502, "<!DOCTYPE html><title>Error</title>", { "Content-Type": "text/html" }).detail).toBe("YouTube answered 502.");
  expect(refusal(502, "Error", { "Content-Type": "text/html" }).detail).toBe("YouTube answered 502.");
  expect(refusal(502, " <html>Error").detail).toBe("YouTube answered 502.");
});

test.each([
  ["7", 7000],
  ["0", 0],
  ["Fri, 20 Nov 2026 12:00:30 GMT", 30_000],
  ["soon", null],
])("Retry-After %j is %s ms", (header, ms) => {
  expect(refusal(503, "", { "Retry-After": header }).retryAfterMs).toBe(ms);
});

test("a code is ours whatever the reason is", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("a", "B", "c", "_", "9"), minLength: 1, maxLength: 70 })),
      (reason) => {
        expect(refusal(400, google(reason)).code).toMatch(/^youtube\.[a-z0-9_]{1,130}$/);
      },
    ),
  );
});
