import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "#test/world/testing.ts";
import { bytesOf, reasonIn, sha256, TestYouTube } from "#test/world/youtube/testing.ts";
import { ask, breakOff, KIB256, send, sendChunked } from "./testing.ts";

const BYTES = bytesOf(2 * KIB256 + 1000);
const TOTAL = BYTES.byteLength;

let world: TestYouTube;
let token: string;

beforeEach(async () => {
  world = new TestYouTube();
  await world.start();
  token = (await world.grant()).accessToken;
});

afterEach(async () => {
  const { errors } = world;
  await world.remove();
  expect(errors).toEqual([]);
});

const chunk = (location: string, first: number, end: number, total: number | "*" = TOTAL) =>
  send(location, { range: `bytes ${first}-${end - 1}/${total}`, body: BYTES.subarray(first, end) });

const stored = (range: string | null) => ({ status: 308, range, id: null, text: "" });
const expectOneVideo = (id: string | null) => {
  expect(world.state()).toMatchObject({ inserts: 1, videos: [{ id, size: TOTAL, sha256: sha256(BYTES) }] });
};

test("a session answers with where the bytes go, and chunks become one video", async () => {
  const opened = await world.open(token, {
    total: TOTAL,
    resource: { snippet: { title: "In chunks" }, status: { privacyStatus: "unlisted" } },
  });
  expect([opened.status, await opened.text()]).toEqual([200, ""]);
  const location = opened.headers.get("location") ?? "";
  expect(new URL(location).searchParams.get("upload_id")).toBe(opened.headers.get("x-guploader-uploadid"));
  expect(await ask(location)).toEqual(stored(null));
  expect(await chunk(location, 0, KIB256)).toEqual(stored(`bytes=0-${KIB256 - 1}`));
  expect(await chunk(location, KIB256, 2 * KIB256)).toEqual(stored(`bytes=0-${2 * KIB256 - 1}`));
  expect(await ask(location, TOTAL)).toEqual(stored(`bytes=0-${2 * KIB256 - 1}`));
  const done = await chunk(location, 2 * KIB256, TOTAL);
  expect([done.status, JSON.parse(done.text)]).toMatchObject([
    200,
    { snippet: { title: "In chunks" }, status: { uploadStatus: "uploaded", privacyStatus: "unlisted" } },
  ]);
  expectOneVideo(done.id);
});

test("the last chunk sent again, and a question after the end, find the same video", async () => {
  const location = await world.session(token, { total: TOTAL });
  await chunk(location, 0, 2 * KIB256);
  const done = await chunk(location, 2 * KIB256, TOTAL);
  for (const again of [
    await chunk(location, 2 * KIB256, TOTAL),
    await ask(location),
    await ask(location, TOTAL),
    await send(location, { body: BYTES }),
  ])
    expect([again.status, again.id]).toEqual([200, done.id]);
  await world.restart();
  const moved = new URL(new URL(location).pathname + new URL(location).search, world.url).href;
  expect((await ask(moved)).id).toBe(done.id);
  expectOneVideo(done.id);
});

test("YouTube's guide says 201 of a finished upload, and that can be had", async () => {
  world.command("settings", { inserted_status: 201 });
  expect((await send(await world.session(token), { body: BYTES })).status).toBe(201);
});

