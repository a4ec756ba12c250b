import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_METADATA_BYTES, MAX_METADATA_PAIRS, parseUploadMetadata, writeUploadMetadata } from "#api/headers/tus-metadata.ts";
import { ok } from "#domain/result.ts";
import { hostileText } from "./hostile-text.ts";
import { invalidHeader } from "./refusal.ts";

test.each([
  ["filename d29ybGRfZG9taW5hdGlvbl9wbGFuLnBkZg==,is_confidential", { filename: "world_domination_plan.pdf", is_confidential: "" }],
  ["filename d29ybGRfZG9taW5hdGlvbl9wbGFuLnBkZg==,is_confidential ", { filename: "world_domination_plan.pdf", is_confidential: "" }],
  ["a YQ==, b Yg==", { a: "a", b: "b" }],
  ["a YQ==\t,\tb Yg==", { a: "a", b: "b" }],
  ["name w6k=", { name: "é" }],
  ["bom 77u/YQ==", { bom: "\ufeffa" }],
  ["latin1 6Q==", { latin1: "6Q==" }],
  ["A YQ==,a Yg==", { A: "a", a: "b" }],
  ['k/~!=" YQ==', { 'k/~!="': "a" }],
])("reads %j and keeps it for the echo", (raw, values) => {
  expect(parseUploadMetadata(raw)).toEqual(ok({ raw, values }));
});

test("keeps a key that objects know otherwise", () => {
  const parsed = parseUploadMetadata("__proto__ YQ==");
  expect(parsed.ok && Object.entries(parsed.value.values)).toEqual([["__proto__", "a"]]);
});

test.each([
  ["", "no pair"],
  [",", "empty pairs"],
  ["a YQ==,", "a comma at the end"],
  ["a YQ==,,b Yg==", "an empty pair"],
  ["a YQ==,a Yg==", "a key twice"],
  ["a YQ==,a YQ==", "the same pair twice"],
  ["é YQ==", "a key that is not ASCII"],
  ["a\u0007 YQ==", "a control character in a key"],
  ["a  YQ==", "two spaces"],
  ["a YQ== Yg==", "two values"],
  ["a\tYQ==", "a tab for the space"],
  ["a YQ", "no padding"],
  ["a YR==", "pad bits that are not zero"],
  ["a YQ-_", "the alphabet of URLs"],
  ["a YQ==\r\nX-Evil: 1", "a line of its own"],
  ["a YQ==;b Yg==", "another separator"],
])("refuses %j: %s", (text) => {
  expect(parseUploadMetadata(text)).toEqual(invalidHeader("Upload-Metadata"));
});

test("takes as many pairs and bytes as it says, and not one more", () => {
  const pairs = Array.from({ length: MAX_METADATA_PAIRS }, (_, i) => `k${i}`);
  expect(parseUploadMetadata(pairs.join(",")).ok).toBe(true);
  expect(parseUploadMetadata([...pairs, "k"].join(","))).toEqual(invalidHeader("Upload-Metadata"));

  const value = "AAAA".repeat(MAX_METADATA_BYTES / 4 - 1);
  expect(parseUploadMetadata(`abc ${value}`).ok).toBe(true);
  expect(parseUploadMetadata(`abcd ${value}`)).toEqual(invalidHeader("Upload-Metadata"));
});

test("writes what other dialects said, as far as tus can spell it", () => {
  expect(writeUploadMetadata({ filename: "é.mp4", empty: "", "has space": "x", "has,comma": "x", "": "x", ü: "x" })).toBe(
    "filename w6kubXA0,empty",
  );
  expect(writeUploadMetadata({})).toBeNull();
  expect(writeUploadMetadata({ "has space": "x" })).toBeNull();
});

test("leaves out what would pass the limits and keeps the rest", () => {
  const many = Object.fromEntries(Array.from({ length: MAX_METADATA_PAIRS + 1 }, (_, i) => [`k${i}`, "v"]));
  expect(writeUploadMetadata(many)?.split(",")).toHaveLength(MAX_METADATA_PAIRS);
  expect(writeUploadMetadata({ first: "1", large: "x".repeat(MAX_METADATA_BYTES), last: "2" })).toBe("first MQ==,last Mg==");
});

test("writes exactly as many bytes as it reads", () => {
  // 6,141 bytes are 8,188 of base64: with "abc " 8,192.
  const value = "x".repeat(6141);
  expect(writeUploadMetadata({ abc: value })).toHaveLength(MAX_METADATA_BYTES);
  expect(writeUploadMetadata({ abcd: value })).toBeNull();
  expect(writeUploadMetadata({ a: "", b: value })).toHaveLength(MAX_METADATA_BYTES);
  expect(writeUploadMetadata({ a: "", bc: value })).toBe("a");
});

test("reads back whatever it writes", () => {
  const key = fc.stringMatching(/^[!-+\--~]{1,8}$/);
  fc.assert(
    fc.property(
      fc.dictionary(key, fc.string({ unit: fc.constantFrom("a", " ", ",", "é", "日", "🎬", "\n", "\0"), maxLength: 20 }), {
        minKeys: 1,
        maxKeys: 10,
      }),
      (values) => {
        const raw = writeUploadMetadata(values) ?? "";
        expect(parseUploadMetadata(raw)).toEqual(ok({ raw, values: { ...values } }));
      },
    ),
  );
});

test("takes or refuses any text, and echoes nothing that could begin a header of its own", () => {
  fc.assert(
    fc.property(hostileText("filename d29ybGQ=,empty,b Yg=="), (text) => {
      const parsed = parseUploadMetadata(text);
      if (!parsed.ok) {
        expect(parsed).toEqual(invalidHeader("Upload-Metadata"));
        return;
      }
      expect(parsed.value.raw).toBe(text);
      expect(text).toMatch(/^[\t\x20-\x7e]+$/);
    }),
    { numRuns: 1000 },
  );
});
