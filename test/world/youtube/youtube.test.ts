import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { until } from "#test/world/testing.ts";
import { youtubeCommands } from "./commands.ts";
import { bytesOf, reasonIn, sha256, TestYouTube } from "./testing.ts";
import { breakOff, KIB256, send } from "./upload/testing.ts";

const BYTES = bytesOf(KIB256 + 10);

let world: TestYouTube;

beforeEach(async () => {
  world = new TestYouTube();
  await world.start();
});

afterEach(() => world.remove());

const get = async (path: string, token: string | null) => {
  const reply = await fetch(`${world.url}/youtube/v3/${path}`, { headers: token === null ? {} : { authorization: `Bearer ${token}` } });
  return { status: reply.status, body: await reply.json() };
};
const withId = z.object({ id: z.string() });

test("who may not is told why, in Google's words", async () => {
  const read = "https://www.googleapis.com/auth/youtube.readonly";
  const reader = (await world.grant("Local channel", { scope: read })).accessToken;
  const nobody = (await world.grant("Nobody's channel")).accessToken;
  expect(await get("channels?part=id&mine=true", "wrong")).toMatchObject({
    status: 401,
    body: {
      error: {
        code: 401,
        status: "UNAUTHENTICATED",
        errors: [{ message: "Invalid Credentials", location: "Authorization", locationType: "header" }],
      },
    },
  });
  expect(await get("channels?part=id&id=UC1", null)).toMatchObject({ status: 403, body: { error: { errors: [{ reason: "forbidden" }] } } });
  expect(reasonIn((await get("captions?part=id&videoId=a", null)).body)).toBe("required");
  expect(reasonIn((await get(`channels?part=id&id=UC1&key=${world.project.apiKey}x`, null)).body)).toBe("keyInvalid");
  expect(reasonIn((await get(`channels?part=id&mine=true&key=${world.project.apiKey}`, null)).body)).toBe("authorizationRequired");

  expect((await get("channels?part=id&mine=true", reader)).status).toBe(200);
  const refused = await world.open(reader);
  expect([refused.status, await refused.json()]).toMatchObject([
    403,
    { error: { errors: [{ reason: "insufficientPermissions", message: "Insufficient Permission" }] } },
  ]);

  expect((await get("channels?part=id&mine=true", nobody)).body).toMatchObject({ pageInfo: { totalResults: 0 }, items: [] });
  const signUp = await world.open(nobody);
  expect([signUp.status, reasonIn(await signUp.json())]).toEqual([401, "youtubeSignupRequired"]);

  world.command("channels/change", { id: world.channelId(), state: "suspended" });
  expect(reasonIn((await get("channels?part=id&mine=true", reader)).body)).toBe("authenticatedUserAccountSuspended");
});

test.each([
  ["channels?mine=true", "missingRequiredParameter"],
  ["channels?part=id", "missingRequiredParameter"],
  ["channels?part=nonsense&mine=true", "unknownPart"],
  ["channels?part=id&mine=true&id=UC1", "incompatibleParameters"],
  ["videos?part=id", "missingRequiredParameter"],
  [`videos?part=id&id=${Array.from({ length: 51 }, (_, n) => n).join(",")}`, "invalidFilters"],
  ["playlistItems?part=id", "missingRequiredParameter"],
  ["playlistItems?part=id&playlistId=PLunknown", "playlistNotFound"],
  ["playlistItems?part=id&playlistId=PLunknown&maxResults=51", "playlistNotFound"],
  ["playlists?part=id&mine=true&maxResults=51", "invalidParameter"],
  ["playlists?part=id&channelId=UCunknown", "channelNotFound"],
  ["videoCategories?part=id&id=99", "videoCategoryNotFound"],
  ["search?part=id&forMine=true", "incompatibleParameters"],
])("%s is refused: %s", async (path, reason) => {
  const { accessToken } = await world.grant();
  expect(reasonIn((await get(path, accessToken)).body)).toBe(reason);
});

test("a channel that has had its uploads of a day gets no more until one is older", async () => {
  world.command("channels/change", { id: world.channelId(), uploads_per_day: 1 });
  const { accessToken } = await world.grant();
  await send(await world.session(accessToken), { body: BYTES });
  const refused = await world.open(accessToken);
  expect([refused.status, reasonIn(await refused.json())]).toEqual([400, "uploadLimitExceeded"]);
  world.now += 86_400_000;
  expect((await world.open((await world.grant()).accessToken)).status).toBe(200);
});

test("a duplicate is rejected when that is asked for", async () => {
  world.command("settings", { reject_duplicates: true, processing_ms: 0, duration_seconds: 7 });
  const { accessToken } = await world.grant();
  for (let n = 0; n < 2; n += 1) await send(await world.session(accessToken), { body: BYTES });
  expect(world.state().videos).toMatchObject([
    { status: "processed", reason: null, duration_seconds: 7 },
    { status: "rejected", reason: "duplicate", sha256: sha256(BYTES) },
  ]);
});

