import fc from "fast-check";
import { expect, test } from "vitest";
import { CHECKSUM_ALGORITHMS, parseUploadChecksum, writeUploadChecksum } from "#api/headers/tus-checksum.ts";
import { ok } from "#domain/result.ts";
import { hex, hostileText } from "./hostile-text.ts";
import { invalidHeader } from "./refusal.ts";

const EMPTY = {
  sha1: ["2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
  sha256: ["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  crc32c: ["AAAAAA==", "00000000"],
  md5: ["1B2M2Y8AsgTpgAmY7PhCfg==", "d41d8cd98f00b204e9800998ecf8427e"],
} as const;

test.each(CHECKSUM_ALGORITHMS)("reads %s", (algorithm) => {
  const [base64, value] = EMPTY[algorithm];
  expect(parseUploadChecksum(`${algorithm} ${base64}`)).toEqual(ok({ algorithm, value }));
});

test.each(["sha512", "SHA1", "sha-1", "crc32", "md4", "x"])("does not support %s", (algorithm) => {
  expect(parseUploadChecksum(`${algorithm} ${EMPTY.sha1[0]}`)).toEqual({
    ok: false,
    error: { code: "checksum_unsupported", algorithm, supported: ["sha1", "sha256", "crc32c", "md5"] },
  });
});

test.each([
  ["", "nothing"],
  ["sha1", "no digest"],
  ["sha1 ", "an empty digest"],
  [" 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "no algorithm"],
  ["sha1  2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "two spaces"],
  ["sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk= x", "something after the digest"],
  ["sha1:2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "another separator"],
  ["sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk", "no padding"],
  ["sha1 2jmj7l5rSw0yVb_vlWAYkK_YBwk=", "the alphabet of URLs"],
  ["sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709", "hex"],
  ["sha1 1B2M2Y8AsgTpgAmY7PhCfg==", "a digest that is too short"],
  ["md5 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "a digest that is too long"],
  ["sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=, sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "the field twice"],
])("refuses %j: %s", (text) => {
  expect(parseUploadChecksum(text)).toEqual(invalidHeader("Upload-Checksum"));
});

test("reads back whatever it writes", () => {
  const checksum = fc.oneof(
    hex(20).map((value) => ({ algorithm: "sha1" as const, value })),
    hex(32).map((value) => ({ algorithm: "sha256" as const, value })),
    hex(4).map((value) => ({ algorithm: "crc32c" as const, value })),
    hex(16).map((value) => ({ algorithm: "md5" as const, value })),
  );
  fc.assert(
    fc.property(checksum, (value) => {
      expect(parseUploadChecksum(writeUploadChecksum(value))).toEqual(ok(value));
    }),
  );
});

test("takes or refuses any text", () => {
  fc.assert(
    fc.property(hostileText("crc32c AAAAAA==", "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk="), (text) => {
      const parsed = parseUploadChecksum(text);
      if (parsed.ok) expect(writeUploadChecksum(parsed.value)).toBe(text);
      else expect(["invalid_header", "checksum_unsupported"]).toContain(parsed.error.code);
    }),
    { numRuns: 1000 },
  );
});
