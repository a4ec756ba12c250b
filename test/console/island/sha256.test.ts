import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hexOf, sha256 } from "#console/island/sha256.ts";

const digestOf = (...pieces: readonly Uint8Array[]): string => {
  const digest = sha256();
  for (const piece of pieces) digest.update(piece);
  return hexOf(digest.digest());
};

/** FIPS 180-4's examples, as NIST publishes them. */
test.each([
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"],
])("%j has the digest of the standard", (text, expected) => {
  expect(digestOf(new TextEncoder().encode(text))).toBe(expected);
});

test("is the same however the bytes come", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (pieces) => {
      expect(digestOf(...pieces)).toBe(createHash("sha256").update(Buffer.concat(pieces)).digest("hex"));
    }),
  );
});

test("counts bits beyond 2^32", () => {
  const piece = new Uint8Array(32 * 1024 * 1024).fill(7);
  const pieces = Array.from({ length: 17 }, () => piece);
  const reference = createHash("sha256");
  for (const each of pieces) reference.update(each);
  expect(digestOf(...pieces)).toBe(reference.digest("hex"));
}, 60_000);
