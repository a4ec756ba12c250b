import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkCeiling, chunkEnd, halved, SMALLEST_CHUNK } from "#console/island/chunk.ts";

const MIB = 1024 * 1024;
const aStretch = { offset: 0, size: 1000 * MIB, partBytes: 8 * MIB, ceiling: 88 * MIB, bytesPerSecond: null };

test("a request carries whole parts, as many as it may", () => {
  expect(chunkCeiling({ partBytes: 8 * MIB, maxAppendBytes: 95_000_000 })).toBe(88 * MIB);
  expect(chunkCeiling({ partBytes: 32 * MIB, maxAppendBytes: 1_000_000 })).toBe(1_000_000);
});

test("begins with a megabyte, then takes what four seconds carry", () => {
  expect(chunkEnd(aStretch)).toBe(MIB);
  expect(chunkEnd({ ...aStretch, bytesPerSecond: 5 * MIB })).toBe(16 * MIB);
  expect(chunkEnd({ ...aStretch, bytesPerSecond: 500 * MIB })).toBe(88 * MIB);
  expect(chunkEnd({ ...aStretch, bytesPerSecond: 1 })).toBe(SMALLEST_CHUNK);
});

test("comes back to the edges of parts after it was cut off them", () => {
  expect(chunkEnd({ ...aStretch, offset: 3 * MIB + 17, bytesPerSecond: 5 * MIB })).toBe(16 * MIB);
});

test("always goes on, never beyond the end or the ceiling", () => {
  const stretches = fc.record({
    offset: fc.integer({ min: 0, max: 10 ** 9 }),
    more: fc.integer({ min: 1, max: 10 ** 9 }),
    partMib: fc.integer({ min: 8, max: 32 }),
    ceiling: fc.integer({ min: 1, max: 95_000_000 }),
    bytesPerSecond: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
  });
  fc.assert(
    fc.property(stretches, ({ offset, more, partMib, ceiling, bytesPerSecond }) => {
      const end = chunkEnd({ offset, size: offset + more, partBytes: partMib * MIB, ceiling, bytesPerSecond });
      expect(end).toBeGreaterThan(offset);
      expect(end).toBeLessThanOrEqual(Math.min(offset + more, offset + ceiling));
    }),
  );
});

test("halves down to a size that goes through anything", () => {
  expect(halved(88 * MIB)).toBe(44 * MIB);
  expect(halved(5_000_000)).toBe(9 * SMALLEST_CHUNK);
  expect(halved(SMALLEST_CHUNK)).toBe(SMALLEST_CHUNK);
});
