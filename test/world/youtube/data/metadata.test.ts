import { expect, test } from "vitest";
import type { Video } from "#test/world/youtube/records.ts";
import { readMetadata, tagsLength } from "./video-metadata.ts";
import { isoDuration } from "./video-resource.ts";
import { stageOf, statusNow } from "./video-state.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const BOTH = new Set(["snippet", "status"]);
const good = { title: "A title", categoryId: "22" };

const reasonOf = (resource: unknown, before: Parameters<typeof readMetadata>[2] = null) => {
  const read = readMetadata(resource, BOTH, before, NOW);
  return read.ok ? "accepted" : read.error.reason;
};

test.each([
  [{ title: "x".repeat(100) }, "accepted"],
  [{ title: "x".repeat(101) }, "invalidTitle"],
  [{ title: "🎬".repeat(100) }, "accepted"],
  [{ title: "🎬".repeat(101) }, "invalidTitle"],
  [{ title: " " }, "invalidTitle"],
  [{ title: "a < b" }, "invalidTitle"],
  [{ title: "a > b" }, "invalidTitle"],
  [{ title: "a & b" }, "accepted"],
  [{ description: "x".repeat(5_000) }, "accepted"],
  [{ description: "x".repeat(5_001) }, "invalidDescription"],
  [{ description: "é".repeat(2_500) }, "accepted"],
  [{ description: "é".repeat(2_501) }, "invalidDescription"],
  [{ description: "<b>" }, "invalidDescription"],
  [{ tags: ["x".repeat(500)] }, "accepted"],
  [{ tags: ["x".repeat(501)] }, "invalidTags"],
  [{ tags: ["x".repeat(249), "y".repeat(250)] }, "accepted"],
  [{ tags: ["x".repeat(250), "y".repeat(250)] }, "invalidTags"],
  [{ tags: [`x ${"y".repeat(496)}`] }, "accepted"],
  [{ tags: [`x ${"y".repeat(497)}`] }, "invalidTags"],
  [{ tags: [""] }, "invalidTags"],
  [{ tags: ["<"] }, "invalidTags"],
  [{ tags: "one" }, "badRequest"],
  [{ categoryId: "30" }, "invalidCategoryId"],
  [{ categoryId: "99" }, "invalidCategoryId"],
  [{ title: 5 }, "badRequest"],
])("a snippet with %j is %s", (change, reason) => {
  expect(reasonOf({ snippet: { ...good, ...change } })).toBe(reason);
});

test.each([
  [{ privacyStatus: "private", publishAt: "2026-11-21T12:00:00Z" }, "accepted"],
  [{ privacyStatus: "private", publishAt: "2026-11-21T12:00:00+01:00" }, "accepted"],
  [{ privacyStatus: "unlisted", publishAt: "2026-11-21T12:00:00Z" }, "invalidPublishAt"],
  [{ publishAt: "2026-11-21T12:00:00Z" }, "invalidPublishAt"],
  [{ privacyStatus: "private", publishAt: "tomorrow" }, "invalidPublishAt"],
  [{ privacyStatus: "private", publishAt: "2026-13-21T12:00:00Z" }, "invalidPublishAt"],
  [{ privacyStatus: "secret" }, "badRequest"],
])("a status with %j is %s", (status, reason) => {
  expect(reasonOf({ snippet: good, status })).toBe(reason);
});

test("what was public once can't be scheduled", () => {
  const read = readMetadata({ snippet: good }, BOTH, null, NOW);
  if (!read.ok) throw new Error(read.error.reason);
  const status = { privacyStatus: "private", publishAt: "2026-11-21T12:00:00Z" };
  expect(reasonOf({ snippet: good, status }, { metadata: read.value, published_at: null })).toBe("accepted");
  expect(reasonOf({ snippet: good, status }, { metadata: read.value, published_at: NOW })).toBe("invalidPublishAt");
});

test.each([
  [[], 0],
  [["one"], 3],
  [["one", "two"], 7],
  [["one", "two words"], 15],
  [["🎬"], 1],
])("%j counts as %i characters of tags", (tags, length) => {
  expect(tagsLength(tags)).toBe(length);
});

test.each([
  [0, "PT0S"],
  [59.4, "PT59S"],
  [59.5, "PT1M"],
  [3_600, "PT1H"],
  [90_061, "PT25H1M1S"],
])("%d seconds are %s", (seconds, text) => {
  expect(isoDuration(seconds)).toBe(text);
});

function aVideo(change: Partial<Video> = {}): Video {
  const metadata = readMetadata(
    { snippet: good, status: { privacyStatus: "private", publishAt: "2026-11-20T13:00:00Z" } },
    BOTH,
    null,
    NOW,
  );
  if (!metadata.ok) throw new Error(metadata.error.reason);
  return {
    id: "abc",
    channel_id: "UC1",
    client_id: null,
    metadata: metadata.value,
    file: null,
    size: 1,
    sha256: null,
    duration_seconds: 1,
    uploaded_at: NOW,
    published_at: null,
    locked: false,
    processing: { takes_ms: 2_000, outcome: { kind: "processed" } },
    thumbnail: null,
    ...change,
  };
}

test("a scheduled video is public when its hour has come, unless its project is not verified", () => {
  expect(statusNow(aVideo(), NOW + 3_599_999)).toMatchObject({ privacyStatus: "private", publishAt: "2026-11-20T13:00:00.000Z" });
  expect(statusNow(aVideo(), NOW + 3_600_000)).toMatchObject({ privacyStatus: "public" });
  expect(statusNow(aVideo(), NOW + 3_600_000)).not.toHaveProperty("publishAt");
  expect(statusNow(aVideo({ locked: true }), NOW + 3_600_000)).toMatchObject({ privacyStatus: "private" });
});

test("processing goes on with the clock and ends as it has to", () => {
  const at = (outcome: Video["processing"]["outcome"], ms: number) =>
    stageOf(aVideo({ processing: { takes_ms: 2_000, outcome } }), NOW + ms);
  expect(at({ kind: "processed" }, 500)).toEqual({ status: "uploaded", partsTotal: 100, partsProcessed: 25, leftMs: 1_500 });
  expect(at({ kind: "processed" }, 2_000)).toEqual({ status: "processed" });
  expect(at({ kind: "failed", reason: "codec" }, 2_000)).toEqual({ status: "failed", reason: "codec" });
  expect(at({ kind: "rejected", reason: "length" }, 1_999)).toMatchObject({ status: "uploaded" });
  expect(at({ kind: "stuck" }, 1e9)).toMatchObject({ status: "uploaded", partsProcessed: 50 });
});
