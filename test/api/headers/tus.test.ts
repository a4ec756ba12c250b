import fc from "fast-check";
import { expect, test } from "vitest";
import {
  checkTusVersion,
  parseMethodOverride,
  parseUploadDeferLength,
  parseUploadLength,
  parseUploadOffset,
  readCreationLength,
} from "#api/headers/tus.ts";
import { ok } from "#domain/result.ts";
import { hostileText } from "./hostile-text.ts";
import { invalidHeader } from "./refusal.ts";

test("takes version 1.0.0 and answers precondition_failed to any other", () => {
  expect(checkTusVersion("1.0.0")).toEqual(ok("1.0.0"));
  for (const text of [null, "", "1.0.1", "1.0", "1.0.0, 1.0.0", "0.2.2", "v1.0.0", " 1.0.0"]) {
    expect(checkTusVersion(text)).toMatchObject({ ok: false, error: { code: "precondition_failed" } });
  }
});

test.each([
  ["Upload-Offset", parseUploadOffset],
  ["Upload-Length", parseUploadLength],
])("%s is a non-negative integer", (header, parse) => {
  expect(parse("0")).toEqual(ok(0));
  expect(parse("70")).toEqual(ok(70));
  for (const text of ["", "-5", "4abc", "5, 5", "9007199254740992"]) expect(parse(text)).toEqual(invalidHeader(header));
});

test("Upload-Defer-Length is 1 and nothing else", () => {
  expect(parseUploadDeferLength("1")).toEqual(ok(true));
  for (const text of ["", "0", "2", "01", "true", "1, 1", "1 "])
    expect(parseUploadDeferLength(text)).toEqual(invalidHeader("Upload-Defer-Length"));
});

const creation = (fields: Record<string, string>, kind: "whole" | "partial" | "final" = "whole") =>
  readCreationLength(new Headers(fields), kind);

test.each(["whole", "partial"] as const)("a %s upload announces its length or defers it", (kind) => {
  expect(creation({ "Upload-Length": "100" }, kind)).toEqual(ok(100));
  expect(creation({ "Upload-Length": "0" }, kind)).toEqual(ok(0));
  expect(creation({ "Upload-Defer-Length": "1" }, kind)).toEqual(ok(null));
});

test("a creation that says neither misses a header", () => {
  expect(creation({})).toEqual({ ok: false, error: { code: "missing_header", header: "Upload-Length" } });
});

test("a creation that says both contradicts itself", () => {
  expect(creation({ "Upload-Length": "100", "Upload-Defer-Length": "1" })).toEqual(invalidHeader("Upload-Defer-Length"));
});

test("a creation whose length or deferral is malformed is refused even if the other is well-formed", () => {
  expect(creation({ "Upload-Length": "-5" })).toEqual(invalidHeader("Upload-Length"));
  expect(creation({ "Upload-Length": "-5", "Upload-Defer-Length": "1" })).toEqual(invalidHeader("Upload-Length"));
  expect(creation({ "Upload-Defer-Length": "0" })).toEqual(invalidHeader("Upload-Defer-Length"));
  expect(creation({ "Upload-Length": "5", "Upload-Defer-Length": "0" })).toEqual(invalidHeader("Upload-Defer-Length"));
});

test("a final upload says neither", () => {
  expect(creation({}, "final")).toEqual(ok(null));
  expect(creation({ "Upload-Length": "100" }, "final")).toEqual(invalidHeader("Upload-Length"));
  expect(creation({ "Upload-Defer-Length": "1" }, "final")).toEqual(invalidHeader("Upload-Defer-Length"));
});

test.each(["HEAD", "POST", "PATCH", "DELETE"])("the method may be overridden by %s", (method) => {
  expect(parseMethodOverride(method)).toEqual(ok(method));
});

test.each(["", "patch", "PATCH ", "PATCH, PATCH", "PUT", "TRACE", "CONNECT", "PATCH\r\nX: y"])(
  "the method may not be overridden by %j",
  (method) => {
    expect(parseMethodOverride(method)).toEqual(invalidHeader("X-HTTP-Method-Override"));
  },
);

test("no text throws", () => {
  fc.assert(
    fc.property(hostileText("1.0.0", "1", "PATCH", "100"), (text) => {
      expect(checkTusVersion(text).ok).toBe(text === "1.0.0");
      expect(parseUploadDeferLength(text).ok).toBe(text === "1");
      expect(parseMethodOverride(text).ok).toBe(["HEAD", "POST", "PATCH", "DELETE"].includes(text));
    }),
  );
});
