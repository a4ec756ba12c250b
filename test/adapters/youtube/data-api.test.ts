import { Readable } from "node:stream";
import type { youtube_v3 } from "@googleapis/youtube";
import { describe, expect, test } from "vitest";
import { secondsIn } from "#adapters/youtube/resources.ts";
import { planPlaylist } from "#domain/publishing/youtube/playlists.ts";
import { bytesOf, sha256 } from "#test/world/youtube/testing.ts";
import { metadata, optionsFor, streamOf, value, youtubeUnderTest } from "./youtube-under-test.ts";
import { youtubeApi } from "#adapters/youtube/youtube.ts";

const youtube = youtubeUnderTest();
const { world, api } = youtube;

describe("videos", () => {
  test("tell how far they are, and what became of them", async () => {
    const bytes = bytesOf(300_000);
    const id = await youtube.upload(bytes);
    world.now += 500;
    const at = { id, channelId: world.channelId(), privacyStatus: "unlisted", publishAt: null, reason: null };
    expect(value(await api().videos(youtube.token, [id]))).toEqual([
      { ...at, uploadStatus: "uploaded", processed: 0.25, processingStatus: "processing", durationSeconds: null, fileSize: null },
    ]);
    world.now += 1_500;
    expect(value(await api().videos(youtube.token, [id, "unknown-one"]))).toEqual([
      { ...at, uploadStatus: "processed", processed: 1, processingStatus: "succeeded", durationSeconds: 10, fileSize: 300_000 },
    ]);
    expect(await api().videos(youtube.token, ["unknown-one"])).toEqual({ kind: "accepted", value: [] });
  });

  test.each([
    ["failed", "codec"],
    ["rejected", "duplicate"],
  ] as const)("that have %s say why", async (kind, reason) => {
    world.fault({ peer: "youtube", operation: "processing", kind, reason });
    const id = await youtube.upload(bytesOf(1000, 7));
    world.now += 2_000;
    expect(value(await api().videos(youtube.token, [id]))).toMatchObject([{ uploadStatus: kind, reason, durationSeconds: null }]);
  });

  test("are asked for by fifty in one call, and by none in none", async () => {
    const calls = () => world.log.filter(({ operation }) => operation === "videos.list").length;
    const before = calls();
    const ids = Array.from({ length: 50 }, (_, index) => `video${index}`);
    expect(await api().videos(youtube.token, ids)).toMatchObject({ kind: "accepted" });
    expect(calls()).toBe(before + 1);
    expect(await api().videos(youtube.token, [])).toEqual({ kind: "accepted", value: [] });
    expect(calls()).toBe(before + 1);
    await expect(api().videos(youtube.token, [...ids, "one more"])).rejects.toThrow("at most 50");
  });

  test("are read where YouTube says more, or less, than it does today", async () => {
    const video = { id: "v1", snippet: { channelId: "UC1" }, status: { uploadStatus: "beingImagined", privacyStatus: "private" } };
    const reading = (body: unknown) =>
      youtubeApi(optionsFor("https://youtube.example", { send: () => Promise.resolve(Response.json(body)) })).videos("t", ["v1"]);
    expect(
      await reading({
        items: [{ ...video, more: 1, processingDetails: { processingProgress: { partsTotal: "0", partsProcessed: "0" } } }],
      }),
    ).toEqual({
      kind: "accepted",
      value: [
        {
          id: "v1",
          channelId: "UC1",
          uploadStatus: "uploaded",
          reason: null,
          privacyStatus: "private",
          publishAt: null,
          processed: null,
          processingStatus: null,
          durationSeconds: null,
          fileSize: null,
        },
      ],
    });
    expect(
      await reading({ items: [{ ...video, processingDetails: { processingProgress: { partsTotal: "2", partsProcessed: "5" } } }] }),
    ).toMatchObject({
      value: [{ processed: 1 }],
    });
    expect(await reading({})).toEqual({ kind: "accepted", value: [] });
    for (const body of [null, [], { items: 5 }, { items: [{ id: "v1" }] }])
      expect(await reading(body)).toMatchObject({ kind: "refused", refusal: { kind: "busy", code: "youtube.unreadable" } });
  });
});

