import { expect, test } from "vitest";
import { jsonLog } from "#adapters/log.ts";

function logged() {
  const lines: { level: string; line: string }[] = [];
  return {
    log: jsonLog((level, line) => lines.push({ level, line })),
    lines,
    last: () => JSON.parse(lines.at(-1)?.line ?? "null") as Record<string, unknown>,
  };
}

test("writes one JSON line with what it was given, and always a request id", () => {
  const { log, lines, last } = logged();
  log.with({ request_id: "req_1" }).warn("odd", { status: 409, code: "offset_mismatch" });
  expect(lines[0]?.level).toBe("warn");
  expect(last()).toEqual({ level: "warn", event: "odd", request_id: "req_1", status: 409, code: "offset_mismatch" });
  log.info("bare");
  expect(last()).toEqual({ level: "info", event: "bare", request_id: null });
});

test("leaves out what has no name here, whatever object it is handed", () => {
  const { log, lines } = logged();
  const fields = { status: 200, authorization: "Bearer secret", path: "/files/x" };
  log.info("request", fields);
  expect(lines[0]?.line).not.toMatch(/secret|files/);
});

test.each([
  ["a handle", "no upl_01k0fzq1y9m3s8v7c2d5e6r4ta.abcDEF_-123", "abcDEF"],
  ["an API key", "no key_01k0fzq1y9m3s8v7c2d5e6r4ta_abcDEF_-123", "abcDEF"],
  ["a header", "sent Bearer abcDEF.123", "abcDEF"],
  ["a signing secret", "with whsec_abcDEF+/=", "abcDEF"],
  ["an access token", "for ya29.a0-abcDEF.1_2", "abcDEF"],
  ["a refresh token", "refresh_token=1//0gabcDEF-0123456789_xyz", "abcDEF"],
  ["an authorization code", "code 4/0AabcDEF-0123456789_xyz", "abcDEF"],
  ["a client's secret", "client_secret=GOCSPX-abcDEF_1-2", "abcDEF"],
])("does not quote %s out of an exception", (_what, message, secret) => {
  const { log, lines, last } = logged();
  log.error("failed", { cause: new TypeError(message) });
  expect(lines[0]?.line).not.toContain(secret);
  expect(last()["cause"]).toMatchObject({ name: "TypeError" });
});

test("takes what is thrown and is no error", () => {
  const { log, last } = logged();
  log.error("failed", { cause: "just text" });
  expect(last()["cause"]).toEqual({ name: "string", message: "just text" });
});
