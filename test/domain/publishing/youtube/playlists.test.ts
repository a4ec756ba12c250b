import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  planPlaylist,
  type PlaylistItem,
  type PlaylistRules,
  type PlaylistStep,
  type PlaylistVideo,
} from "#domain/publishing/youtube/playlists.ts";

const rules = (changes: Partial<PlaylistRules> = {}): PlaylistRules => ({ tags: [], firstVideoId: null, lastVideoId: null, ...changes });
const video = (videoId: string, at: number, tags: readonly string[] = []): PlaylistVideo => ({ videoId, at, tags });
const itemsOf = (...videoIds: string[]): PlaylistItem[] => videoIds.map((videoId, index) => ({ itemId: `item${index}`, videoId }));

/** As YouTube does it: a moved item is taken out first. */
function applied(items: readonly PlaylistItem[], steps: readonly PlaylistStep[]): PlaylistItem[] {
  const list = [...items];
  steps.forEach((step, index) => {
    if (step.kind === "insert") {
      expect(step.position).toBeLessThanOrEqual(list.length);
      list.splice(step.position, 0, { itemId: `new${items.length}-${index}-${step.videoId}`, videoId: step.videoId });
      return;
    }
    const from = list.findIndex(({ itemId }) => itemId === step.itemId);
    expect(list[from]).toMatchObject({ videoId: step.videoId });
    expect(step.position).toBeLessThan(list.length);
    list.splice(step.position, 0, ...list.splice(from, 1));
  });
  return list;
}

const after = (rule: PlaylistRules, items: readonly PlaylistItem[], videos: readonly PlaylistVideo[]): string[] =>
  applied(items, planPlaylist(rule, items, videos)).map(({ videoId }) => videoId);

describe("a playlist gets", () => {
  const videos = [video("c", 3, ["Run", "live"]), video("a", 1, ["run"]), video("b", 2, ["LIVE", "RUN"])];

  test("every video that has all of its tags, in whatever case, by time", () => {
    expect(after(rules({ tags: ["run"] }), [], videos)).toEqual(["a", "b", "c"]);
    expect(after(rules({ tags: ["run", "Live"] }), [], videos)).toEqual(["b", "c"]);
    expect(after(rules({ tags: ["walk"] }), [], videos)).toEqual([]);
    expect(after(rules(), [], videos)).toEqual(["a", "b", "c"]);
  });

  test("what is missing before the first that is later, and leaves others' items beside their neighbours", () => {
    expect(after(rules(), itemsOf("x", "a", "y", "c", "z"), videos)).toEqual(["x", "a", "y", "b", "c", "z"]);
    expect(after(rules(), itemsOf("x", "a"), videos)).toEqual(["x", "a", "b", "c"]);
  });

  test("a place by the time of a video that is there but does not belong", () => {
    expect(after(rules({ tags: ["live"] }), itemsOf("b", "a"), videos)).toEqual(["b", "a", "c"]);
    expect(after(rules({ tags: ["live"] }), itemsOf("c", "a"), videos)).toEqual(["b", "c", "a"]);
  });

  test("no second one of what somebody has put into another place", () => {
    expect(planPlaylist(rules(), itemsOf("c", "a", "b"), videos)).toEqual([]);
  });

  test("its pins at its ends, whatever their time", () => {
    const pinned = rules({ firstVideoId: "c", lastVideoId: "a" });
    expect(after(pinned, [], videos)).toEqual(["c", "b", "a"]);
    expect(after(pinned, itemsOf("a", "x", "c"), videos)).toEqual(["c", "x", "b", "a"]);
    expect(after(pinned, itemsOf("c", "x", "b", "a"), videos)).toEqual(["c", "x", "b", "a"]);
  });

  test("a pin that is somebody's own video only where it is already", () => {
    expect(after(rules({ lastVideoId: "x" }), itemsOf("x", "a"), videos)).toEqual(["a", "b", "c", "x"]);
    expect(after(rules({ firstVideoId: "x" }), itemsOf("a"), videos)).toEqual(["a", "b", "c"]);
  });

  test("a video that is pinned at both ends at the top", () => {
    expect(after(rules({ firstVideoId: "b", lastVideoId: "b" }), itemsOf("a", "b"), videos)).toEqual(["b", "a", "c"]);
  });
});

const ids = ["a", "b", "c", "d", "e", "f"];
const some = fc.record({
  rules: fc.record({
    tags: fc.subarray(["t", "u"]),
    firstVideoId: fc.option(fc.constantFrom(...ids, "x")),
    lastVideoId: fc.option(fc.constantFrom(...ids, "y")),
  }),
  videoIds: fc.array(fc.constantFrom(...ids, "x", "y", "z"), { maxLength: 9 }),
  videos: fc.uniqueArray(
    fc.record({ videoId: fc.constantFrom(...ids), at: fc.integer({ min: 0, max: 4 }), tags: fc.subarray(["T", "U"]) }),
    { selector: ({ videoId }) => videoId },
  ),
});

test("planned again there is nothing to do, and whoever stopped half-way gets to the same", () => {
  fc.assert(
    fc.property(some, fc.nat(), ({ rules: rule, videoIds, videos }, taken) => {
      const items = itemsOf(...videoIds);
      const steps = planPlaylist(rule, items, videos);
      const whole = applied(items, steps);
      expect(planPlaylist(rule, whole, videos)).toEqual([]);
      const half = applied(items, steps.slice(0, taken % (steps.length + 1)));
      const rest = applied(half, planPlaylist(rule, half, videos));
      expect(rest.map(({ videoId }) => videoId)).toEqual(whole.map(({ videoId }) => videoId));
    }),
    { numRuns: 1000 },
  );
});

test("nothing is taken out, nothing but pins is moved, and what belongs is there once more at most", () => {
  fc.assert(
    fc.property(some, ({ rules: rule, videoIds, videos }) => {
      const items = itemsOf(...videoIds);
      const steps = planPlaylist(rule, items, videos);
      const moved = new Set(steps.flatMap((step) => (step.kind === "move" ? [step.itemId] : [])));
      for (const step of steps) if (step.kind === "move") expect([rule.firstVideoId, rule.lastVideoId]).toContain(step.videoId);
      const kept = new Set(items.map(({ itemId }) => itemId).filter((id) => !moved.has(id)));
      const result = applied(items, steps);
      const order = (list: readonly PlaylistItem[]) => list.map(({ itemId }) => itemId).filter((id) => kept.has(id));
      expect(order(result)).toEqual(order(items));
      for (const { videoId, tags } of videos) {
        const before = videoIds.filter((id) => id === videoId).length;
        const belongs = rule.tags.every((tag) => tags.includes(tag.toUpperCase()));
        expect(result.filter((item) => item.videoId === videoId)).toHaveLength(belongs ? Math.max(1, before) : before);
      }
    }),
    { numRuns: 1000 },
  );
});

test("a playlist that we filled alone is in order between its pins", () => {
  fc.assert(
    fc.property(some, ({ rules: rule, videos }) => {
      const times = new Map(videos.map(({ videoId, at }) => [videoId, at]));
      const between = after(rule, [], videos).filter((id) => id !== rule.firstVideoId && id !== rule.lastVideoId);
      const sorted = between.map((id) => times.get(id) ?? Number.NaN);
      expect(sorted).toEqual(sorted.toSorted((one, other) => one - other));
    }),
  );
});