test.each([
  ["PT10S", 10],
  ["PT1M", 60],
  ["PT25H1M1S", 90_061],
  ["P1DT2S", 86_402],
  ["P1W", 604_800],
  ["PT0S", 0],
  ["PT1.5S", 1.5],
  ["P0D", null],
  ["P", null],
  ["PT", null],
  ["10", null],
  [undefined, null],
])("a duration of %s is %s seconds", (duration, seconds) => {
  expect(secondsIn(duration)).toBe(seconds);
});

describe("an update", () => {
  const operations = (since: number) => world.log.slice(since).map(({ operation }) => operation);

  test("writes what differs and keeps what others have set", async () => {
    const id = await youtube.upload();
    const { api: google, at } = world.client(youtube.token);
    const set = { privacyStatus: "unlisted", license: "creativeCommon", embeddable: false };
    await google.videos.update({ part: ["status"], requestBody: { id, status: set } }, at);
    const since = world.log.length;
    expect(await api().update(youtube.token, id, metadata({ privacy: "public", tags: ["two words", "sea"] }))).toEqual({
      kind: "accepted",
      value: { changed: true },
    });
    expect(operations(since)).toEqual(["videos.list", "videos.update"]);
    const read = await google.videos.list({ id: [id], part: ["snippet", "status"] }, at);
    expect(read.data.items).toMatchObject([
      {
        snippet: { title: "A holiday", description: "By the sea", tags: ["two words", "sea"], categoryId: "19", defaultLanguage: "pt-BR" },
        status: { privacyStatus: "public", license: "creativeCommon", embeddable: false, selfDeclaredMadeForKids: false },
      },
    ]);
  });

  test("of what reads like that already writes nothing", async () => {
    const id = await youtube.upload();
    const since = world.log.length;
    expect(await api().update(youtube.token, id, metadata())).toEqual({ kind: "accepted", value: { changed: false } });
    expect(operations(since)).toEqual(["videos.list"]);
  });

  test("of a schedule sets it and takes it back", async () => {
    const publishAt = world.now + 3_600_000;
    const id = await youtube.upload(bytesOf(1000, 3), { privacy: "private", publishAt });
    expect(value(await api().videos(youtube.token, [id]))).toMatchObject([
      { privacyStatus: "private", publishAt: new Date(publishAt).toISOString() },
    ]);
    await api().update(youtube.token, id, metadata({ privacy: "private" }));
    expect(value(await api().videos(youtube.token, [id]))).toMatchObject([{ privacyStatus: "private", publishAt: null }]);
    await api().update(youtube.token, id, metadata({ privacy: "private", publishAt }));
    world.now = publishAt;
    await youtube.connect();
    expect(value(await api().videos(youtube.token, [id]))).toMatchObject([{ privacyStatus: "public" }]);
    expect(await api().update(youtube.token, id, metadata({ privacy: "private", publishAt }))).toMatchObject({ value: { changed: false } });
    expect(await api().update(youtube.token, id, metadata({ privacy: "private", publishAt: publishAt + 1000 }))).toMatchObject({
      refusal: { kind: "final", code: "youtube.invalid_publish_at" },
    });
  });

  test("of what is not there says so", async () => {
    expect(await api().update(youtube.token, "unknown-one", metadata())).toMatchObject({
      refusal: { kind: "gone", code: "youtube.video_not_found" },
    });
  });

  test("that is refused for quota says which", async () => {
    const id = await youtube.upload();
    world.fault({ peer: "youtube", operation: "videos.update", kind: "status", reason: "quotaExceeded" });
    expect(await api().update(youtube.token, id, metadata({ title: "B" }))).toMatchObject({ refusal: { kind: "quota", bucket: "units" } });
  });
});

test("a video is removed once", async () => {
  const id = await youtube.upload();
  expect(await api().remove(youtube.token, id)).toEqual({ kind: "accepted", value: null });
  expect(await api().remove(youtube.token, id)).toMatchObject({ refusal: { kind: "gone", code: "youtube.video_not_found" } });
});