test("a whole body needs no range, and its length may be known late or never", async () => {
  const done = [
    await send(await world.session(token, { total: TOTAL }), { body: BYTES }),
    await send(await world.session(token), { body: BYTES, method: "POST" }),
    await sendChunked(await world.session(token), BYTES, { method: "POST" }),
  ];
  expect(done.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(world.state().videos.map((video) => video.sha256)).toEqual(Array(3).fill(sha256(BYTES)));
});

test("of an unknown total the last chunk tells, or a question when the end is a chunk's", async () => {
  const told = await world.session(token);
  expect(await chunk(told, 0, 2 * KIB256, "*")).toEqual(stored(`bytes=0-${2 * KIB256 - 1}`));
  expect((await chunk(told, 2 * KIB256, TOTAL)).status).toBe(200);

  const asked = await world.session(token);
  await chunk(asked, 0, 2 * KIB256, "*");
  expect(await ask(asked)).toEqual(stored(`bytes=0-${2 * KIB256 - 1}`));
  expect((await ask(asked, 2 * KIB256)).status).toBe(200);
  expect(world.state().videos.map(({ size }) => size)).toEqual([TOTAL, 2 * KIB256]);
});

test("a body without an end goes on to the end of what it says, and of what comes", async () => {
  const open = await world.session(token);
  expectOneVideo((await sendChunked(open, BYTES, { range: "bytes 0-*/*" })).id);
  const half = await world.session(token);
  expect(await sendChunked(half, BYTES.subarray(0, KIB256 + 9), { range: `bytes 0-*/${TOTAL}` })).toEqual(stored(`bytes=0-${KIB256 - 1}`));
  expect((await sendChunked(half, BYTES.subarray(KIB256), { range: `bytes ${KIB256}-*/${TOTAL}` })).status).toBe(200);
  expect(world.state().videos.map((video) => video.sha256)).toEqual(Array(2).fill(sha256(BYTES)));
});

test("nothing at all is an upload too, whose processing fails", async () => {
  for (const range of ["bytes 0--1/0", "bytes */0"]) expect((await send(await world.session(token), { range })).status).toBe(200);
  world.now += 2_000;
  expect(world.state().videos).toMatchObject(Array(2).fill({ size: 0, status: "failed", reason: "emptyFile" }));
});

test("bytes that it has are skipped, whatever they are now", async () => {
  const location = await world.session(token, { total: TOTAL });
  await chunk(location, 0, KIB256);
  const other = Buffer.concat([Buffer.alloc(KIB256), BYTES.subarray(KIB256)]);
  const done = await send(location, { range: `bytes 0-${TOTAL - 1}/${TOTAL}`, body: other });
  expectOneVideo(done.id);
});

test.each([
  ["a chunk in the middle that is no multiple of 256 KiB", { range: `bytes 0-999/${TOTAL}`, body: BYTES.subarray(0, 1000) }, "262144"],
  [
    "a gap",
    { range: `bytes ${KIB256}-${2 * KIB256 - 1}/${TOTAL}`, body: BYTES.subarray(KIB256, 2 * KIB256) },
    "exceeds already uploaded size",
  ],
  ["another total", { range: `bytes 0-${KIB256 - 1}/${TOTAL + 1}`, body: BYTES.subarray(0, KIB256) }, "announced"],
  ["a question about another total", { range: `bytes */${TOTAL + 1}` }, "announced"],
  ["a body shorter than its range", { range: `bytes 0-${KIB256 - 1}/${TOTAL}`, body: BYTES.subarray(0, 5) }, "There were 5 byte(s)"],
  ["a range that ends before it begins", { range: `bytes 5-4/${TOTAL}`, body: BYTES.subarray(0, 5) }, "Failed to parse"],
  ["a range beyond its total", { range: `bytes 0-${TOTAL}/${TOTAL}`, body: BYTES }, "Failed to parse"],
  ["a range of something else", { range: `items 0-${TOTAL - 1}/${TOTAL}`, body: BYTES }, "Failed to parse"],
  ["a whole body of another length", { body: BYTES.subarray(0, 1000) }, "announced"],
])("%s is refused and changes nothing", async (_, sending, words) => {
  const location = await world.session(token, { total: TOTAL });
  const refused = await send(location, sending);
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining(words)]);
  expect(await ask(location)).toEqual(stored(null));
  expectOneVideo((await send(location, { body: BYTES })).id);
});

test("of a body that breaks off whole multiples of 256 KiB are kept, over a restart as well", async () => {
  const location = await world.session(token, { total: TOTAL });
  await breakOff(location, `bytes 0-${TOTAL - 1}/${TOTAL}`, BYTES, KIB256 + 999);
  await until(() => world.log.some(({ operation, status }) => operation === "upload" && status === null));
  expect(await ask(location)).toEqual(stored(`bytes=0-${KIB256 - 1}`));
  await world.restart();
  const moved = new URL(new URL(location).pathname + new URL(location).search, world.url).href;
  expect(await ask(moved)).toEqual(stored(`bytes=0-${KIB256 - 1}`));
  expectOneVideo((await chunk(moved, KIB256, TOTAL)).id);
});

test("two who send at once leave one video with the right bytes", async () => {
  const location = await world.session(token, { total: TOTAL });
  const done = await Promise.all([send(location, { body: BYTES }), send(location, { body: BYTES })]);
  expect(done.map(({ status, id }) => [status, id])).toEqual([
    [200, done[0].id],
    [200, done[0].id],
  ]);
  expectOneVideo(done[0].id);
});

test("a cancelled session is gone, an expired one was never there", async () => {
  const cancelled = await world.session(token, { total: TOTAL });
  await chunk(cancelled, 0, KIB256);
  expect((await send(cancelled, { method: "DELETE" })).status).toBe(499);
  expect((await chunk(cancelled, KIB256, TOTAL)).status).toBe(410);

  const late = await world.session(token, { total: TOTAL });
  await chunk(late, 0, KIB256);
  world.now += 604_800_001;
  expect((await chunk(late, KIB256, TOTAL)).status).toBe(404);
  expect((await ask(`${late}x`)).status).toBe(404);
  expect(world.state()).toMatchObject({ inserts: 0, videos: [] });
  expect(world.state().sessions.map(({ status }) => status)).toEqual(["cancelled", "expired"]);
});

