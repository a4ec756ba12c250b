import fc from "fast-check";
import { expect, test } from "vitest";
import { fingerprintOf, samplesOf } from "#console/island/fingerprint.ts";

const HALF_MEBIBYTE = 512 * 1024;

const aFile = (size: number, change?: { at: number }): Blob => {
  const bytes = new Uint8Array(size).map((_, index) => (index * 31) % 251);
  if (change !== undefined) bytes[change.at] = 252;
  return new Blob([bytes]);
};

test("reads half a megabyte at most: the beginning and the end always, nothing beyond", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 312 * 1024 ** 3 }), (size) => {
      const samples = samplesOf(size);
      const read = samples.reduce((sum, { start, end }) => sum + end - start, 0);
      expect(read).toBe(Math.min(size, HALF_MEBIBYTE));
      expect(samples[0]?.start).toBe(0);
      expect(samples.at(-1)?.end).toBe(size);
      expect(samples.every(({ start }, index) => start >= (samples[index - 1]?.end ?? 0))).toBe(true);
    }),
  );
});

test("is the same for the same file, and says its version and size", async () => {
  expect(await fingerprintOf(aFile(3_000_000))).toBe(await fingerprintOf(aFile(3_000_000)));
  expect(await fingerprintOf(aFile(3_000_000))).toMatch(/^v1:3000000:[0-9a-f]{64}$/);
});

test.each([0, 2_999_999])("is another when the byte at %i is", async (at) => {
  expect(await fingerprintOf(aFile(3_000_000, { at }))).not.toBe(await fingerprintOf(aFile(3_000_000)));
});

test("is another for another size with the same bytes at hand", async () => {
  expect(await fingerprintOf(new Blob([new Uint8Array(10)]))).not.toBe(await fingerprintOf(new Blob([new Uint8Array(11)])));
});
