import { afterEach, beforeEach, expect, test } from "vitest";
import { type FaultRequest, faultSchema } from "#test/world/faults.ts";
import { until } from "#test/world/testing.ts";
import { bytesOf, reasonIn, sha256, TestYouTube } from "./testing.ts";
import { ask, KIB256, send } from "./upload/testing.ts";

const BYTES = bytesOf(4 * KIB256 + 5);
const TOTAL = BYTES.byteLength;

let world: TestYouTube;
let token: string;

beforeEach(async () => {
  world = new TestYouTube();
  await world.start();
  token = (await world.grant()).accessToken;
});

afterEach(async () => {
  expect(world.pendingFaults).toBe(0);
  const { errors } = world;
  await world.remove();
  expect(errors).toEqual([]);
});

const call = (method: string, path: string, { body, signal }: { body?: unknown; signal?: AbortSignal } = {}) =>
  fetch(`${world.url}/youtube/v3/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });

const chunk = (location: string, first: number, end: number) =>
  send(location, { range: `bytes ${first}-${end - 1}/${TOTAL}`, body: BYTES.subarray(first, end) });

const playlist = { snippet: { title: "A list" } };

test("a status comes before any effect, in Google's words for a reason that it has", async () => {
  world.fault({ peer: "youtube", operation: "playlists.insert", kind: "status", status: 503, retry_after_seconds: 7 });
  const busy = await call("POST", "playlists?part=snippet", { body: playlist });
  expect([busy.status, busy.headers.get("retry-after"), reasonIn(await busy.json())]).toEqual([503, "7", "backendError"]);
  world.fault({ peer: "youtube", operation: "playlists.insert", kind: "status", reason: "quotaExceeded" });
  const spent = await call("POST", "playlists?part=snippet", { body: playlist });
  expect([spent.status, reasonIn(await spent.json())]).toEqual([403, "quotaExceeded"]);
  expect(world.state().playlists).toEqual([]);
  expect(world.state().projects[0]?.quota.units.used).toBe(0);
  expect((await call("POST", "playlists?part=snippet", { body: playlist })).status).toBe(200);
});

test("a lost reply comes after the effect", async () => {
  world.fault({ peer: "youtube", operation: "playlists.insert", kind: "lost_reply" });
  await expect(call("POST", "playlists?part=snippet", { body: playlist })).rejects.toThrow();
  expect(world.state().playlists).toMatchObject([{ title: "A list" }]);
  await until(() => world.log.at(-1)?.operation === "playlists.insert");
  expect(world.log.at(-1)).toMatchObject({ status: null, fault: "lost_reply" });
});

test("a timeout never answers and does nothing, a delay answers late", async () => {
  world.fault({ peer: "youtube", operation: "playlists.insert", kind: "timeout" });
  await expect(call("POST", "playlists?part=snippet", { body: playlist, signal: AbortSignal.timeout(60) })).rejects.toThrow("timeout");
  expect(world.state().playlists).toEqual([]);
  world.fault({ peer: "youtube", operation: "playlists.list", kind: "delay", delay_ms: 50 });
  const since = performance.now();
  expect((await call("GET", "playlists?part=id&mine=true")).status).toBe(200);
  expect(performance.now() - since).toBeGreaterThanOrEqual(49);
});

test("a fault concerns its operation and its channel, and the last byte when it says so", async () => {
  world.fault({
    peer: "youtube",
    operation: "playlists.list",
    channel_id: world.channelId("Another channel"),
    kind: "status",
    status: 500,
  });
  world.fault({ peer: "youtube", operation: "upload", on: "final", kind: "status", status: 502 });
  expect((await call("GET", "playlists?part=id&mine=true")).status).toBe(200);
  const location = await world.session(token, { total: TOTAL });
  expect((await chunk(location, 0, KIB256)).status).toBe(308);
  expect((await chunk(location, KIB256, TOTAL)).status).toBe(502);
  expect(await ask(location)).toMatchObject({ status: 308, range: `bytes=0-${KIB256 - 1}` });
  token = (await world.grant("Another channel")).accessToken;
  expect((await call("GET", "playlists?part=id&mine=true")).status).toBe(500);
});

test("a reply lost at the end leaves one video, which the session knows", async () => {
  world.fault({ peer: "youtube", operation: "upload", on: "final", kind: "lost_reply" });
  const location = await world.session(token, { total: TOTAL });
  await expect(chunk(location, 0, TOTAL)).rejects.toThrow();
  const found = await ask(location, TOTAL);
  expect(found.status).toBe(200);
  expect(world.state()).toMatchObject({ inserts: 1, videos: [{ id: found.id, sha256: sha256(BYTES) }] });
});

test("a connection that is reset in mid-body keeps whole multiples of 256 KiB of what had come", async () => {
  world.fault({ peer: "youtube", operation: "upload", kind: "reset", after_bytes: 2 * KIB256 + 7 });
  const location = await world.session(token, { total: TOTAL });
  await expect(chunk(location, 0, TOTAL)).rejects.toThrow();
  expect(await ask(location)).toMatchObject({ status: 308, range: `bytes=0-${2 * KIB256 - 1}` });
  await chunk(location, 2 * KIB256, TOTAL);
  expect(world.state()).toMatchObject({ inserts: 1, videos: [{ sha256: sha256(BYTES) }] });
});

test("a short range says less than was sent, at the end as well", async () => {
  world.fault({ peer: "youtube", operation: "upload", kind: "short_range", after_bytes: KIB256 + 5 });
  world.fault({ peer: "youtube", operation: "upload", on: "final", kind: "short_range", times: 1 });
  const location = await world.session(token, { total: TOTAL });
  expect(await chunk(location, 0, 2 * KIB256)).toMatchObject({ status: 308, range: `bytes=0-${KIB256 - 1}` });
  expect(await chunk(location, KIB256, TOTAL)).toMatchObject({ status: 308, range: `bytes=0-${KIB256 - 1}` });
  expect((await chunk(location, KIB256, TOTAL)).status).toBe(200);
  expect(world.state()).toMatchObject({ inserts: 1, videos: [{ sha256: sha256(BYTES) }] });
});

test("a session can be forgotten", async () => {
  const location = await world.session(token, { total: TOTAL });
  await chunk(location, 0, KIB256);
  world.fault({ peer: "youtube", operation: "upload", kind: "expired_session" });
  expect((await chunk(location, KIB256, TOTAL)).status).toBe(404);
  expect((await ask(location)).status).toBe(404);
  expect(world.state()).toMatchObject({ inserts: 0, sessions: [{ status: "expired" }] });
});

test("an insert in one request can break off, and leaves nothing", async () => {
  world.fault({ peer: "youtube", operation: "videos.insert", kind: "reset", after_bytes: 1000 });
  const insert = () =>
    fetch(`${world.url}/upload/youtube/v3/videos?uploadType=media&part=snippet`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "video/mp4" },
      body: Buffer.from(BYTES),
    });
  await expect(insert()).rejects.toThrow();
  expect(world.state()).toMatchObject({ inserts: 0, videos: [], sessions: [] });
  expect((await insert()).status).toBe(200);
});

test("a token endpoint that is down is not a refusal", async () => {
  world.fault({ peer: "youtube", operation: "token", kind: "status", status: 503, body: "try later" });
  expect(await world.exchange({ grant_type: "refresh_token", refresh_token: "unknown" })).toEqual({ status: 503, body: "try later" });
  expect(await world.exchange({ grant_type: "refresh_token", refresh_token: "unknown" })).toMatchObject({ status: 400 });
});

test.each<[FaultRequest, object]>([
  [
    { peer: "youtube", operation: "processing", kind: "failed", reason: "codec" },
    { status: "failed", reason: "codec" },
  ],
  [
    { peer: "youtube", operation: "processing", kind: "rejected" },
    { status: "rejected", reason: "duplicate" },
  ],
  [
    { peer: "youtube", operation: "processing", kind: "stuck" },
    { status: "uploaded", reason: null },
  ],
])("processing under %j ends as %j", async (fault, outcome) => {
  world.fault(fault);
  await send(await world.session(token), { body: BYTES });
  expect(world.state().videos).toMatchObject([{ status: "uploaded", reason: null }]);
  world.now += 86_400_000;
  expect(world.state().videos).toMatchObject([outcome]);
});

test.each([
  [{ operation: "upload", kind: "short_range", after_bytes: 5 }, true],
  [{ operation: "videos.list", kind: "short_range", after_bytes: 5 }, false],
  [{ operation: "videos.list", kind: "expired_session" }, false],
  [{ operation: "videos.list", kind: "stuck" }, false],
  [{ operation: "processing", kind: "timeout" }, false],
  [{ operation: "videos.explode", kind: "timeout" }, false],
  [{ operation: "videos.list", kind: "status", status: 99 }, false],
])("%j is a fault: %s", (fault, accepted) => {
  expect(faultSchema.safeParse({ peer: "youtube", ...fault }).success).toBe(accepted);
});
