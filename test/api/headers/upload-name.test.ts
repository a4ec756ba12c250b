import fc from "fast-check";
import { expect, test } from "vitest";
import { fileNameFault, parseUploadName } from "#api/headers/upload-name.ts";
import { ok } from "#domain/result.ts";
import { hostileText } from "./hostile-text.ts";
import { refusal } from "./refusal.ts";

const invalidRequest = refusal("invalid_request");

test.each([
  ["video.mp4", "video.mp4"],
  ["a", "a"],
  ["my%20video.mp4", "my video.mp4"],
  ["a+b", "a+b"],
  ["%F0%9F%8E%AC.mp4", "🎬.mp4"],
  ["...", "..."],
  [".hidden", ".hidden"],
  ["a..b", "a..b"],
  ["a%5Cb", "a\\b"],
  ["%2541", "%41"],
  ["%F0%9F%8E%AC".repeat(255), "🎬".repeat(255)],
])("reads %j", (segment, name) => {
  expect(parseUploadName(segment)).toEqual(ok(name));
});

test.each([
  ["", "nothing"],
  [".", "this folder"],
  ["..", "the folder above"],
  ["%2E%2e", "the folder above, encoded"],
  ["a/b", "a slash"],
  ["a%2Fb", "a slash, encoded"],
  ["a%00", "a null"],
  ["a%0D%0Ab", "a line of its own"],
  ["a%7F", "a delete"],
  ["a%C2%85", "a control character of C1"],
  ["a%E2%80%A8b", "a line separator"],
  ["\ud800", "half of a character"],
  ["%", "half of an encoding"],
  ["%zz", "an encoding that is not hex"],
  ["%FF", "bytes that are not UTF-8"],
  ["%C0%AF", "an overlong slash"],
  ["a".repeat(256), "256 characters"],
])("refuses %j: %s", (segment) => {
  expect(parseUploadName(segment)).toEqual(invalidRequest);
});

test("reads back every name that it allows", () => {
  const characters = fc.constantFrom("a", ".", "/", " ", "%", "é", "🎬", "\n", "\ud800", "\\", "?", "#");
  fc.assert(
    fc.property(fc.string({ unit: characters, maxLength: 10 }), (name) => {
      if (fileNameFault(name) === null) expect(parseUploadName(encodeURIComponent(name))).toEqual(ok(name));
    }),
  );
});

test("takes or refuses any segment", () => {
  fc.assert(
    fc.property(hostileText("my%20video.mp4", "%F0%9F%8E%AC"), (segment) => {
      const parsed = parseUploadName(segment);
      if (parsed.ok) expect(parsed.value).toMatch(/^[^/\p{Cc}]+$/u);
      else expect(parsed).toEqual(invalidRequest);
    }),
    { numRuns: 1000 },
  );
});
