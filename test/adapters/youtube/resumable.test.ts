import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import { closeServer, listenOnFirstFree } from "#test/world/listen.ts";
import { sha256 } from "#test/world/youtube/testing.ts";
import { KIB256 } from "#test/world/youtube/upload/testing.ts";
import { BYTES, chunkOf, metadata, streamOf, TOTAL, value, youtubeUnderTest } from "./youtube-under-test.ts";

const youtube = youtubeUnderTest();
const { world, api, open } = youtube;

const videoOf = (id: string) => world.state().videos.find((each) => each.id === id);
const whole = { size: TOTAL, sha256: sha256(BYTES) };
const lastOf = (operation: string) => world.log.findLast((exchange) => exchange.operation === operation);

describe("an upload", () => {
  test("goes in one", async () => {
    const id = await youtube.upload();
    expect(videoOf(id)).toMatchObject({ ...whole, title: "A holiday", privacy_status: "unlisted", channel_id: world.channelId() });
    expect(lastOf("upload")).toMatchObject({ method: "PUT", content_range: `bytes 0-${TOTAL - 1}/${TOTAL}`, bytes: TOTAL });
  });

  test("goes in chunks and says where it stands", async () => {
    const url = await open();
    expect(await api().standing(url, TOTAL)).toEqual({ kind: "accepted", value: { state: "open", offset: 0 } });
    const half = { kind: "accepted", value: { state: "open", offset: 2 * KIB256 } };
    expect(await api().send(url, chunkOf(0, 2 * KIB256))).toEqual(half);
    expect(await api().standing(url, TOTAL)).toEqual(half);
    const done = value(await api().send(url, chunkOf(2 * KIB256, TOTAL)));
    expect(done).toMatchObject({ state: "complete" });
    expect(await api().standing(url, TOTAL)).toEqual({ kind: "accepted", value: done });
    if (done.state === "complete") expect(videoOf(done.videoId)).toMatchObject(whole);
  });

  test("of a length that nobody knows yet tells it with its last chunk", async () => {
    const url = await open(null);
    expect(value(await api().standing(url, null))).toEqual({ state: "open", offset: 0 });
    expect(value(await api().send(url, chunkOf(0, KIB256, null)))).toEqual({ state: "open", offset: KIB256 });
    expect(lastOf("upload")).toMatchObject({ content_range: `bytes 0-${KIB256 - 1}/*` });
    const done = value(await api().send(url, chunkOf(KIB256, TOTAL)));
    if (done.state === "complete") expect(videoOf(done.videoId)).toMatchObject(whole);
    expect(done.state).toBe("complete");
  });

  test("that turns out to have ended already is completed without a byte", async () => {
    const url = await open(null);
    const bytes = BYTES.subarray(0, KIB256);
    await api().send(url, chunkOf(0, KIB256, null));
    let isLetGo = false;
    const body = new ReadableStream<Uint8Array>({ cancel: () => void (isLetGo = true) });
    const done = value(await api().send(url, { start: KIB256, end: KIB256, total: KIB256, body }));
    if (done.state === "complete") expect(videoOf(done.videoId)).toMatchObject({ size: KIB256, sha256: sha256(bytes) });
    expect(done.state).toBe("complete");
    expect(isLetGo).toBe(true);
  });

  test("that is given up never becomes a video, however often it is given up", async () => {
    const before = world.state().videos.length;
    const url = await open();
    await api().send(url, chunkOf(0, KIB256));
    expect(await api().abandon(url)).toEqual({ kind: "accepted", value: null });
    expect(await api().abandon(url)).toEqual({ kind: "accepted", value: null });
    expect(await api().send(url, chunkOf(KIB256, TOTAL))).toMatchObject({
      kind: "refused",
      refusal: { kind: "gone", code: "youtube.upload_gone" },
    });
    expect(world.state().videos).toHaveLength(before);
  });

  test("that has become a video can't be given up any more", async () => {
    const url = await open();
    await api().send(url, chunkOf(0, TOTAL));
    expect(await api().abandon(url)).toMatchObject({ kind: "refused", refusal: { kind: "gone" } });
  });

  test.each([
    ["video/quicktime", "video/quicktime"],
    ["audio/mpeg", "application/octet-stream"],
    ["text/html", "application/octet-stream"],
    ["video/mp4; codecs=avc1", "application/octet-stream"],
  ])("of %s is announced as %s", async (contentType, announced) => {
    const types: (string | null)[] = [];
    const send = (request: Request) => {
      types.push(request.headers.get("X-Upload-Content-Type"));
      return fetch(request);
    };
    expect(await api({ send }).openUpload(youtube.token, { metadata: metadata(), size: 1, contentType })).toMatchObject({
      kind: "accepted",
    });
    expect(types).toEqual([announced]);
  });
});

