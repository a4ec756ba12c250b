import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Answer } from "#domain/publishing/answer.ts";
import type { FaultRequest } from "#test/world/faults.ts";
import { bytesOf, sha256 } from "#test/world/youtube/testing.ts";
import { KIB256 } from "#test/world/youtube/upload/testing.ts";
import { BYTES, chunkOf, metadata, streamOf, TOTAL, value, youtubeUnderTest } from "./youtube-under-test.ts";

const youtube = youtubeUnderTest();
const { world, api, impatient } = youtube;
const PNG = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), bytesOf(1000)]);

type Operation =
  | "videos.insert"
  | "videos.list"
  | "videos.update"
  | "videos.delete"
  | "channels.list"
  | "thumbnails.set"
  | "upload.query"
  | "upload.cancel";

/** What each method asks; a video or an upload of its own each time. */
const METHODS: Readonly<Record<Operation, () => Promise<(changes?: typeof impatient) => Promise<Answer<unknown>>>>> = {
  "videos.insert": () =>
    Promise.resolve((changes) => api(changes).openUpload(youtube.token, { metadata: metadata(), size: TOTAL, contentType: "video/mp4" })),
  "videos.list": async () => {
    const id = await youtube.upload();
    return (changes) => api(changes).videos(youtube.token, [id]);
  },
  "videos.update": async () => {
    const id = await youtube.upload();
    return (changes) => api(changes).update(youtube.token, id, metadata({ title: "Another" }));
  },
  "videos.delete": async () => {
    const id = await youtube.upload();
    return (changes) => api(changes).remove(youtube.token, id);
  },
  "channels.list": () => Promise.resolve((changes) => api(changes).channels(youtube.token)),
  "thumbnails.set": async () => {
    const id = await youtube.upload();
    return (changes) =>
      api(changes).setThumbnail(youtube.token, id, { contentType: "image/png", size: PNG.byteLength, body: streamOf(PNG) });
  },
  "upload.query": async () => {
    const url = await youtube.open();
    return (changes) => api(changes).standing(url, TOTAL);
  },
  "upload.cancel": async () => {
    const url = await youtube.open();
    return (changes) => api(changes).abandon(url);
  },
};
const OPERATIONS = Object.keys(METHODS).filter((name): name is Operation => name in METHODS);

describe.each(OPERATIONS)("%s can be asked again after", (operation) => {
  test.each<[string, FaultRequest, object, typeof impatient | undefined]>([
    [
      "a 503",
      { peer: "youtube", operation, kind: "status", status: 503, retry_after_seconds: 7 },
      { code: "youtube.backend_error", retryAfterMs: 7000 },
      undefined,
    ],
    [
      "a 500",
      { peer: "youtube", operation, kind: "status", status: 500, body: "<html>no JSON</html>" },
      { code: "youtube.http_500" },
      undefined,
    ],
    [
      "a 429",
      { peer: "youtube", operation, kind: "status", status: 429, reason: "rateLimitExceeded" },
      { code: "youtube.rate_limit_exceeded" },
      undefined,
    ],
    ["a reset", { peer: "youtube", operation, kind: "reset" }, { code: "youtube.unreachable" }, undefined],
    ["a lost answer", { peer: "youtube", operation, kind: "lost_reply" }, { code: "youtube.unreachable" }, undefined],
    ["no answer at all", { peer: "youtube", operation, kind: "timeout" }, { code: "youtube.timed_out" }, impatient],
  ])("%s", async (_name, fault, refusal, changes) => {
    const ask = await METHODS[operation]();
    world.fault(fault);
    expect(await ask(changes)).toMatchObject({ kind: "refused", refusal: { kind: "busy", bucket: null, ...refusal } });
    const again = await ask();
    // What was done by the request whose answer was lost is not there to be done again.
    if (operation === "videos.delete" && fault.kind === "lost_reply") expect(again).toMatchObject({ refusal: { kind: "gone" } });
    else expect(again).toMatchObject({ kind: "accepted" });
  });
});

test("an update whose answer was lost finds that nothing differs", async () => {
  const id = await youtube.upload();
  const ask = () => api().update(youtube.token, id, metadata({ title: "Another" }));
  world.fault({ peer: "youtube", operation: "videos.update", kind: "lost_reply" });
  expect(await ask()).toMatchObject({ kind: "refused" });
  expect(await ask()).toEqual({ kind: "accepted", value: { changed: false } });
});

