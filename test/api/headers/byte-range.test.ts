import fc from "fast-check";
import { expect, test } from "vitest";
import { contentRange, ifRangeHolds, parseByteRange, unsatisfiedRange } from "#api/headers/byte-range.ts";
import { httpDate } from "#api/headers/http-date.ts";
import { ok } from "#domain/result.ts";
import { hostileText, size } from "./hostile-text.ts";

const SIZE = 1000;

test.each([
  ["bytes=0-0", 0, 1],
  ["bytes=0-499", 0, 500],
  ["bytes=500-999", 500, 1000],
  ["bytes=500-1000", 500, 1000],
  ["bytes=500-99999999999999999999", 500, 1000],
  ["bytes=999-", 999, 1000],
  ["bytes=0-", 0, 1000],
  ["bytes=-1", 999, 1000],
  ["bytes=-1000", 0, 1000],
  ["bytes=-1001", 0, 1000],
  ["bytes=-99999999999999999999", 0, 1000],
  ["Bytes=0-499", 0, 500],
  ["bytes=0-499,", 0, 500],
  ["bytes=, 0-499 ,", 0, 500],
])("answers %j with one part", (text, start, end) => {
  expect(parseByteRange(text, SIZE)).toEqual(ok({ start, end }));
});

test.each(["bytes=1000-", "bytes=1000-1000", "bytes=99999999999999999999-", "bytes=-0"])("can't satisfy %j", (text) => {
  expect(parseByteRange(text, SIZE)).toEqual({ ok: false, error: { code: "range_not_satisfiable", size: SIZE } });
});

test.each([
  ["", "nothing"],
  ["bytes", "only the unit"],
  ["bytes=", "no range"],
  ["bytes=,", "empty elements"],
  ["bytes=-", "no position"],
  ["bytes=5-3", "a last position before the first"],
  ["bytes=1001-1000", "a last position before the first, beyond the end"],
  ["bytes=0-1,5-6", "two ranges"],
  ["bytes=0-1, bytes=0-1", "the field twice"],
  ["bytes=2000-,0-1", "two ranges of which one can't be satisfied"],
  ["items=0-1", "another unit"],
  ["bytes 0-1", "the syntax of Content-Range"],
  [" bytes=0-1", "a space before"],
  ["bytes =0-1", "a space before the sign"],
  ["bytes=0 -1", "a space inside"],
  ["bytes=+0-1", "a sign"],
  ["bytes=0--1", "a negative position"],
  ["bytes=0x0-1", "hex"],
  ["bytes=0-1e2", "an exponent"],
  ["bytes=0-1\n", "a line feed"],
])("answers %j with the whole: %s", (text) => {
  expect(parseByteRange(text, SIZE)).toEqual(ok(null));
});

test("an empty content has a suffix and no position", () => {
  expect(parseByteRange("bytes=-5", 0)).toEqual(ok(null));
  expect(parseByteRange("bytes=0-", 0)).toEqual({ ok: false, error: { code: "range_not_satisfiable", size: 0 } });
});

test("gives a part of the content, or the whole, or says that it can't", () => {
  fc.assert(
    fc.property(hostileText("bytes=0-499", "bytes=-5", "bytes=500-"), size, (text, bytes) => {
      const range = parseByteRange(text, bytes);
      if (!range.ok) {
        expect(range.error).toEqual({ code: "range_not_satisfiable", size: bytes });
        return;
      }
      if (range.value === null) return;
      expect(range.value.start >= 0 && range.value.start < range.value.end && range.value.end <= bytes).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test("gives every range inside the content as it was asked for", () => {
  fc.assert(
    fc.property(size, size, size, (a, b, c) => {
      const [first = 0, last = 0, total = 0] = [a, b, c].toSorted((x, y) => x - y);
      fc.pre(last < total);
      const range = parseByteRange(`bytes=${first}-${last}`, total);
      expect(range).toEqual(ok({ start: first, end: last + 1 }));
      if (range.ok && range.value !== null) expect(contentRange(range.value, total)).toBe(`bytes ${first}-${last}/${total}`);
    }),
  );
});

test("writes the header of a 416", () => {
  expect(unsatisfiedRange(1000)).toBe("bytes */1000");
});

const lastModified = Date.UTC(2026, 10, 20, 12, 0, 0, 500);
const current = { etag: { weak: false, opaque: "a" }, lastModified };

test.each(['"a"', httpDate(lastModified)])("goes on with the range beside If-Range: %s", (text) => {
  expect(ifRangeHolds(text, current)).toBe(true);
});

test.each(["", "*", "a", '"b"', 'W/"a"', '"a", "b"', httpDate(lastModified + 1000), httpDate(lastModified - 1000), "2026-11-20T12:00:00Z"])(
  "takes the whole beside If-Range: %s",
  (text) => {
    expect(ifRangeHolds(text, current)).toBe(false);
  },
);

test("a weak tag or an unknown date of ours never holds", () => {
  expect(ifRangeHolds('W/"a"', { etag: { weak: true, opaque: "a" }, lastModified })).toBe(false);
  expect(ifRangeHolds(httpDate(lastModified), { ...current, lastModified: null })).toBe(false);
});
