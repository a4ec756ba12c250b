import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  MAX_PART_NUMBER,
  MAX_UPLOAD_BYTES,
  MIB,
  partBytesFor,
  partNumber,
  partPlan,
  slotCapacity,
  slotOf,
  slotStart,
} from "#domain/uploads/part-plan.ts";

const GIB = 1024 * MIB;

describe("part plan", () => {
  it.each([
    [0, 8, 4],
    [1, 8, 4],
    [19 * GIB, 8, 4],
    [20 * GIB, 9, 4],
    [78 * GIB, 32, 4],
    [150 * GIB, 32, 2],
    [MAX_UPLOAD_BYTES, 32, 1],
  ])("gives an upload of %d bytes parts of %d MiB and %d numbers each", (bytes, mib, attempts) => {
    expect(partPlan(bytes)).toEqual({ partBytes: mib * MIB, attempts });
  });

  it("never runs out of numbers, keeps their order that of the slots, and gives none twice within a band", () => {
    const size = fc.integer({ min: 1, max: Math.floor(MAX_UPLOAD_BYTES / MIB) }).map((mib) => mib * MIB);
    fc.assert(
      fc.property(size, fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 6 }), (bytes, where, attempt) => {
        const plan = partPlan(bytes);
        const slots = Math.ceil(bytes / plan.partBytes);
        const slot = Math.min(slots - 1, Math.floor(where * slots));
        const { number, contested } = partNumber(plan, slot, attempt);
        expect(number).toBeGreaterThanOrEqual(1);
        expect(number).toBeLessThanOrEqual(MAX_PART_NUMBER);
        expect(contested).toBe(attempt >= plan.attempts);
        expect(number).toBeLessThan(partNumber(plan, slot + 1, 0).number);
        if (attempt > 0 && !contested) expect(number).toBeGreaterThan(partNumber(plan, slot, attempt - 1).number);
      }),
    );
  });

  it("has a part size that grows with the upload and fits it into R2's numbers", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_UPLOAD_BYTES }), (bytes) => {
        const partBytes = partBytesFor(bytes);
        expect(partBytes % MIB).toBe(0);
        expect(Math.ceil(bytes / partBytes)).toBeLessThanOrEqual(MAX_PART_NUMBER);
      }),
    );
  });

  it("counts slots from their starts, and the last by what is left", () => {
    const plan = { partBytes: 10, attempts: 1 };
    expect([0, 9, 10, 25].map((offset) => slotOf(plan, offset))).toEqual([0, 0, 1, 2]);
    expect(slotStart(plan, 2)).toBe(20);
    expect([0, 2, 3].map((slot) => slotCapacity(plan, slot, 25))).toEqual([10, 5, 0]);
    expect(slotCapacity(plan, 2, null)).toBe(10);
  });
});