describe.each([
  ["a chunk", 2 * KIB256],
  ["the last chunk", TOTAL],
])("nobody knows what became of %s after", (_which, end) => {
  test.each<[string, FaultRequest, typeof impatient | undefined]>([
    ["a 503", { peer: "youtube", operation: "upload", kind: "status", status: 503, retry_after_seconds: 7 }, undefined],
    ["a 502", { peer: "youtube", operation: "upload", kind: "status", status: 502, body: "<html>Bad Gateway</html>" }, undefined],
    ["a 429", { peer: "youtube", operation: "upload", kind: "status", status: 429 }, undefined],
    ["a 408", { peer: "youtube", operation: "upload", kind: "status", status: 408 }, undefined],
    ["a redirect", { peer: "youtube", operation: "upload", kind: "status", status: 302 }, undefined],
    ["a 202", { peer: "youtube", operation: "upload", kind: "status", status: 202 }, undefined],
    ["a reset in its middle", { peer: "youtube", operation: "upload", kind: "reset", after_bytes: KIB256 + 7 }, undefined],
    ["a lost answer", { peer: "youtube", operation: "upload", kind: "lost_reply" }, undefined],
    ["no answer at all", { peer: "youtube", operation: "upload", kind: "timeout" }, impatient],
  ])("%s, and the upload goes on where it stands", async (_name, fault, changes) => {
    const inserts = world.state().inserts;
    const url = await youtube.open();
    world.fault(fault);
    const answer = await api(changes).send(url, chunkOf(0, end));
    expect(answer).toMatchObject({ kind: "unknown", retryAfterMs: fault.kind === "status" && fault.status === 503 ? 7000 : null });
    let standing = value(await api().standing(url, TOTAL));
    if (standing.state === "open") standing = value(await api().send(url, chunkOf(standing.offset, TOTAL)));
    expect(standing.state).toBe("complete");
    expect(world.state().inserts).toBe(inserts + 1);
    expect(world.state().videos.at(-1)).toMatchObject({ size: TOTAL, sha256: sha256(BYTES) });
  });
});

describe("an upload that YouTube has forgotten is gone, for", () => {
  test.each([401, 404, 410, 499])("a %i", async (status) => {
    const url = await youtube.open();
    const gone = { kind: "refused", refusal: { kind: "gone", code: "youtube.upload_gone", bucket: null } };
    world.fault({ peer: "youtube", operation: "upload", kind: "status", status });
    expect(await api().send(url, chunkOf(0, TOTAL))).toMatchObject(gone);
    world.fault({ peer: "youtube", operation: "upload.query", kind: "status", status });
    expect(await api().standing(url, TOTAL)).toMatchObject(gone);
  });

  test("one that it drops in mid-way", async () => {
    const url = await youtube.open();
    await api().send(url, chunkOf(0, KIB256));
    world.fault({ peer: "youtube", operation: "upload", kind: "expired_session" });
    expect(await api().send(url, chunkOf(KIB256, TOTAL))).toMatchObject({ refusal: { kind: "gone" } });
    expect(await api().standing(url, TOTAL)).toMatchObject({ refusal: { kind: "gone" } });
  });
});

const trouble = fc.oneof(
  fc.record({ kind: fc.constant("short_range"), after_bytes: fc.nat(6 * KIB256) }),
  fc.record({ kind: fc.constant("reset"), after_bytes: fc.nat(6 * KIB256) }),
  fc.constant({ kind: "lost_reply" }),
  fc.record({ kind: fc.constant("status"), status: fc.constantFrom(500, 502, 503, 429) }),
);

test("whatever goes wrong, whoever goes on where the upload stands ends with every byte in its place", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        quanta: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
        rest: fc.nat(1000),
        isTold: fc.boolean(),
        troubles: fc.array(fc.tuple(fc.boolean(), trouble), { maxLength: 5 }),
      }),
      async ({ quanta, rest, isTold, troubles }) => {
        const bytes = bytesOf(quanta.reduce((sum, each) => sum + each, 0) * KIB256 + rest, rest + 1);
        const size = bytes.byteLength;
        const inserts = world.state().inserts;
        const url = await youtube.open(isTold ? size : null);
        const pending = [...troubles];
        let offset = 0;
        let videoId: string | null = null;
        for (let turn = 0; videoId === null; turn += 1) {
          expect(turn).toBeLessThan(60);
          const end = Math.min(size, offset + (quanta[turn % quanta.length] ?? 1) * KIB256);
          const total = isTold || end === size ? size : null;
          const next = pending[0];
          if (next?.[0] === true) world.fault({ peer: "youtube", operation: "upload", ...next[1] });
          if (next !== undefined) pending.shift();
          const sent = await api().send(url, chunkOf(offset, end, total, bytes));
          const answer = sent.kind === "unknown" ? await api().standing(url, total) : sent;
          const standing = value(answer);
          if (standing.state === "complete") videoId = standing.videoId;
          else offset = standing.offset;
        }
        expect(world.state().inserts).toBe(inserts + 1);
        expect(world.state().videos.find(({ id }) => id === videoId)).toMatchObject({ size, sha256: sha256(bytes) });
        expect(world.pendingFaults).toBe(0);
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);
