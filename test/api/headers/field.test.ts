import { expect, test } from "vitest";
import { optionalField, requiredField, trimWhitespace } from "#api/headers/field.ts";
import { nonNegativeInteger } from "#api/headers/integer.ts";
import { ok } from "#domain/result.ts";
import { invalidHeader } from "./refusal.ts";

const parse = (text: string) => nonNegativeInteger("Upload-Offset", text);

test("an optional field is null when it is absent, and parsed when it is there", () => {
  expect(optionalField(new Headers(), "Upload-Offset", parse)).toEqual(ok(null));
  expect(optionalField(new Headers({ "upload-offset": "7" }), "Upload-Offset", parse)).toEqual(ok(7));
  expect(optionalField(new Headers({ "upload-offset": "x" }), "Upload-Offset", parse)).toEqual(invalidHeader("Upload-Offset"));
});

test("a required field is missing_header when it is absent", () => {
  expect(requiredField(new Headers(), "Upload-Offset", parse)).toEqual({
    ok: false,
    error: { code: "missing_header", header: "Upload-Offset" },
  });
  expect(requiredField(new Headers({ "upload-offset": "7" }), "Upload-Offset", parse)).toEqual(ok(7));
});

test("a field that is there but empty is not absent", () => {
  expect(requiredField(new Headers({ "upload-offset": "" }), "Upload-Offset", parse)).toEqual(invalidHeader("Upload-Offset"));
});

test("a field that comes twice is one that can't be read", () => {
  const headers = new Headers();
  headers.append("Upload-Offset", "5");
  headers.append("Upload-Offset", "5");
  expect(requiredField(headers, "Upload-Offset", parse)).toEqual(invalidHeader("Upload-Offset"));
});

test("trims the whitespace of HTTP and no other", () => {
  expect(trimWhitespace(" \ta b\t ")).toBe("a b");
  expect(trimWhitespace(" \t ")).toBe("");
  expect(trimWhitespace("\n5\u00a0")).toBe("\n5\u00a0");
});
