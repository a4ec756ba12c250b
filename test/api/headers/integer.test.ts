import fc from "fast-check";
import { expect, test } from "vitest";
import { decimalInteger, nonNegativeInteger } from "#api/headers/integer.ts";
import { ok } from "#domain/result.ts";
import { hostileText, size } from "./hostile-text.ts";
import { invalidHeader } from "./refusal.ts";

test.each([
  ["0", 0],
  ["5", 5],
  ["007", 7],
  ["262144", 262144],
  ["9007199254740991", Number.MAX_SAFE_INTEGER],
])("reads %j", (text, value) => {
  expect(nonNegativeInteger("Upload-Offset", text)).toEqual(ok(value));
});

test.each([
  "",
  "4abc",
  "abc4",
  "-5",
  "+5",
  "-0",
  "1e3",
  "0x5",
  " 5",
  "5 ",
  "\t5",
  "5\n",
  "5,5",
  "5, 5",
  "5.0",
  "5_0",
  "٥",
  "Infinity",
  "NaN",
  "9007199254740992",
  "9007199254740993",
  "00000000000000005",
])("refuses %j", (text) => {
  expect(nonNegativeInteger("Upload-Offset", text)).toEqual(invalidHeader("Upload-Offset"));
});

test("names the header that it was asked about", () => {
  expect(nonNegativeInteger("Upload-Length", "x")).toEqual(invalidHeader("Upload-Length"));
});

test("gives back every exact integer, and of any other text only what it says", () => {
  fc.assert(
    fc.property(size, (value) => {
      expect(decimalInteger(String(value))).toBe(value);
    }),
  );
  fc.assert(
    fc.property(hostileText("12345"), (text) => {
      const value = decimalInteger(text);
      if (value !== null) expect(text.padStart(16, "0")).toBe(String(value).padStart(16, "0"));
    }),
  );
});
