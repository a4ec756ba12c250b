import fc from "fast-check";
import { expect, test } from "vitest";
import { parseGoogHash, writeGoogHash } from "#api/headers/goog-hash.ts";
import { ok } from "#domain/result.ts";
import { hex, hostileText } from "./hostile-text.ts";
import { invalidHeader } from "./refusal.ts";

const CRC32C = "crc32c=4waSgw==";
const MD5 = "md5=1B2M2Y8AsgTpgAmY7PhCfg==";
const crc32c = "e3069283";
const md5 = "d41d8cd98f00b204e9800998ecf8427e";

test.each([
  [CRC32C, { crc32c }],
  [MD5, { md5 }],
  [`${CRC32C},${MD5}`, { crc32c, md5 }],
  [`${MD5}, ${CRC32C}`, { crc32c, md5 }],
  [`${MD5}\t,\t${CRC32C}`, { crc32c, md5 }],
  [`${CRC32C}, ${CRC32C}`, { crc32c }],
  [`sha9=AAAA,${CRC32C}`, { crc32c }],
])("reads %j", (text, digests) => {
  expect(parseGoogHash(text)).toEqual(ok(digests));
});

test("reads the fields of one header that comes twice", () => {
  const headers = new Headers();
  headers.append("X-Goog-Hash", CRC32C);
  headers.append("X-Goog-Hash", MD5);
  expect(parseGoogHash(headers.get("X-Goog-Hash") ?? "")).toEqual(ok({ crc32c, md5 }));
});

test.each([
  ["", "nothing"],
  [`${CRC32C},`, "a comma at the end"],
  ["crc32c", "no digest"],
  ["crc32c=", "an empty digest"],
  ["crc32c =4waSgw==", "a space"],
  ["crc32c=e3069283", "hex"],
  ["crc32c=4waSgw", "no padding"],
  ["crc32c=4waSgwA=", "five bytes"],
  ["md5=4waSgw==", "an md5 of four bytes"],
  ["CRC32C=4waSgw==", "a name in upper case"],
  [`${CRC32C},crc32c=AAAAAA==`, "two digests that differ"],
  [`${CRC32C} ${MD5}`, "no comma"],
])("refuses %j: %s", (text) => {
  expect(parseGoogHash(text)).toEqual(invalidHeader("X-Goog-Hash"));
});

test("writes those digests that it has names for", () => {
  expect(writeGoogHash({ md5, crc32c, sha256: "00" })).toBe(`${CRC32C},${MD5}`);
  expect(writeGoogHash({ crc32c })).toBe(CRC32C);
  expect(writeGoogHash({ sha256: "00" })).toBeNull();
});

test("reads back whatever it writes", () => {
  fc.assert(
    fc.property(fc.record({ crc32c: hex(4), md5: hex(16) }, { requiredKeys: ["crc32c"] }), (digests) => {
      expect(parseGoogHash(writeGoogHash(digests) ?? "")).toEqual(ok({ ...digests }));
    }),
  );
});

test("takes or refuses any text", () => {
  fc.assert(
    fc.property(hostileText(CRC32C, `${CRC32C},${MD5}`), (text) => {
      const parsed = parseGoogHash(text);
      if (!parsed.ok) {
        expect(parsed).toEqual(invalidHeader("X-Goog-Hash"));
        return;
      }
      expect(parsed.value.crc32c ?? crc32c).toMatch(/^[0-9a-f]{8}$/);
      expect(parsed.value.md5 ?? md5).toMatch(/^[0-9a-f]{32}$/);
    }),
    { numRuns: 1000 },
  );
});