test("things happen at YouTube without us", async () => {
  const channel = z.object({ id: z.string() }).parse(world.command("channels", { title: "A third", email: "eve@example.com" }));
  const resource = { snippet: { title: "Made elsewhere", categoryId: "10" }, status: { privacyStatus: "public" } };
  const { id } = withId.parse(
    world.command("videos", { channel_id: channel.id, resource, duration_seconds: 61, published_at: "2020-01-02T03:04:05Z" }),
  );
  const { accessToken } = await world.grant();
  expect((await get(`videos?part=snippet,contentDetails&id=${id}`, accessToken)).body).toMatchObject({
    items: [
      {
        snippet: { title: "Made elsewhere", publishedAt: "2020-01-02T03:04:05Z", channelTitle: "A third" },
        contentDetails: { duration: "PT1M1S" },
      },
    ],
  });
  world.command("videos/process", { id, outcome: { kind: "rejected", reason: "copyright" } });
  expect(world.state()).toMatchObject({ inserts: 0, videos: [{ id, status: "rejected", reason: "copyright" }] });
  world.command("videos/delete", { id });
  expect((await get(`videos?part=id&id=${id}`, accessToken)).body).toMatchObject({ items: [] });
});

test.each([
  ["videos", { channel_id: "UCunknown", resource: { snippet: { title: "A" } } }, "unknown_channel"],
  ["videos/delete", { id: "unknown" }, "unknown_video"],
  ["projects", { client_id: "unknown" }, "unknown_project"],
  ["settings", { processing_ms: -1 }, "invalid_request"],
  ["settings", { unheard_of: 1 }, "invalid_request"],
  ["clock", { at: "yesterday" }, "invalid_request"],
])("the control endpoint refuses %s of %j: %s", (name, request, problem) => {
  expect(youtubeCommands(world.running.site)[`POST /youtube/${name}`]?.(request)).toMatchObject({ problem });
});

test("the control endpoint refuses a video that YouTube would", () => {
  const request = { channel_id: world.channelId(), resource: { snippet: { title: "<b>" } } };
  expect(youtubeCommands(world.running.site)["POST /youtube/videos"]?.(request)).toMatchObject({ problem: "invalidTitle", status: 400 });
});

test("the wire log has every request, what it carried and how it ended, and no secret", async () => {
  const { accessToken } = await world.grant();
  const location = await world.session(accessToken, { total: BYTES.byteLength });
  await send(location, { range: `bytes 0-${KIB256 - 1}/${BYTES.byteLength}`, body: BYTES.subarray(0, KIB256) });
  await breakOff(location, `bytes ${KIB256}-${BYTES.byteLength - 1}/${BYTES.byteLength}`, BYTES.subarray(KIB256), 3);
  await until(() => world.log.some(({ status }) => status === null));
  const { id } = await send(location, {
    range: `bytes ${KIB256}-${BYTES.byteLength - 1}/${BYTES.byteLength}`,
    body: BYTES.subarray(KIB256),
  });
  await fetch(`${world.url}/nothing`);
  const session = world.state().sessions[0]?.id;
  const uploading = { operation: "upload", channel_id: world.channelId(), client_id: world.project.clientId, session_id: session };
  expect(world.log).toMatchObject([
    { operation: "authorize", status: 302 },
    { operation: "token", status: 200, channel_id: world.channelId() },
    { operation: "videos.insert", status: 200, session_id: session, video_id: null },
    { ...uploading, status: 308, bytes: KIB256, range: `bytes=0-${KIB256 - 1}` },
    { ...uploading, status: null, bytes: 3 },
    { ...uploading, status: 200, bytes: 10, video_id: id },
    { operation: null, status: 404, path: "/nothing" },
  ]);
  const text = JSON.stringify(world.log);
  expect(text).not.toContain(new URL(location).searchParams.get("upload_id"));
  expect(text).not.toContain(accessToken);
});

test("a reset empties the channels and forgets no grant", async () => {
  const { accessToken } = await world.grant();
  await send(await world.session(accessToken), { body: BYTES });
  world.command("settings", { consent: null, processing_ms: 5 });
  world.command("clock", { advance_ms: 1_000 });
  const before = world.state();
  world.running.reset();
  expect(world.state()).toMatchObject({
    videos: [],
    sessions: [],
    inserts: 0,
    requests: 0,
    max_concurrent_uploads_per_channel: 0,
    now: "2026-11-20T12:00:00.000Z",
  });
  expect(world.state().channels.map(({ id, grants }) => [id, grants])).toEqual(before.channels.map(({ id, grants }) => [id, grants]));
  expect(world.running.site.library.settings.get().processing_ms).toBe(2_000);
  expect((await get("channels?part=id&mine=true", accessToken)).status).toBe(200);
});

test("a channel has a picture", async () => {
  const { accessToken } = await world.grant();
  const { api, at } = world.client(accessToken);
  const mine = await api.channels.list({ part: ["snippet"], mine: true }, at);
  const picture = await fetch(mine.data.items?.[0]?.snippet?.thumbnails?.medium?.url ?? "");
  expect([picture.status, picture.headers.get("content-type"), await picture.text()]).toEqual([
    200,
    "image/svg+xml",
    expect.stringContaining(">L<"),
  ]);
});