describe("a thumbnail", () => {
  const png = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), bytesOf(700_000)]);
  const set = (id: string, bytes: Uint8Array, contentType = "image/png") =>
    api().setThumbnail(youtube.token, id, { contentType, size: bytes.byteLength, body: streamOf(bytes) });

  test("is set, byte by byte", async () => {
    const id = await youtube.upload();
    expect(await set(id, png)).toEqual({ kind: "accepted", value: null });
    expect(world.state().videos.find((video) => video.id === id)).toMatchObject({ thumbnail_sha256: sha256(png) });
  });

  test("that YouTube does not take is refused for good", async () => {
    const id = await youtube.upload();
    expect(await set(id, bytesOf(100))).toMatchObject({ refusal: { kind: "final", code: "youtube.invalid_image" } });
    expect(await set(id, png, "image/gif")).toMatchObject({ refusal: { kind: "final", code: "youtube.bad_content" } });
    expect(await set(id, Buffer.concat([png, Buffer.alloc(2 ** 21)]))).toMatchObject({
      refusal: { kind: "final", code: "youtube.upload_too_large" },
    });
    expect(await set("unknown-one", png)).toMatchObject({ refusal: { kind: "gone", code: "youtube.video_not_found" } });
  });
});

test("the channels of a grant are told with title and picture", async () => {
  const channels = value(await api().channels(youtube.token));
  expect(channels).toEqual([{ id: world.channelId(), title: "Local channel", pictureUrl: expect.stringMatching(/\/picture\/.*s=240$/) }]);
});

test("Google's client and ours make the same video of the same words, and read the same of it", async () => {
  const bytes = bytesOf(500_000);
  const { api: google, at } = world.client(youtube.token);
  const publishAt = world.now + 86_400_000;
  const ours = await youtube.upload(bytes, { publishAt, privacy: "private", madeForKids: true });
  const requestBody: youtube_v3.Schema$Video = {
    snippet: {
      title: "A holiday",
      description: "By the sea",
      tags: ["sea", "two words"],
      categoryId: "19",
      defaultLanguage: "pt-BR",
      defaultAudioLanguage: "pt-BR",
    },
    status: { privacyStatus: "private", publishAt: new Date(publishAt).toISOString(), selfDeclaredMadeForKids: true },
  };
  const inserted = await google.videos.insert(
    { part: ["snippet", "status"], requestBody, media: { mimeType: "video/mp4", body: Readable.from([bytes]) } },
    at,
  );
  const theirs = inserted.data.id ?? "";
  const read = await google.videos.list({ id: [ours, theirs], part: ["snippet", "status", "contentDetails"] }, at);
  const [one, other] = read.data.items?.map(({ snippet, status, contentDetails }) => ({
    snippet: { ...snippet, thumbnails: null },
    status,
    contentDetails,
  })) ?? [null, undefined];
  expect(one).toEqual(other);
  const [first, second] = value(await api().videos(youtube.token, [ours, theirs]));
  expect({ ...first, id: theirs }).toEqual(second);
  expect(await api().update(youtube.token, theirs, metadata({ publishAt, privacy: "private", madeForKids: true }))).toMatchObject({
    value: { changed: false },
  });
});

describe("what adds something says that nobody knows, of an answer that is", () => {
  const insert = (reply: Response) =>
    youtube.playlists({ send: () => Promise.resolve(reply) }).insert(youtube.token, "PL1", { kind: "insert", videoId: "v1", position: 0 });

  test.each([200, 302, 408, 500])("a %i without words", async (status) => {
    expect(await insert(new Response("", { status }))).toMatchObject({ kind: "unknown" });
  });

  test.each([400, 409, 429])("no %i, which is a refusal", async (status) => {
    expect(await insert(new Response("", { status }))).toMatchObject({ kind: "refused" });
  });
});

test("no token is in the words of a refusal", async () => {
  const echoing = api({
    send: (request) => Promise.resolve(new Response(`No: ${request.headers.get("Authorization") ?? ""}`, { status: 400 })),
  });
  const answers = [
    await echoing.channels("opaque-token"),
    await echoing.openUpload("opaque-token", { metadata: metadata(), size: 1, contentType: "video/mp4" }),
  ];
  for (const answer of answers) expect(answer).toMatchObject({ refusal: { detail: "No: Bearer …" } });
});

