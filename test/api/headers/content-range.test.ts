import fc from "fast-check";
import { expect, test } from "vitest";
import { parseContentRange, receivedRange } from "#api/headers/content-range.ts";
import { ok } from "#domain/result.ts";
import { hostileText, size } from "./hostile-text.ts";
import { invalidHeader } from "./refusal.ts";

test.each([
  ["bytes */*", { kind: "query", total: null }],
  ["bytes */0", { kind: "query", total: 0 }],
  ["bytes */1048576", { kind: "query", total: 1048576 }],
  ["bytes 0-9/10", { kind: "range", start: 0, end: 10, total: 10 }],
  ["bytes 0-0/1", { kind: "range", start: 0, end: 1, total: 1 }],
  ["bytes 5-9/100", { kind: "range", start: 5, end: 10, total: 100 }],
  ["bytes 5-9/*", { kind: "range", start: 5, end: 10, total: null }],
  ["bytes 5-*/100", { kind: "range", start: 5, end: null, total: 100 }],
  ["bytes 100-*/100", { kind: "range", start: 100, end: null, total: 100 }],
  ["bytes 0-*/*", { kind: "range", start: 0, end: null, total: null }],
  ["bytes 0--1/0", { kind: "empty", start: 0, total: 0 }],
  ["bytes 0--1/*", { kind: "empty", start: 0, total: null }],
  ["bytes 1048576-1048575/1048576", { kind: "empty", start: 1048576, total: 1048576 }],
  ["BYTES 5-9/100", { kind: "range", start: 5, end: 10, total: 100 }],
  [" bytes 5-9/100\t", { kind: "range", start: 5, end: 10, total: 100 }],
  ["bytes 0-9007199254740990/9007199254740991", { kind: "range", start: 0, end: Number.MAX_SAFE_INTEGER, total: Number.MAX_SAFE_INTEGER }],
])("reads %j", (text, expected) => {
  expect(parseContentRange(text)).toEqual(ok(expected));
});

test.each([
  ["", "nothing"],
  ["bytes", "only the unit"],
  ["5-9/100", "no unit"],
  ["items 5-9/100", "another unit"],
  ["bytes=5-9/100", "the syntax of Range"],
  ["bytes: 5-9/100", "a colon"],
  ["bytes  5-9/100", "two spaces"],
  ["bytes\t5-9/100", "a tab for the space"],
  ["bytes 5 -9/100", "a space inside"],
  ["bytes 5-9 /100", "a space before the slash"],
  ["bytes 5-9/ 100", "a space after the slash"],
  ["bytes 5-9", "no total"],
  ["bytes 5-9/", "an empty total"],
  ["bytes -9/100", "no first position"],
  ["bytes 5-/100", "no last position"],
  ["bytes *-9/100", "an unknown first position"],
  ["bytes */-1", "a negative total"],
  ["bytes +5-9/100", "a sign"],
  ["bytes 5-9/1e3", "an exponent"],
  ["bytes 0x5-9/100", "hex"],
  ["bytes 5-9/100abc", "letters after the total"],
  ["bytes 5-9/100\nx", "a second line"],
  ["bytes 5-9/100, bytes 5-9/100", "the field twice"],
  ["bytes 5-9,10-19/100", "two ranges"],
  ["bytes 5-3/100", "a last position before the first"],
  ["bytes 5--1/100", "an empty range that is not at its start"],
  ["bytes 0--2/100", "a negative last position"],
  ["bytes 5-100/100", "a last position at the total"],
  ["bytes 101-*/100", "a first position beyond the total"],
  ["bytes 101-100/100", "an empty range beyond the total"],
  ["bytes 0-9007199254740991/*", "an end beyond 2^53-1"],
  ["bytes 9007199254740992-*/*", "a start beyond 2^53-1"],
  ["bytes */9007199254740992", "a total beyond 2^53-1"],
])("refuses %j: %s", (text) => {
  expect(parseContentRange(text)).toEqual(invalidHeader("Content-Range"));
});

test("gives back every range that can be written", () => {
  fc.assert(
    fc.property(size, size, size, fc.boolean(), fc.boolean(), (a, b, c, openEnd, openTotal) => {
      const [start = 0, last = 0, total = 0] = [a, b, c].toSorted((x, y) => x - y);
      fc.pre(last < total);
      const text = `bytes ${start}-${openEnd ? "*" : last}/${openTotal ? "*" : total}`;
      expect(parseContentRange(text)).toEqual(
        ok({ kind: "range", start, end: openEnd ? null : last + 1, total: openTotal ? null : total }),
      );
    }),
  );
});

test("takes or refuses any text, and what it takes is in order", () => {
  fc.assert(
    fc.property(hostileText("bytes 5-9/100", "bytes 0--1/0", "bytes 5-*/*", "bytes */100"), (text) => {
      const parsed = parseContentRange(text);
      if (!parsed.ok) {
        expect(parsed).toEqual(invalidHeader("Content-Range"));
        return;
      }
      const range = parsed.value;
      if (range.total !== null) expect(Number.isSafeInteger(range.total) && range.total >= 0).toBe(true);
      if (range.kind === "query") return;
      expect(Number.isSafeInteger(range.start) && range.start >= 0 && range.start <= (range.total ?? range.start)).toBe(true);
      if (range.kind === "empty" || range.end === null) return;
      expect(range.end > range.start && range.end <= (range.total ?? range.end)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  [0, null],
  [1, "bytes=0-0"],
  [524288, "bytes=0-524287"],
])("says that %i bytes are stored", (offset, header) => {
  expect(receivedRange(offset)).toBe(header);
});
