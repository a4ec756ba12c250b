import fc from "fast-check";
import { expect, test } from "vitest";
import { parseFilename, writeContentDisposition } from "#api/headers/content-disposition.ts";
import { ok } from "#domain/result.ts";
import { hostileText } from "./hostile-text.ts";
import { invalidHeader } from "./refusal.ts";

test.each([
  ['attachment; filename="video.mp4"', "video.mp4"],
  ["attachment; filename=video.mp4", "video.mp4"],
  ['form-data; name="f"; filename="a \\"b\\".mp4"', 'a "b".mp4'],
  ["attachment; filename*=UTF-8''%e2%82%ac.mp4", "€.mp4"],
  ["attachment; filename=\"EURO.mp4\"; filename*=UTF-8''%e2%82%ac.mp4", "€.mp4"],
  ['attachment; filename="../../etc/passwd"', "passwd"],
  ['attachment; filename="C:\\\\films\\\\a.mp4"', "a.mp4"],
  ["attachment", null],
  ["inline; x=y", null],
])("reads %j", (text, name) => {
  expect(parseFilename(text)).toEqual(ok(name));
});

test.each([
  ['attachment; filename=""', "an empty name"],
  ['attachment; filename=".."', "the folder above"],
  ['attachment; filename="a/"', "a folder"],
  ["attachment; filename*=UTF-8''a%0d%0ab", "a line of its own"],
  [`attachment; filename="${"a".repeat(256)}"`, "256 characters"],
])("refuses %j: %s", (text) => {
  expect(parseFilename(text)).toEqual(invalidHeader("Content-Disposition"));
});

test("writes an ASCII name as it is and any other one twice", () => {
  expect(writeContentDisposition("attachment", "video.mp4")).toBe("attachment; filename=video.mp4");
  expect(writeContentDisposition("inline", 'a "b".mp4')).toBe('inline; filename="a \\"b\\".mp4"');
  expect(writeContentDisposition("attachment", "€.mp4")).toBe("attachment; filename=\"?.mp4\"; filename*=UTF-8''%E2%82%AC.mp4");
});

test("reads back whatever it writes", () => {
  const characters = fc.constantFrom("a", ".", " ", "%", "%41", "é", "🎬", '"', "'", ";", "=", "*");
  fc.assert(
    fc.property(fc.string({ unit: characters, minLength: 1, maxLength: 10 }), (name) => {
      fc.pre(name !== "." && name !== "..");
      expect(parseFilename(writeContentDisposition("attachment", name))).toEqual(ok(name));
    }),
    { numRuns: 1000 },
  );
});

test("writes one header of printable ASCII, whatever the name", () => {
  fc.assert(
    fc.property(hostileText("video.mp4"), (name) => {
      expect(writeContentDisposition("attachment", name)).toMatch(/^attachment; filename[ -~]*$/);
    }),
    { numRuns: 1000 },
  );
});

test("takes or refuses any text", () => {
  fc.assert(
    fc.property(hostileText('attachment; filename="video.mp4"', "attachment; filename*=UTF-8''%e2%82%ac.mp4"), (text) => {
      const parsed = parseFilename(text);
      if (parsed.ok) expect(parsed.value ?? "none").toMatch(/^[^/\\\p{Cc}]+$/u);
      else expect(parsed).toEqual(invalidHeader("Content-Disposition"));
    }),
    { numRuns: 1000 },
  );
});