test("the address is the key: a token is not asked for, but one that ended is refused", async () => {
  const location = await world.session(token, { total: TOTAL });
  world.now += 3_600_000;
  const refused = await send(location, { body: BYTES, headers: { authorization: `Bearer ${token}` } });
  expect([refused.status, reasonIn(JSON.parse(refused.text))]).toEqual([401, "authError"]);
  expectOneVideo((await send(location, { body: BYTES })).id);
});

test("who can't read 308 gets it in a header", async () => {
  const location = await world.session(token, { total: TOTAL });
  const reply = await fetch(location, { method: "PUT", headers: { "content-range": "bytes */*", "x-guploader-no-308": "yes" } });
  expect([reply.status, reply.headers.get("x-http-status-code-override")]).toEqual([200, "308"]);
});

test("what can be refused at the start is, and has cost its quota all the same", async () => {
  const refused = async (opening: Parameters<TestYouTube["open"]>[1], headers: Record<string, string> = {}) => {
    const query = opening?.query ?? "part=snippet,status";
    const reply = await fetch(`${world.url}/upload/youtube/v3/videos?uploadType=resumable&${query}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify(opening?.resource ?? {}),
    });
    return [reply.status, reasonIn(await reply.json())];
  };
  expect(await refused({ resource: { snippet: { title: "" } } })).toEqual([400, "invalidTitle"]);
  expect(await refused({ query: "part=snippet,nonsense" })).toEqual([400, "unknownPart"]);
  expect(await refused({}, { "x-upload-content-type": "text/plain" })).toEqual([400, "badContent"]);
  expect(await refused({}, { "x-upload-content-length": "12abc" })).toEqual([400, "invalidParameter"]);
  expect(await refused({}, { "x-upload-content-length": String(256 * 1024 ** 3 + 1) })).toEqual([413, "uploadTooLarge"]);
  expect(world.state().sessions).toEqual([]);
  expect(world.state().projects[0]?.quota["videos.insert"]).toEqual({ used: 5, limit: 100 });
});

test("what part does not name is not set", async () => {
  const location = await world.session(token, {
    query: "part=snippet",
    resource: { snippet: { title: "Named" }, status: { privacyStatus: "private" } },
  });
  await send(location, { body: BYTES });
  expect(world.state().videos).toMatchObject([{ title: "Named", privacy_status: "public" }]);
});

test("a session that is cancelled, or emptied away, while its bytes come makes no video", async () => {
  world.command("settings", { bytes_per_second: 4 * TOTAL });
  const end = async (how: (location: string) => Promise<unknown>) => {
    const location = await world.session(token, { total: TOTAL });
    const sending = send(location, { body: BYTES });
    await sleep(60);
    await how(location);
    return (await sending).status;
  };
  expect(await end((location) => send(location, { method: "DELETE" }))).toBe(410);
  expect(await end(() => Promise.resolve(world.running.reset()))).toBe(404);
  expect(world.state()).toMatchObject({ inserts: 0, videos: [] });
});

test("who comes late to an upload that another finished finds its video", async () => {
  world.fault({ peer: "youtube", operation: "upload", kind: "delay", delay_ms: 80 });
  const location = await world.session(token, { total: TOTAL });
  const late = send(location, { body: bytesOf(TOTAL, 2) });
  await sleep(20);
  const { id } = await send(location, { body: BYTES });
  expect((await late).id).toBe(id);
  expectOneVideo(id);
  expect(sha256(readFileSync(world.fileOf(id ?? "")))).toBe(sha256(BYTES));
});

test("bytes are read as slowly as is asked for", async () => {
  world.command("settings", { bytes_per_second: 4 * TOTAL });
  const location = await world.session(token);
  const since = performance.now();
  expectOneVideo((await send(location, { body: BYTES })).id);
  expect(performance.now() - since).toBeGreaterThan(200);
});

test("the most uploads that a channel had at once are counted", async () => {
  const other = (await world.grant("Another channel")).accessToken;
  const locations = [await world.session(token), await world.session(token), await world.session(other)];
  world.command("settings", { bytes_per_second: 4 * TOTAL });
  await Promise.all(locations.map((location) => send(location, { body: BYTES })));
  const { channels, max_concurrent_uploads_per_channel: most } = world.state();
  expect([most, ...channels.map((channel) => channel.max_concurrent_uploads)]).toEqual([2, 2, 1, 0]);
});
