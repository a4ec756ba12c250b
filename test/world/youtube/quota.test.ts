import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { nextPacificMidnight, pacificDay } from "./clock.ts";
import { METHODS } from "./operations.ts";
import { send } from "./upload/testing.ts";
import { bytesOf, reasonIn, REDIRECT_URI, TestYouTube } from "./testing.ts";

let world: TestYouTube;
let token: string;

beforeEach(async () => {
  world = new TestYouTube();
  await world.start();
  token = (await world.grant()).accessToken;
});

afterEach(() => world.remove());

const get = async (path: string, accessToken = token) => {
  const reply = await fetch(`${world.url}/youtube/v3/${path}`, { headers: { authorization: `Bearer ${accessToken}` } });
  return [reply.status, reasonIn(await reply.json())];
};
const list = (accessToken = token) => get("videos?part=id&id=a", accessToken);
const used = () => world.state().projects.map(({ quota }) => Object.values(quota).map((bucket) => bucket.used));

test.each([
  ["2026-11-20T07:59:59Z", "2026-11-19", "2026-11-20T08:00:00Z"],
  ["2026-11-20T08:00:00Z", "2026-11-20", "2026-11-21T08:00:00Z"],
  ["2026-07-01T06:59:59Z", "2026-06-30", "2026-07-01T07:00:00Z"],
  // The day of 25 hours, and the one of 23.
  ["2026-11-01T07:00:00Z", "2026-11-01", "2026-11-02T08:00:00Z"],
  ["2026-03-08T08:00:00Z", "2026-03-08", "2026-03-09T07:00:00Z"],
])("at %s it is %s in Los Angeles, until %s", (at, day, midnight) => {
  expect(pacificDay(Date.parse(at))).toBe(day);
  expect(nextPacificMidnight(Date.parse(at))).toBe(Date.parse(midnight));
});

test("each bucket is spent on its own and filled at midnight in Los Angeles", async () => {
  const { clientId } = world.project;
  world.command("projects", { client_id: clientId, limits: { "videos.insert": 2, "search.list": 1, units: 3 } });
  expect(await list()).toEqual([200, undefined]);
  await list();
  await list();
  expect(await list()).toEqual([403, "quotaExceeded"]);
  expect((await world.open(token)).status).toBe(200);
  expect((await world.open(token)).status).toBe(200);
  const third = await world.open(token);
  expect([third.status, reasonIn(await third.json())]).toEqual([403, "quotaExceeded"]);
  expect(await get("search?part=id&forMine=true&type=video")).toEqual([200, undefined]);
  expect(await get("search?part=id&forMine=true&type=video")).toEqual([403, "quotaExceeded"]);
  expect(used()).toEqual([[2, 1, 3]]);

  world.command("clock", { at: "2026-11-21T07:59:59Z" });
  const { accessToken } = await world.grant();
  expect(await list(accessToken)).toEqual([403, "quotaExceeded"]);
  world.command("clock", { advance_ms: 1_000 });
  expect(used()).toEqual([[0, 0, 0]]);
  expect(await list(accessToken)).toEqual([200, undefined]);
  await world.restart();
  expect([world.state().now, used()]).toEqual(["2026-11-21T08:00:00.000Z", [[0, 0, 1]]]);
});

test("what is refused costs as well, but not who is not known", async () => {
  expect(await get("videos?part=nonsense&id=a")).toEqual([400, "unknownPart"]);
  expect(await get("videos?part=id")).toEqual([400, "missingRequiredParameter"]);
  expect(await get("videos?part=id&id=a", "unknown")).toEqual([401, "authError"]);
  expect(used()).toEqual([[0, 0, 2]]);
});

test("a write takes fifty, captions four hundred, and a bucket that has not enough gives nothing", async () => {
  expect(Object.entries(METHODS).map(([name, { bucket, cost }]) => [name, bucket, cost])).toEqual([
    ["channels.list", "units", 1],
    ["videos.insert", "videos.insert", 1],
    ["videos.list", "units", 1],
    ["videos.update", "units", 50],
    ["videos.delete", "units", 50],
    ["thumbnails.set", "units", 50],
    ["playlists.list", "units", 1],
    ["playlists.insert", "units", 50],
    ["playlists.update", "units", 50],
    ["playlists.delete", "units", 50],
    ["playlistItems.list", "units", 1],
    ["playlistItems.insert", "units", 50],
    ["playlistItems.update", "units", 50],
    ["playlistItems.delete", "units", 50],
    ["captions.list", "units", 50],
    ["captions.insert", "units", 400],
    ["videoCategories.list", "units", 1],
    ["search.list", "search.list", 1],
  ]);
  world.command("projects", { client_id: world.project.clientId, limits: { units: 49 } });
  const reply = await fetch(`${world.url}/youtube/v3/videos?id=unknown`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${token}` },
  });
  expect(reasonIn(await reply.json())).toBe("quotaExceeded");
  expect(used()).toEqual([[0, 0, 0]]);
});

test("projects have quotas of their own, and an unverified one's videos stay private", async () => {
  const body = { redirect_uris: [REDIRECT_URI], verified: false };
  const made = z.object({ client_id: z.string(), client_secret: z.string(), api_key: z.string() }).parse(world.command("projects", body));
  const project = { clientId: made.client_id, clientSecret: made.client_secret, apiKey: made.api_key, redirectUri: REDIRECT_URI };
  const unverified = (await world.grant("Local channel", {}, project)).accessToken;
  const location = await world.session(unverified, {
    resource: { snippet: { title: "Seen by nobody" }, status: { privacyStatus: "public" } },
  });
  const { id } = await send(location, { body: bytesOf(100) });
  expect(world.state().videos).toMatchObject([{ id, privacy_status: "private", published_at: null }]);
  const opened = await fetch(`${world.url}/youtube/v3/videos?part=status`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ id, status: { privacyStatus: "public" } }),
  });
  expect([opened.status, await opened.json()]).toMatchObject([200, { status: { privacyStatus: "private" } }]);
  expect(used()).toEqual([
    [0, 0, 50],
    [1, 0, 0],
  ]);
});
