import fc from "fast-check";
import { expect, test } from "vitest";
import { parseBearer } from "#api/headers/authorization.ts";
import { ok } from "#domain/result.ts";
import { hostileText } from "./hostile-text.ts";
import { refusal } from "./refusal.ts";

const unauthorized = refusal("unauthorized");

test.each([
  ["Bearer key_01abc.DEF-_~+/==", "key_01abc.DEF-_~+/=="],
  ["bearer a", "a"],
  ["BEARER a", "a"],
  ["Bearer   a", "a"],
  [`Bearer ${"a".repeat(4089)}`, "a".repeat(4089)],
])("reads %j", (text, token) => {
  expect(parseBearer(text)).toEqual(ok(token));
});

test.each([
  ["", "nothing"],
  ["Bearer", "no token"],
  ["Bearer ", "an empty token"],
  ["Bearera", "no space"],
  ["Bearer\ta", "a tab for the space"],
  ["Basic a", "another scheme"],
  ["a", "no scheme"],
  ["Bearer a b", "two tokens"],
  ["Bearer a, Bearer a", "the field twice"],
  ["Bearer a=b", "an equals sign inside"],
  ["Bearer =", "only padding"],
  ['Bearer "a"', "quotation marks"],
  ["Bearer é", "a letter that is not ASCII"],
  ["Bearer a\n", "a line feed"],
  [`Bearer ${"a".repeat(4090)}`, "4,097 characters"],
])("refuses %j: %s", (text) => {
  expect(parseBearer(text)).toEqual(unauthorized);
});

test("takes or refuses any text, and never repeats it in a refusal", () => {
  fc.assert(
    fc.property(hostileText("Bearer key_s3cret", "Basic czNjcmV0"), (text) => {
      const parsed = parseBearer(text);
      if (parsed.ok) expect(text.endsWith(` ${parsed.value}`)).toBe(true);
      else expect(JSON.stringify(parsed)).not.toMatch(/s3cret|czNjcmV0/);
    }),
    { numRuns: 1000 },
  );
});
