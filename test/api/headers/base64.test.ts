import fc from "fast-check";
import { expect, test } from "vitest";
import { base64ToHex, decodeBase64, decodeHex, encodeBase64, encodeHex, hexToBase64 } from "#api/headers/base64.ts";
import { hostileText } from "./hostile-text.ts";

test.each([
  ["", []],
  ["Zg==", [0x66]],
  ["Zm8=", [0x66, 0x6f]],
  ["Zm9v", [0x66, 0x6f, 0x6f]],
  ["+/+/", [0xfb, 0xff, 0xbf]],
])("decodes %j", (text, bytes) => {
  expect(decodeBase64(text)).toEqual(Uint8Array.from(bytes));
});

test.each([
  ["Zg", "no padding"],
  ["Zg=", "half of the padding"],
  ["Zg===", "too much padding"],
  ["Zh==", "pad bits that are not zero"],
  ["Zm9=", "pad bits that are not zero"],
  ["Zg==Zg==", "padding inside"],
  ["Z g==", "a space"],
  ["Zm9v\n", "a line feed"],
  ["-_-_", "the alphabet of URLs"],
  ["Zm9ü", "another alphabet"],
  ["=", "padding alone"],
])("refuses %j: %s", (text) => {
  expect(decodeBase64(text)).toBeNull();
});

test("writes what Node's Buffer writes, and reads it back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      expect(decodeBase64(encodeBase64(bytes))).toEqual(Uint8Array.from(bytes));
      expect(encodeHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
      expect(decodeHex(encodeHex(bytes))).toEqual(Uint8Array.from(bytes));
    }),
  );
});

test("takes one spelling only of every byte string", () => {
  fc.assert(
    fc.property(hostileText("Zm9vYmE=", "Zg=="), (text) => {
      const bytes = decodeBase64(text);
      if (bytes !== null) expect(encodeBase64(bytes)).toBe(text);
    }),
  );
});

test.each(["0", "0g", "AB", "a b", "0x"])("refuses %j as hex", (text) => {
  expect(decodeHex(text)).toBeNull();
});

test("a digest must have the length that it is asked for", () => {
  expect(base64ToHex("4waSgw==", 4)).toBe("e3069283");
  expect(base64ToHex("4waSgw==", 5)).toBeNull();
  expect(base64ToHex("4waSgw==", 3)).toBeNull();
  expect(hexToBase64("e3069283")).toBe("4waSgw==");
  expect(() => hexToBase64("E3069283")).toThrow(TypeError);
});