describe("is refused", () => {
  const opening = (token: string, changes = {}, size = TOTAL) =>
    api().openUpload(token, { metadata: metadata(changes), size, contentType: "video/mp4" });

  test("for its metadata, once and for all", async () => {
    expect(await opening(youtube.token)).toMatchObject({ kind: "accepted" });
    expect(await opening(youtube.token, { title: "x".repeat(101) })).toEqual({
      kind: "refused",
      refusal: {
        kind: "final",
        code: "youtube.invalid_title",
        detail: "The request metadata specifies an invalid or empty video title.",
        retryAfterMs: null,
        bucket: null,
      },
    });
  });

  test("for its size", async () => {
    expect(await opening(youtube.token, {}, 256 * 1024 ** 3 + 1)).toMatchObject({
      refusal: { kind: "final", code: "youtube.upload_too_large" },
    });
  });

  test("for a token that is no good", async () => {
    expect(await opening("ya29.nonsense")).toMatchObject({ refusal: { kind: "reauth", code: "youtube.auth_error" } });
  });

  test("when the day's uploads are used up", async () => {
    world.fault({ peer: "youtube", operation: "videos.insert", kind: "status", reason: "quotaExceeded" });
    expect(await opening(youtube.token)).toMatchObject({
      refusal: {
        kind: "quota",
        code: "youtube.quota_exceeded",
        bucket: "inserts",
        detail: "The request cannot be completed because you have exceeded your quota.",
      },
    });
    world.fault({ peer: "youtube", operation: "videos.insert", kind: "status", reason: "uploadLimitExceeded" });
    expect(await opening(youtube.token)).toMatchObject({
      refusal: { kind: "quota", bucket: "channel", code: "youtube.upload_limit_exceeded" },
    });
  });

  test("when a chunk leaves a gap", async () => {
    const url = await open();
    const answer = await api().send(url, chunkOf(KIB256, 2 * KIB256));
    expect(answer).toMatchObject({
      refusal: { kind: "final", code: "youtube.http_400", detail: expect.stringContaining("exceeds already uploaded size of 0") },
    });
  });
});

describe("where an upload's bytes go", () => {
  const answering = (location: string | null) =>
    api({
      send: () => Promise.resolve(new Response(null, { headers: location === null ? {} : { Location: location } })),
    }).openUpload(youtube.token, { metadata: metadata(), size: 1, contentType: "video/mp4" });

  test.each(["https://www.googleapis.com/upload/youtube/v3/videos?upload_id=a", "https://other.example/u"])(
    "may be %s",
    async (location) => {
      expect(await answering(location)).toEqual({ kind: "accepted", value: { uploadUrl: location } });
    },
  );

  test.each([null, "", "/upload?upload_id=a", "http://www.googleapis.com/u", "ftp://www.googleapis.com/u"])(
    "can't be %s",
    async (location) => {
      expect(await answering(location)).toMatchObject({ kind: "refused", refusal: { kind: "busy", code: "youtube.no_upload_address" } });
    },
  );
});

describe("a 308", () => {
  const standing = (range: string | null, total: number | null = 1000) =>
    api({ send: () => Promise.resolve(new Response(null, { status: 308, headers: range === null ? {} : { Range: range } })) }).standing(
      "https://up.example/?upload_id=a",
      total,
    );

  test.each([
    [null, 0],
    ["bytes=0-0", 1],
    ["bytes=0-999", 1000],
  ])("with Range %s has %i bytes", async (range, offset) => {
    expect(await standing(range)).toEqual({ kind: "accepted", value: { state: "open", offset } });
  });

  test.each([
    "",
    "bytes=1-5",
    "bytes 0-5",
    "0-5",
    "bytes=0-",
    "bytes=0--1",
    "bytes=0-5,7-9",
    "bytes=0-1e3",
    "bytes=0-9999999999999999",
    "bytes=0-1000",
  ])("with Range %j says nothing", async (range) => {
    expect(await standing(range)).toEqual({ kind: "unknown", detail: "YouTube's answer can't be read.", retryAfterMs: null });
  });

  test("may have any number of bytes while nobody knows how many there will be", async () => {
    expect(await standing("bytes=0-1000", null)).toMatchObject({ value: { offset: 1001 } });
  });
});