test("no address of an upload is in the words of a refusal", async () => {
  const echoing = api({ send: ({ url }) => Promise.resolve(new Response(`No ${url} nor opaque-id`, { status: 400 })) });
  expect(await echoing.standing("https://up.example/up?upload_id=opaque-id&part=id", 1)).toMatchObject({
    refusal: { detail: "No … nor …" },
  });
});

describe("a playlist", () => {
  test("gets what it is missing, over its pages, and nothing when planned again", async () => {
    const { api: google, at } = world.client(youtube.token);
    const playlistId = (await google.playlists.insert({ part: ["snippet"], requestBody: { snippet: { title: "Run" } } }, at)).data.id ?? "";
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) ids.push(await youtube.upload(bytesOf(1000, 100 + n)));
    const [a = "", b = "", c = "", manual = ""] = ids;
    const put = (videoId: string) => {
      const snippet = { playlistId, resourceId: { kind: "youtube#video", videoId } };
      return google.playlistItems.insert({ part: ["snippet"], requestBody: { snippet } }, at);
    };
    for (let n = 0; n < 60; n += 1) await put(manual);
    await put(b);
    const videos = [a, b, c].map((videoId, index) => ({ videoId, at: index, tags: ["run"] }));
    const rules = { tags: ["RUN"], firstVideoId: c, lastVideoId: null };
    const read = async () => {
      const first = value(await youtube.playlists().items(youtube.token, playlistId, null));
      expect(first.items).toHaveLength(50);
      const rest = value(await youtube.playlists().items(youtube.token, playlistId, first.nextPageToken));
      expect(rest.nextPageToken).toBeNull();
      return [...first.items, ...rest.items];
    };
    for (const step of planPlaylist(rules, await read(), videos)) {
      expect(step.kind).toBe("insert");
      if (step.kind === "insert")
        expect(value(await youtube.playlists().insert(youtube.token, playlistId, step))).toEqual({
          itemId: expect.any(String),
          videoId: step.videoId,
        });
    }
    const items = await read();
    expect(items.map(({ videoId }) => videoId)).toEqual([c, ...Array.from({ length: 60 }, () => manual), a, b]);
    expect(planPlaylist(rules, items, videos)).toEqual([]);
    const [move] = planPlaylist({ ...rules, firstVideoId: b }, items, videos);
    if (move?.kind !== "move") throw new Error("the pin is not moved");
    expect(await youtube.playlists().move(youtube.token, playlistId, move)).toEqual({ kind: "accepted", value: null });
    expect((await read()).map(({ videoId }) => videoId)[0]).toBe(b);
  });

  test("may or may not have what it was sent when the answer is lost", async () => {
    const { api: google, at } = world.client(youtube.token);
    const playlistId =
      (await google.playlists.insert({ part: ["snippet"], requestBody: { snippet: { title: "Lost" } } }, at)).data.id ?? "";
    const videoId = await youtube.upload(bytesOf(1000, 200));
    const insert = (changes = {}) => youtube.playlists(changes).insert(youtube.token, playlistId, { kind: "insert", videoId, position: 0 });
    const operation = "playlistItems.insert";
    world.fault({ peer: "youtube", operation, kind: "lost_reply" });
    expect(await insert()).toMatchObject({ kind: "unknown" });
    world.fault({ peer: "youtube", operation, kind: "status", status: 503 });
    expect(await insert()).toMatchObject({ kind: "unknown", detail: "Backend Error" });
    world.fault({ peer: "youtube", operation, kind: "timeout" });
    expect(await insert(youtube.impatient)).toMatchObject({ kind: "unknown" });
    world.fault({ peer: "youtube", operation, kind: "status", status: 429, reason: "rateLimitExceeded" });
    expect(await insert()).toMatchObject({ kind: "refused", refusal: { kind: "busy" } });
    world.fault({ peer: "youtube", operation: "playlistItems.list", kind: "lost_reply" });
    expect(await youtube.playlists().items(youtube.token, playlistId, null)).toMatchObject({ kind: "refused", refusal: { kind: "busy" } });
    expect(value(await youtube.playlists().items(youtube.token, playlistId, null)).items.map((item) => item.videoId)).toEqual([videoId]);
    expect(await youtube.playlists().items(youtube.token, "unknown-one", null)).toMatchObject({ refusal: { kind: "gone" } });
  });
});
