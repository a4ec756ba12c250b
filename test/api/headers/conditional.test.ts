import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ifMatchHolds,
  ifNoneMatchHolds,
  matchesStrongly,
  matchesWeakly,
  parseEntityTag,
  parseEntityTags,
  writeEntityTag,
  type EntityTagCondition,
} from "#api/headers/conditional.ts";
import { ok } from "#domain/result.ts";
import { hostileText } from "./hostile-text.ts";
import { invalidHeader } from "./refusal.ts";

const strong = (opaque: string) => ({ weak: false, opaque });
const weak = (opaque: string) => ({ weak: true, opaque });
const listed = (...tags: { weak: boolean; opaque: string }[]): EntityTagCondition => ({ kind: "listed", tags });
const any: EntityTagCondition = { kind: "any" };

test.each<[string, EntityTagCondition]>([
  ["*", any],
  ['"a"', listed(strong("a"))],
  ['W/"a"', listed(weak("a"))],
  ['""', listed(strong(""))],
  ['"a", W/"b","c"', listed(strong("a"), weak("b"), strong("c"))],
  ['"a,b"', listed(strong("a,b"))],
  [' , "a" ,, ', listed(strong("a"))],
  ['"\u00e9"', listed(strong("\u00e9"))],
])("reads %j", (text, condition) => {
  expect(parseEntityTags("If-Match", text)).toEqual(ok(condition));
});

test.each([
  "",
  ",",
  "a",
  '"a',
  'a"',
  "'a'",
  'w/"a"',
  'W/ "a"',
  'W"a"',
  '"a" "b"',
  '"a b"',
  '"a"b',
  '*, "a"',
  '"a", *',
  "* ",
  '"\u0100"',
  '"a"\n',
])("refuses %j", (text) => {
  expect(parseEntityTags("If-None-Match", text)).toEqual(invalidHeader("If-None-Match"));
});

test("reads one tag where one is asked for", () => {
  expect(parseEntityTag('"a"')).toEqual(strong("a"));
  expect(parseEntityTag('W/"a"')).toEqual(weak("a"));
  for (const text of ["*", "", '"a", "b"', '"a",', ' "a"', "a"]) expect(parseEntityTag(text)).toBeNull();
});

// RFC 9110 §8.8.3.2, the table of its example.
test.each([
  [weak("1"), weak("1"), false, true],
  [weak("1"), weak("2"), false, false],
  [weak("1"), strong("1"), false, true],
  [strong("1"), strong("1"), true, true],
  [strong("1"), strong("2"), false, false],
])("compares %j with %j", (a, b, strongly, weakly) => {
  expect([matchesStrongly(a, b), matchesStrongly(b, a)]).toEqual([strongly, strongly]);
  expect([matchesWeakly(a, b), matchesWeakly(b, a)]).toEqual([weakly, weakly]);
});

test.each([
  [any, strong("a"), true, false],
  [any, null, false, true],
  [listed(strong("a")), strong("a"), true, false],
  [listed(strong("b"), strong("a")), strong("a"), true, false],
  [listed(weak("a")), strong("a"), false, false],
  [listed(strong("a")), weak("a"), false, false],
  [listed(strong("b")), strong("a"), false, true],
  [listed(strong("a")), null, false, true],
])("%j beside %j: If-Match %j, If-None-Match %j", (condition, current, match, noneMatch) => {
  expect(ifMatchHolds(condition, current)).toBe(match);
  expect(ifNoneMatchHolds(condition, current)).toBe(noneMatch);
});

test("reads back whatever it writes", () => {
  const tag = fc.record({ weak: fc.boolean(), opaque: fc.stringMatching(/^[!#-~]{0,20}$/) });
  fc.assert(
    fc.property(fc.array(tag, { minLength: 1, maxLength: 5 }), (tags) => {
      expect(parseEntityTags("If-Match", tags.map(writeEntityTag).join(", "))).toEqual(
        ok({ kind: "listed", tags: tags.map((each) => ({ ...each })) }),
      );
    }),
  );
});

test("takes or refuses any text", () => {
  fc.assert(
    fc.property(hostileText('"a", W/"b"', "*"), (text) => {
      const parsed = parseEntityTags("If-Match", text);
      if (!parsed.ok) expect(parsed).toEqual(invalidHeader("If-Match"));
      else if (parsed.value.kind === "any") expect(text).toBe("*");
      else for (const tag of parsed.value.tags) expect(text).toContain(writeEntityTag(tag));
    }),
    { numRuns: 1000 },
  );
});
