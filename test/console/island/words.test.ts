import { expect, test } from "vitest";
import type { z } from "zod";
import { PROBLEMS } from "#api/problem-table.ts";
import type { lookSchema } from "#api/routes/media/look-schema.ts";
import { ADVICE, adviceFor } from "#console/island/advice.ts";
import { backoffMs, nextPollMs } from "#console/island/backoff.ts";
import { lookInWords } from "#console/island/look-words.ts";
import { bytesInWords, leftInWords, lengthInWords } from "#console/island/measures.ts";
import { markPassed, percentOf } from "#console/island/milestones.ts";
import { whoStarts, type Turn } from "#console/island/queue.ts";

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1000, "1.0 kB"],
  [9_940, "9.9 kB"],
  [12_345_678, "12 MB"],
  [999_999, "1.0 MB"],
  [335_544_320_000, "336 GB"],
])("%i bytes are %s", (bytes, words) => {
  expect(bytesInWords(bytes)).toBe(words);
});

test.each([
  [0.4, "a few seconds left"],
  [12, "about 15 seconds left"],
  [70, "about a minute left"],
  [600, "about 10 minutes left"],
  [3700, "about an hour left"],
  [40_000, "about 11 hours left"],
  [400_000, "about 5 days left"],
])("%i seconds are %s", (seconds, words) => {
  expect(leftInWords(seconds)).toBe(words);
});

test("footage has hours only when it is that long", () => {
  expect([lengthInWords(59.6), lengthInWords(3723)]).toEqual(["1:00", "1:02:03"]);
});

test("never says a hundred percent", () => {
  expect([percentOf(0, 0), percentOf(499, 1000), percentOf(1000, 1000)]).toEqual([0, 49, 99]);
});

test("tells each mark once, the highest of those that were passed", () => {
  expect([markPassed(0, 24), markPassed(24, 25), markPassed(25, 49), markPassed(3, 80), markPassed(80, 99)]).toEqual([
    null,
    25,
    null,
    75,
    null,
  ]);
});

test("begins three at a time, in their order", () => {
  const turns: Turn[] = ["working", "parked", "waiting", "waiting", "waiting"];
  const all = turns.map((turn, place) => ({ turn, place }));
  expect(whoStarts(all).map(({ place }) => place)).toEqual([2, 3]);
  expect(whoStarts(all, 1)).toEqual([]);
});

test("waits longer each time, up to half a minute, never less than half of it", () => {
  expect([1, 2, 3, 20].map((attempt) => backoffMs(attempt, 0))).toEqual([250, 500, 1000, 15_000]);
  expect(backoffMs(20, 0.999)).toBeLessThanOrEqual(30_000);
});

test("asks less and less often while nothing changes", () => {
  expect([nextPollMs(2000, false), nextPollMs(50_000, false), nextPollMs(50_000, true)]).toEqual([4000, 60_000, 2000]);
});

test("every code that has words of its own is one of the API's", () => {
  expect(Object.keys(ADVICE).filter((code) => !(code in PROBLEMS))).toEqual([]);
});

test("a refusal without words of its own is told in those of the API, with the request's id", () => {
  const problem = { code: "range_gap", title: "The range leaves a gap", detail: "It goes on at 5.", requestId: "req_1" };
  expect(adviceFor(problem)).toMatchObject({ happened: "The range leaves a gap. It goes on at 5.", code: "range_gap req_1" });
});

test("nothing is said of a look that says nothing", () => {
  expect([lookInWords(null), lookInWords("x"), lookInWords({ verdicts: [{ destination: 7 }, 7, { destination: "s3" }] })]).toEqual([
    null,
    null,
    null,
  ]);
});

/** As the API answers: a look of another shape would not compile here. */
const aLook: z.input<typeof lookSchema> = {
  status: "read",
  reason: null,
  media: {
    container: "mp4",
    brand: "isom",
    index: { place: "front", at: 32 },
    duration_seconds: 3723.4,
    video: [
      {
        codec: "hevc",
        tag: "hvc1",
        profile: "Main 10",
        level: "5.1",
        bit_depth: 10,
        chroma: "4:2:0",
        hdr: "pq",
        width: 3840,
        height: 2160,
        rotation: 0,
        frame_rate: 25,
        encrypted: false,
      },
    ],
    audio: [{ codec: "aac", tag: "mp4a", profile: "LC", channels: 2, sample_rate: 48000, encrypted: false }],
    created_at: null,
    encoder: null,
    device: null,
  },
  verdicts: [
    { destination: "youtube", verdict: "accepted", reasons: [] },
    { destination: "joystream", verdict: "needs_transcode", reasons: [{ code: "codec", detail: "HEVC plays nowhere there." }] },
    { destination: "s3", verdict: "unknown", reasons: [] },
  ],
};

test("a look is a line of facts, and a sentence for each kind of destination that has one", () => {
  expect(lookInWords(aLook)).toEqual({
    line: "MP4 · HEVC 10-bit HDR 3840×2160 · AAC · 1:02:03",
    verdicts: ["Joystream: HEVC plays nowhere there.", "YouTube takes it as it is."],
  });
});

test("what a file does not tell is left out", () => {
  const [video] = aLook.media?.video ?? [];
  const media = {
    ...aLook.media,
    duration_seconds: null,
    audio: [],
    video: [{ ...video, codec: "unknown", bit_depth: 8, hdr: null, width: null }],
  };
  expect(lookInWords({ ...aLook, media, verdicts: [] })).toEqual({ line: "MP4", verdicts: [] });
  expect(lookInWords({ ...aLook, media: null, verdicts: [] })).toBeNull();
});

test("what is said of several destinations is said once", () => {
  const reasons = [{ code: "no_index", detail: "Its index is missing." }];
  const verdicts = ["youtube", "joystream"].map((destination) => ({ destination, verdict: "unknown", reasons }));
  expect(lookInWords({ verdicts: [...verdicts, { destination: "s3", verdict: "accepted", reasons: [] }] })?.verdicts).toEqual([
    "YouTube, Joystream: Its index is missing.",
    "A bucket takes it as it is.",
  ]);
});
