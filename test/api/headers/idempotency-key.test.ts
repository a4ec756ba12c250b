import fc from "fast-check";
import { expect, test } from "vitest";
import { parseIdempotencyKey } from "#api/headers/idempotency-key.ts";
import { ok } from "#domain/result.ts";
import { hostileText } from "./hostile-text.ts";
import { invalidHeader } from "./refusal.ts";

test.each([
  ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', "8e03978e-40d5-43dd-bc93-6894a57f9324"],
  ["8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"],
  ["a", "a"],
  ["order:1/2?x=y;z", "order:1/2?x=y;z"],
  ['"with space, comma"', "with space, comma"],
  ['"a\\"b\\\\c"', 'a"b\\c'],
  ['"a";v=1', "a"],
  ["x".repeat(255), "x".repeat(255)],
  [`"${"x".repeat(255)}"`, "x".repeat(255)],
])("reads %j", (text, key) => {
  expect(parseIdempotencyKey(text)).toEqual(ok(key));
});

test.each([
  ["", "nothing"],
  ['""', "an empty string"],
  ['"a', "no closing quotation mark"],
  ['a"', "a quotation mark at the end"],
  ['"a"b', "something after the string"],
  ['"a", "a"', "the field twice, quoted"],
  ["a, a", "the field twice, bare"],
  ["a,a", "a list"],
  ["a b", "a space"],
  ["é", "a letter that is not ASCII"],
  ['"é"', "a quoted letter that is not ASCII"],
  ['"a\\b"', "an escape that does not exist"],
  ["a\u0007", "a control character"],
  ["x".repeat(256), "256 characters"],
  [`"${"x".repeat(256)}"`, "256 quoted characters"],
])("refuses %j: %s", (text) => {
  expect(parseIdempotencyKey(text)).toEqual(invalidHeader("Idempotency-Key"));
});

test("a key is the same quoted and bare", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[!#-+\--[\]-~]{1,40}$/), (key) => {
      expect(parseIdempotencyKey(key)).toEqual(ok(key));
      expect(parseIdempotencyKey(`"${key}"`)).toEqual(ok(key));
    }),
  );
});

test("takes or refuses any text, and a key is 1 to 255 printable characters", () => {
  fc.assert(
    fc.property(hostileText('"8e03978e"', "8e03978e", '"a\\"b"'), (text) => {
      const parsed = parseIdempotencyKey(text);
      if (parsed.ok) expect(parsed.value).toMatch(/^[ -~]{1,255}$/);
      else expect(parsed).toEqual(invalidHeader("Idempotency-Key"));
    }),
    { numRuns: 1000 },
  );
});
