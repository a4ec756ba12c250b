import fc from "fast-check";
import { expect, test } from "vitest";
import { parseContentDigest, parseReprDigest, parseWantReprDigest, writeReprDigest } from "#api/headers/digest-fields.ts";
import { ok } from "#domain/result.ts";
import { hex, hostileText } from "./hostile-text.ts";
import { invalidHeader } from "./refusal.ts";

// RFC 9530 appendix B: the digests of {"hello": "world"} and a line feed; the others are of nothing, and of 123456789.
const SHA_256 = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
const SHA_256_HEX = "44aff4ab2d7c3250525675a08f0cfa9591168cffe51791c5f5bbc417c15a6c38";
const SHA_512 = "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:";
const SHA = "sha=:2jmj7l5rSw0yVb/vlWAYkK/YBwk=:";
const SHA_HEX = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
const MD5 = "md5=:1B2M2Y8AsgTpgAmY7PhCfg==:";
const MD5_HEX = "d41d8cd98f00b204e9800998ecf8427e";
const CRC32C = "crc32c=:4waSgw==:";
const CRC32C_HEX = "e3069283";

test.each([
  [SHA_256, { sha256: SHA_256_HEX }],
  [MD5, { md5: MD5_HEX }],
  [CRC32C, { crc32c: CRC32C_HEX }],
  [`${SHA_256}, ${CRC32C},${MD5}`, { sha256: SHA_256_HEX, crc32c: CRC32C_HEX, md5: MD5_HEX }],
  [SHA_512, {}],
  [SHA, {}],
  [`unknown=:AA==:, ${SHA_256}`, { sha256: SHA_256_HEX }],
  [`unknown=5, ${SHA_256}`, { sha256: SHA_256_HEX }],
  [`unknown, ${SHA_256}`, { sha256: SHA_256_HEX }],
  [`${SHA_256};v=1`, { sha256: SHA_256_HEX }],
])("reads the whole's digests in %j", (text, digests) => {
  expect(parseReprDigest(text)).toEqual(ok(digests));
});

test.each([
  [`${SHA_256}, ${SHA_512}, ${SHA}, ${MD5}, ${CRC32C}`, { algorithm: "sha256", value: SHA_256_HEX }],
  [`${CRC32C}, ${MD5}, ${SHA}`, { algorithm: "sha1", value: SHA_HEX }],
  [`${CRC32C}, ${MD5}`, { algorithm: "md5", value: MD5_HEX }],
  [CRC32C, { algorithm: "crc32c", value: CRC32C_HEX }],
  [SHA_512, null],
  ["unknown=:AA==:", null],
])("picks the strongest digest of a body in %j that can be checked", (text, checksum) => {
  expect(parseContentDigest(text)).toEqual(ok(checksum));
});

test.each([
  ["", "nothing"],
  [",", "no member"],
  ["sha-256", "no value"],
  ["sha-256=", "an empty value"],
  [`${SHA_256},`, "a comma at the end"],
  [`sha-256=${SHA_256_HEX}`, "hex"],
  [`sha-256="RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="`, "a string"],
  ["sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=", "the syntax of RFC 3230"],
  [SHA_256.replace("sha-256", "SHA-256"), "a key in upper case"],
  [SHA_256.replace("RK/", "RK_"), "the alphabet of URLs"],
  [SHA_256.replace("RK/0", ""), "three bytes less"],
  [SHA_256.replace("RK/0", "RK/0AAAA"), "three bytes more"],
  [SHA_512.replace("YMAa", ""), "a short digest that we would ignore"],
  [SHA.replace("2jmj", ""), "a short sha"],
  [MD5.replace("1B2M", ""), "a short md5"],
  ["crc32c=:4waSgwA=:", "a long crc32c"],
  [SHA_256.slice(0, -1), "no closing colon"],
  [`sha-256=(${SHA_256.slice("sha-256=".length)})`, "an inner list"],
  [`${SHA_256} ${MD5}`, "no comma"],
])("refuses %j: %s", (text) => {
  expect(parseReprDigest(text)).toEqual(invalidHeader("Repr-Digest"));
  expect(parseContentDigest(text)).toEqual(invalidHeader("Content-Digest"));
});

test.each([
  ["sha-256=1", ["sha256"]],
  ["crc32c=3, sha-256=10, md5=5", ["sha256", "md5", "crc32c"]],
  ["md5=5, sha-256=5", ["md5", "sha256"]],
  ["sha-256=0, crc32c=1", ["crc32c"]],
  ["sha-512=10, sha=3, unknown=9", []],
  ["unknown=:AA==:, sha-256=2", ["sha256"]],
])("reads what is wanted in %j", (text, algorithms) => {
  expect(parseWantReprDigest(text)).toEqual(ok(algorithms));
});

test.each([
  "",
  "sha-256",
  "sha-256=-1",
  "sha-256=11",
  "sha-256=1.5",
  "sha-256=?1",
  'sha-256="1"',
  "sha-256=(1)",
  "sha-256=4abc",
  "sha-512=11",
])("refuses to want %j", (text) => {
  expect(parseWantReprDigest(text)).toEqual(invalidHeader("Want-Repr-Digest"));
});

test("writes the digests that are asked for and known, SHA-256 unless told", () => {
  const digests = { sha256: SHA_256_HEX, crc32c: CRC32C_HEX, blake3: SHA_256_HEX };
  expect(writeReprDigest(digests)).toBe(SHA_256);
  expect(writeReprDigest(digests, ["crc32c", "sha256"])).toBe(`${CRC32C}, ${SHA_256}`);
  expect(writeReprDigest(digests, ["md5"])).toBeNull();
  expect(writeReprDigest(digests, ["blake3"])).toBeNull();
  expect(writeReprDigest({})).toBeNull();
  expect(writeReprDigest(digests, [])).toBeNull();
});

test("reads back whatever it writes", () => {
  const digests = fc.record({ sha256: hex(32), crc32c: hex(4), md5: hex(16) }, { requiredKeys: ["sha256"] });
  fc.assert(
    fc.property(digests, (value) => {
      expect(parseReprDigest(writeReprDigest(value, ["sha256", "crc32c", "md5"]) ?? "")).toEqual(ok({ ...value }));
    }),
  );
});

test("takes or refuses any text", () => {
  fc.assert(
    fc.property(hostileText(SHA_256, `${CRC32C}, ${MD5}`, "sha-256=1"), (text) => {
      const whole = parseReprDigest(text);
      if (whole.ok) for (const value of Object.values(whole.value)) expect(value).toMatch(/^(?:[0-9a-f]{8}|[0-9a-f]{32}|[0-9a-f]{64})$/);
      else expect(whole).toEqual(invalidHeader("Repr-Digest"));
      expect(parseContentDigest(text).ok).toBe(whole.ok);
      const wanted = parseWantReprDigest(text);
      if (!wanted.ok) expect(wanted).toEqual(invalidHeader("Want-Repr-Digest"));
    }),
    { numRuns: 1000 },
  );
});