test.each([200, 201])("a %i without a video that can be read is not taken for a refusal", async (status) => {
  const reading = (body: string | ReadableStream) =>
    api({
      send: async (request) => {
        await request.arrayBuffer();
        return new Response(body, { status });
      },
    }).send("https://up.example/?upload_id=a", chunkOf(0, 5, 5));
  expect(await reading('{"id":"v1"}')).toEqual({ kind: "accepted", value: { state: "complete", videoId: "v1" } });
  for (const body of ["", "{", "[]", '{"id":5}', '{"id":""}']) expect(await reading(body)).toMatchObject({ kind: "unknown" });
  const cut = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"id":"v1"}'));
    },
    pull: () => Promise.reject(new Error("cut")),
  });
  expect(await reading(cut)).toMatchObject({ kind: "unknown" });
});

test("a source that fails takes its request with it, and what had arrived counts", async () => {
  const url = await open();
  const source = streamOf(BYTES.subarray(0, KIB256 + 100), KIB256);
  const failing = source.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      flush: () => Promise.reject(new Error("R2 is away")),
    }),
  );
  expect(await api().send(url, { ...chunkOf(0, TOTAL), body: failing })).toMatchObject({ kind: "unknown" });
  const standing = value(await api().standing(url, TOTAL));
  expect([0, KIB256]).toContain(standing.state === "open" ? standing.offset : null);
});

test("a source that is too short leaves no video", async () => {
  const url = await open();
  expect(await api().send(url, { ...chunkOf(0, TOTAL), body: streamOf(BYTES.subarray(0, TOTAL - 1)) })).toMatchObject({ kind: "unknown" });
  expect(value(await api().standing(url, TOTAL)).state).toBe("open");
});

test("an answer that comes before the body has gone lets its source go", async () => {
  const server = createServer((_request, reply) => reply.writeHead(404).end());
  const url = `http://127.0.0.1:${await listenOnFirstFree(server, [])}/?upload_id=a`;
  let letGo = (): void => undefined;
  const gone = new Promise<void>((resolve) => (letGo = resolve));
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    cancel: () => letGo(),
  });
  expect(await api().send(url, { start: 0, end: 1e9, total: 1e9, body: endless })).toMatchObject({ refusal: { kind: "gone" } });
  await gone;
  await closeServer(server);
});

test("an answer has a minute, and as long as slow bytes take to be sent", async () => {
  const given: number[] = [];
  const deadline = (ms: number) => {
    given.push(ms);
    return new AbortController().signal;
  };
  const answering = api({
    deadline,
    send: async (request) => {
      await request.arrayBuffer();
      return new Response(null, { status: 308 });
    },
  });
  await answering.standing("https://up.example/?upload_id=a", TOTAL);
  await answering.send("https://up.example/?upload_id=a", chunkOf(0, 2 * KIB256));
  expect(given).toEqual([60_000, 62_000]);
});

test("nothing is sent on to where an answer points", async () => {
  let visits = 0;
  const elsewhere = createServer((_request, reply) => {
    visits += 1;
    reply.writeHead(200, { "content-type": "application/json" }).end('{"id":"not ours"}');
  });
  const location = `http://127.0.0.1:${await listenOnFirstFree(elsewhere, [])}/`;
  for (const status of [302, 307, 308]) {
    const server = createServer((request, reply) => request.resume().once("end", () => reply.writeHead(status, { location }).end()));
    const url = `http://127.0.0.1:${await listenOnFirstFree(server, [])}`;
    expect(await api({ url }).remove(youtube.token, "v1")).toMatchObject({ refusal: { kind: "busy", code: `youtube.http_${status}` } });
    await api().standing(`${url}/?upload_id=a`, TOTAL);
    await closeServer(server);
  }
  expect(visits).toBe(0);
  await closeServer(elsewhere);
});

test("a request whose source has failed is not waited for", async () => {
  const waiting = api({
    send: ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")))),
  });
  const failing = new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error("R2 is away")) });
  const answer = await waiting.send("https://up.example/?upload_id=a", { start: 0, end: 5, total: 5, body: failing });
  expect(answer).toMatchObject({ kind: "unknown" });
});
