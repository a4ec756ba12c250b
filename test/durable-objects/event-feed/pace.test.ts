import { describe, expect, test } from "vitest";
import { observe, paceOf, unseen, type Watched } from "#durable-objects/event-feed/pace.ts";
import { newId, NOW } from "../../fakes/builders.ts";

const MB = 1_000_000;

/** Looks at an upload at these seconds, where its offset is so many megabytes; what came of each look. */
function looks(length: number | null, ...seen: readonly (readonly [second: number, megabytes: number])[]) {
  let watched: Watched = unseen(newId("upl"), NOW);
  return seen.map(([second, megabytes]) => {
    const look = observe(watched, { offset: megabytes * MB, length }, NOW + second * 1000);
    watched = look.watched;
    const { rateBps, etaSeconds } = paceOf(watched);
    return { told: look.worthTelling, rateBps, etaSeconds, pauseMs: watched.dueAt - NOW - second * 1000 };
  });
}

describe("the pace of an upload", () => {
  test("is told from the first look on, without a rate as long as nothing has moved", () => {
    expect(looks(100 * MB, [0, 5], [1, 5])).toEqual([
      { told: true, rateBps: 0, etaSeconds: null, pauseMs: 1_000 },
      { told: false, rateBps: 0, etaSeconds: null, pauseMs: 1_000 },
    ]);
  });

  test("is the bytes a second, and says when it will be over", () => {
    expect(looks(100 * MB, [0, 0], [1, 2], [2, 4], [3, 6]).at(-1)).toEqual({ told: true, rateBps: 2 * MB, etaSeconds: 47, pauseMs: 1_000 });
  });

  test("is one rate although bytes come in lumps of a part", () => {
    const seen = looks(null, [0, 0], [8, 8], [9, 8], [15, 8], [16, 16], [24, 24]);
    expect(seen.map(({ rateBps }) => rateBps)).toEqual([0, MB, MB, MB, MB, MB]);
    expect(seen.map(({ told }) => told)).toEqual([true, true, false, false, true, true]);
  });

  test("follows a change within seconds, without jumping", () => {
    const seen = looks(null, [0, 0], [1, 1], ...Array.from({ length: 20 }, (_, index) => [index + 2, 1 + (index + 1) * 3] as const));
    const rates = seen.slice(1).map(({ rateBps }) => rateBps / MB);
    expect(rates[1]).toBeLessThan(1.3);
    expect(rates.at(-1)).toBeGreaterThan(2.6);
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
  });

  test("has no end in sight without a length", () => {
    expect(looks(null, [0, 0], [1, 2]).at(-1)).toMatchObject({ rateBps: 2 * MB, etaSeconds: null });
  });

  test("falls to nothing, told once, when nothing has moved for twenty seconds; and is looked at less and less", () => {
    const seen = looks(100 * MB, [0, 0], [1, 10], [20, 10], [21, 10], [61, 10], [1_000, 10], [1_001, 20]);
    expect(seen.map(({ told, rateBps }) => [told, rateBps > 0])).toEqual([
      [true, false],
      [true, true],
      [false, true],
      [true, false],
      [false, false],
      [false, false],
      [true, true],
    ]);
    expect(seen.map(({ pauseMs }) => pauseMs)).toEqual([1_000, 1_000, 4_750, 5_000, 15_000, 60_000, 1_000]);
  });
});
