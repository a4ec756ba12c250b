import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextHole, place } from "#durable-objects/upload-session/placement.ts";

const plan = { partBytes: 10, attempts: 1 };
const MOST = 1_000;

/** An upload of which these slots hold so much. */
function upload(filled: Readonly<Record<number, number>>, length: number | null = 35) {
  const held = (slot: number): number => filled[slot] ?? 0;
  return { plan, length, maxBytes: 100, held, offset: nextHole(plan, length, held, 0) };
}

const range = (start: number, end: number | null, bodyBytes: number | null = end === null ? null : end - start) =>
  ({ at: { kind: "range", start, end }, bodyBytes, maxAppendBytes: MOST }) as const;
const exact = (offset: number, bodyBytes: number | null = null) =>
  ({ at: { kind: "exact", offset }, bodyBytes, maxAppendBytes: MOST }) as const;

describe("placing a request's bytes", () => {
  it.each([
    ["a first byte", {}, exact(0, 5), { start: 0, writeAt: 0, limit: 5 }],
    ["the next byte", { 0: 10, 1: 3 }, exact(13, 2), { start: 13, writeAt: 13, limit: 15 }],
    ["a body of unknown length", { 0: 4 }, exact(4), { start: 4, writeAt: 4, limit: 35 }],
    ["bytes that were sent before", { 0: 10, 1: 3 }, range(5, 20), { start: 5, writeAt: 13, limit: 20 }],
    ["a range at a slot's start, ahead of the offset", {}, range(20, 30), { start: 20, writeAt: 20, limit: 30 }],
    ["a range that goes on in a slot ahead", { 2: 4 }, range(24, 30), { start: 24, writeAt: 24, limit: 30 }],
    ["a range over a slot that is full", { 2: 10 }, range(20, 35), { start: 20, writeAt: 30, limit: 35 }],
    ["nothing, at the end", { 0: 10, 1: 10, 2: 10, 3: 5 }, exact(35, 0), { start: 35, writeAt: 35, limit: 35 }],
  ] as const)("takes %s", (_what, filled, command, placement) => {
    expect(place(upload(filled), command)).toEqual({ ok: true, value: placement });
  });

  it.each([
    ["an offset behind", { 0: 4 }, exact(3, 1), { code: "offset_mismatch", expected: 4, received: 3 }],
    ["an offset ahead", { 0: 4 }, exact(5, 1), { code: "offset_mismatch", expected: 4, received: 5 }],
    ["a range that leaves a gap", { 0: 4 }, range(5, 9), { code: "range_gap", expected: 4, received: 5, partBytes: 10 }],
    [
      "a range ahead that is not at a slot's start",
      { 2: 3 },
      range(24, 30),
      { code: "range_gap", expected: 0, received: 24, partBytes: 10 },
    ],
    ["a body longer than its range", {}, range(0, 5, 6), { code: "body_length_mismatch", expected: 5, received: 6 }],
    ["a range past the end", {}, range(30, 36), { code: "length_exceeded", length: 35 }],
    ["a body past the end", { 0: 10 }, exact(10, 26), { code: "length_exceeded", length: 35 }],
    ["more than a request may carry", {}, { ...exact(0, 6), maxAppendBytes: 5 }, { code: "append_too_large", maxBytes: 5 }],
  ] as const)("refuses %s", (_what, filled, command, failure) => {
    expect(place(upload(filled), command)).toEqual({ ok: false, error: failure });
  });

  it("refuses what is more than any upload may have while the length is not known", () => {
    expect(place(upload({}, null), range(0, 101))).toEqual({
      ok: false,
      error: { code: "upload_too_large", maxBytes: 100, receivedBytes: 101 },
    });
  });

  it("finds the first hole as a byte array would", () => {
    const slots = fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(slots, fc.integer({ min: 0, max: 35 }), (fills, from) => {
        const bytes = fills.flatMap((filled) => Array.from({ length: 10 }, (_, index) => index < filled)).slice(0, 35);
        const held = (slot: number): number => Math.min(fills[slot] ?? 0, 35 - slot * 10);
        const hole = bytes.findIndex((there, index) => index >= from && !there);
        expect(nextHole(plan, 35, held, from)).toBe(hole === -1 ? 35 : hole);
      }),
    );
  });
});
