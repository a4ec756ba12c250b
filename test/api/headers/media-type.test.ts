import fc from "fast-check";
import { expect, test } from "vitest";
import { isMediaType, parseMediaType, requireMediaType } from "#api/headers/media-type.ts";
import { ok } from "#domain/result.ts";
import { hostileText } from "./hostile-text.ts";
import { invalidHeader } from "./refusal.ts";

const parse = (text: string) => parseMediaType("Content-Type", text);

test.each([
  ["video/mp4", "video/mp4"],
  ["Video/MP4", "video/mp4"],
  [" video/mp4\t", "video/mp4"],
  ["application/offset+octet-stream", "application/offset+octet-stream"],
  ["application/vnd.apple.mpegurl", "application/vnd.apple.mpegurl"],
  ["video/mp4;codecs=avc1", "video/mp4"],
  ['video/mp4 ; codecs="avc1.42E01E, mp4a.40.2" ; x=y', "video/mp4"],
  ['video/mp4; a="\\"; b=\\\\"', "video/mp4"],
  ["video/mp4;", "video/mp4"],
  ["video/mp4; ;a=b", "video/mp4"],
])("reads %j", (text, essence) => {
  expect(parse(text)).toEqual(ok(essence));
});

test.each([
  ["", "nothing"],
  ["video", "no subtype"],
  ["video/", "an empty subtype"],
  ["/mp4", "an empty type"],
  ["*/*", "a pattern"],
  ["video/*", "a pattern"],
  ["video /mp4", "a space"],
  ['@@@;c="a/b"', "a type inside a parameter only"],
  ["video/mp4/x", "two slashes"],
  ["video/mp4 codecs=avc1", "no semicolon"],
  ["video/mp4; codecs", "no value"],
  ["video/mp4; codecs=", "an empty value"],
  ["video/mp4; codecs =avc1", "a space in a parameter"],
  ['video/mp4; codecs="avc1', "no closing quotation mark"],
  ['video/mp4; codecs="a"b', "something after the quotation mark"],
  ["video/mp4, video/mp4", "the field twice"],
  ["video/mp4\r\nX-Evil: 1", "a line of its own"],
  ['video/mp4; a="\r\nX-Evil: 1"', "a line of its own in a string"],
  ["vidéo/mp4", "a letter that is not ASCII"],
])("refuses %j: %s", (text) => {
  expect(parse(text)).toEqual(invalidHeader("Content-Type"));
});

test("takes 255 characters and no more", () => {
  const text = (length: number) => `a/b;c=${"d".repeat(length - 6)}`;
  expect(parse(text(255)).ok).toBe(true);
  expect(parse(text(256))).toEqual(invalidHeader("Content-Type"));
});

test("names the header that it was asked about", () => {
  expect(parseMediaType("X-Upload-Content-Type", "x")).toEqual(invalidHeader("X-Upload-Content-Type"));
});

test("compares without case and parameters", () => {
  expect(isMediaType("Application/Offset+Octet-Stream; v=1", "application/offset+octet-stream")).toBe(true);
  expect(isMediaType("application/octet-stream", "application/offset+octet-stream")).toBe(false);
  expect(isMediaType("application/offset+octet-stream x", "application/offset+octet-stream")).toBe(false);
  expect(isMediaType(null, "application/offset+octet-stream")).toBe(false);
});

test("says which type it expected", () => {
  expect(requireMediaType("video/mp4", "video/mp4")).toEqual(ok("video/mp4"));
  for (const received of ["video/webm", null]) {
    expect(requireMediaType(received, "video/mp4")).toEqual({
      ok: false,
      error: { code: "unsupported_media_type", received, expected: "video/mp4" },
    });
  }
});

test("takes or refuses any text, and what it takes can go into a header", () => {
  fc.assert(
    fc.property(hostileText("video/mp4", 'video/mp4; codecs="avc1.42E01E, mp4a.40.2"; x=y'), (text) => {
      const parsed = parse(text);
      if (parsed.ok) expect(parsed.value).toMatch(/^[!-~]+\/[!-~]+$/);
      else expect(parsed).toEqual(invalidHeader("Content-Type"));
    }),
    { numRuns: 1000 },
  );
});
