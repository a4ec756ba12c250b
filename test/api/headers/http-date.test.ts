import fc from "fast-check";
import { expect, test } from "vitest";
import { httpDate, parseHttpDate } from "#api/headers/http-date.ts";
import { hostileText } from "./hostile-text.ts";

const EXAMPLE = "Sun, 06 Nov 1994 08:49:37 GMT";

test("writes the example of RFC 9110 §5.6.7, to the second below", () => {
  expect(httpDate(784111777000)).toBe(EXAMPLE);
  expect(httpDate(784111777999)).toBe(EXAMPLE);
  expect(parseHttpDate(EXAMPLE)).toBe(784111777000);
});

test.each([
  ["", "nothing"],
  ["Mon, 06 Nov 1994 08:49:37 GMT", "another day of the week"],
  ["Sun, 6 Nov 1994 08:49:37 GMT", "a day of one digit"],
  ["Sun, 06 Nov 1994 08:49:37 UTC", "another zone"],
  ["Sun, 06 Nov 1994 08:49:37 +0000", "an offset"],
  ["Sun, 06 Nov 1994 08:49:37", "no zone"],
  ["Sun, 06 Nov 1994 24:49:37 GMT", "an hour that does not exist"],
  ["Wed, 31 Feb 1994 08:49:37 GMT", "a day that does not exist"],
  ["sun, 06 nov 1994 08:49:37 gmt", "lower case"],
  ["Sunday, 06-Nov-94 08:49:37 GMT", "RFC 850"],
  ["Sun Nov  6 08:49:37 1994", "asctime"],
  ["Sun Nov 06 1994 08:49:37 GMT+0000 (Coordinated Universal Time)", "Date.toString"],
  ["1994-11-06T08:49:37Z", "RFC 3339"],
  ["784111777", "seconds"],
  [` ${EXAMPLE}`, "a space"],
])("refuses %j: %s", (text) => {
  expect(parseHttpDate(text)).toBeNull();
});

test("reads back whatever it writes", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true }), (date) => {
      const seconds = Math.floor(date.getTime() / 1000) * 1000;
      expect(httpDate(date.getTime())).toMatch(/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/);
      expect(parseHttpDate(httpDate(date.getTime()))).toBe(seconds);
    }),
  );
});

test("takes one spelling only of every second", () => {
  fc.assert(
    fc.property(hostileText(EXAMPLE), (text) => {
      const date = parseHttpDate(text);
      if (date !== null) expect(httpDate(date)).toBe(text);
    }),
    { numRuns: 1000 },
  );
});
