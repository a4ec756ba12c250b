import fc from "fast-check";
import { parseDictionary } from "structured-headers";
import { expect, test } from "vitest";
import { readInteropVersion, readUploadComplete, readUploadLength, readUploadOffset, writeUploadLimit } from "#api/headers/rufh.ts";
import { hostileText } from "./hostile-text.ts";

const only = (name: string, value: string) => ({ get: (asked: string) => (asked === name ? value : null) });
const NONE = { get: () => null };

const integers = [
  ["Upload-Offset", readUploadOffset],
  ["Upload-Length", readUploadLength],
  ["Upload-Draft-Interop-Version", readInteropVersion],
] as const;

test.each(integers)("%s is a structured integer, not negative", (name, read) => {
  for (const [text, value] of [
    ["0", 0],
    ["-0", 0],
    ["007", 7],
    ["8", 8],
    [" 8 ", 8],
    ["8;draft", 8],
    ['8;draft="11"', 8],
    ["999999999999999", 999_999_999_999_999],
  ] as const)
    expect(read(only(name, text)), text).toBe(value);
});

test.each(integers)("%s with any other value is ignored", (name, read) => {
  const others = ["", " ", "-1", "+1", "1e3", "0x1", "1.0", "4abc", "one", '"1"', ":MQ==:", "?1", "@1", "(1)", "1, 1", "1,1", "1;", "1 2"];
  for (const text of [...others, "1000000000000000", "9007199254740993", "é", "\t1"]) expect(read(only(name, text)), text).toBeNull();
  expect(read(NONE)).toBeNull();
});

test("Upload-Complete is a structured boolean", () => {
  for (const text of ["?1", " ?1 ", "?1;reason=end"]) expect(readUploadComplete(only("Upload-Complete", text)), text).toBe(true);
  for (const text of ["?0", "?0;reason"]) expect(readUploadComplete(only("Upload-Complete", text)), text).toBe(false);
});

test("Upload-Complete with any other value is ignored", () => {
  for (const text of ["", "1", "0", "true", "?", "?2", "?10", "? 1", '"?1"', "?1, ?1", "?0,?1", "(?1)", "é"])
    expect(readUploadComplete(only("Upload-Complete", text)), text).toBeNull();
  expect(readUploadComplete(NONE)).toBeNull();
});

test("whatever a header says, it is read or ignored", () => {
  fc.assert(
    fc.property(hostileText("?1", "?0", "0", "123", "8;a=1"), (text) => {
      expect([true, false, null]).toContain(readUploadComplete(only("Upload-Complete", text)));
      for (const [name, read] of integers) {
        const value = read(only(name, text));
        if (value !== null) expect(Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

test("limits are a dictionary of integers, and one without an age has none", () => {
  const text = writeUploadLimit({ maxSize: 335_544_320_000, maxAppendSize: 95_000_000, maxAgeSeconds: 518_400 });
  expect(text).toBe("max-size=335544320000, min-size=0, max-append-size=95000000, max-age=518400");
  expect([...parseDictionary(text).keys()]).toEqual(["max-size", "min-size", "max-append-size", "max-age"]);
  expect(writeUploadLimit({ maxSize: 1, maxAppendSize: 1, maxAgeSeconds: null })).toBe("max-size=1, min-size=0, max-append-size=1");
});
