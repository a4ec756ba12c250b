import { describe, expect, it } from "vitest";
import { OverLimit, readAtHand, type Reading, readRanges } from "#domain/media/reading.ts";

const LIMITS = { bytes: 1_000_000, requests: 3 };
const file = new Uint8Array(4_000_000);

/** Asks for spans of `bytes` until it is stopped, and tells how often it was answered. */
function* asking(bytes: number, makesDo: boolean): Reading<number> {
  let answered = 0;
  try {
    for (let at = 0; ; at += 500_000) {
      yield { start: at, end: at + bytes };
      answered += 1;
    }
  } catch (cause) {
    if (!(makesDo && cause instanceof OverLimit)) throw cause;
    return answered;
  }
}

const ways = {
  "at hand": async (reading: Reading<number>) => readAtHand(reading, file, LIMITS),
  "in ranges": (reading: Reading<number>) =>
    readRanges(reading, { length: file.length, read: async ({ start, end }) => file.slice(start, end) }, LIMITS),
};

describe.each(Object.entries(ways))("a reading %s", (_way, read) => {
  it("is stopped when it asks too often, or for too much", async () => {
    await expect(read(asking(10, false))).rejects.toBeInstanceOf(OverLimit);
    await expect(read(asking(400_000, false))).rejects.toBeInstanceOf(OverLimit);
  });

  it("may make do with what it was given", async () => {
    expect(await read(asking(10, true))).toBe(3);
    expect(await read(asking(400_000, true))).toBe(2);
  });
});
