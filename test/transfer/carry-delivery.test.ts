import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunksOf } from "../../workers/transfer/chunk.ts";
import { GRAIN, type Trouble } from "./peer.ts";
import { aCarriage } from "./simulation.ts";

const TROUBLES: readonly Trouble[] = ["none", "away", "lost_reply", "cut", "short", "gone", "quota", "reauth", "killed"];

describe("carrying a delivery, with the machine that decides on it", () => {
  test("a film arrives whole, in chunks that are multiples of the grain, and is committed to before its last bytes", async () => {
    const { peer, run, film, stages } = aCarriage({ size: 30, troubles: [] });
    const state = await run();
    expect(state.stage.status).toBe("processing");
    expect(peer.videos).toEqual([{ id: state.remoteId, bytes: film }]);
    expect(peer.inserts).toBe(1);
    expect(stages).toEqual(["waiting", "transferring", "committing", "processing"]);
  });

  test.each<[string, readonly Trouble[], string]>([
    ["away before the session", ["away"], "processing"],
    ["the session's reply lost", ["lost_reply"], "processing"],
    ["killed as the session was opened", ["killed"], "processing"],
    ["cut in the middle", ["none", "cut"], "processing"],
    ["fewer bytes kept than sent", ["none", "short"], "processing"],
    ["killed in the middle", ["none", "none", "killed"], "processing"],
    ["the last reply lost", ["none", "none", "none", "lost_reply"], "processing"],
    ["killed at the last byte", ["none", "none", "none", "killed"], "processing"],
    ["the session gone in the middle", ["none", "gone"], "processing"],
    ["the session gone after the last bytes left", ["none", "none", "none", "gone"], "unknown"],
    ["the grant no longer good", ["reauth", "reauth"], "processing"],
    ["the inserts used up", ["quota"], "processing"],
    ["away for ever", Array.from({ length: 100 }, () => "away" as const), "failed"],
  ])("%s", async (_, troubles, status) => {
    const { peer, run, film } = aCarriage({ size: 30, troubles });
    const state = await run();
    expect(state.stage.status).toBe(status);
    expect(peer.videos.map(({ bytes }) => bytes)).toEqual(status === "processing" ? [film] : []);
  });

  test("whatever goes wrong, there is one video at most, it is the film, and nobody claims another outcome", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.constantFrom(...TROUBLES), { maxLength: 25 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (size, troubles, chance) => {
          const { peer, run, film } = aCarriage({ size, troubles, chance });
          const state = await run();
          expect(peer.overlapped).toBe(false);
          expect(peer.videos.length).toBeLessThanOrEqual(1);
          for (const video of peer.videos) expect(video.bytes).toEqual(film);
          switch (state.stage.status) {
            case "processing":
              expect(peer.videos.map(({ id }) => id)).toEqual([state.remoteId]);
              break;
            case "failed":
              expect(peer.videos).toEqual([]);
              break;
            case "unknown":
              break;
            default:
              throw new Error(`it ends as ${state.stage.status}`);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test("cancelled in the middle: no video, and the session is given up", async () => {
    const { peer, run } = aCarriage({ size: 30, troubles: [], cancelAt: 2 });
    const state = await run();
    expect(state.stage.status).toBe("cancelled");
    expect(peer.videos).toEqual([]);
    expect(peer.abandoned).toHaveLength(1);
  });

  test("a message that comes twice is carried once", async () => {
    const { peer, run, film } = aCarriage({ size: 30, troubles: [], twice: true });
    const state = await run();
    expect(state.stage.status).toBe("processing");
    expect(peer.videos.map(({ bytes }) => bytes)).toEqual([film]);
    expect(peer.overlapped).toBe(false);
    expect(peer.inserts).toBe(1);
  });

  test("an empty file is refused for good, before it costs anything", async () => {
    const { peer, run } = aCarriage({ size: 0, troubles: [] });
    const { stage } = await run();
    expect(stage).toMatchObject({ status: "failed", failure: { code: "youtube.empty_file", retryable: false } });
    expect(peer.inserts).toBe(0);
  });
});

describe("how much goes into one request", () => {
  const plan = chunksOf({ grain: GRAIN, first: 8 * GRAIN, largest: 64 * GRAIN });

  test("twenty seconds' worth, in whole grains, within bounds", () => {
    expect(plan.after(100, 1_000)).toBe(64 * GRAIN);
    expect(plan.after(10, 10_000)).toBe(5 * GRAIN);
    expect(plan.after(GRAIN, 3600_000)).toBe(GRAIN);
    expect(plan.after(GRAIN, 0)).toBe(64 * GRAIN);
  });
});
