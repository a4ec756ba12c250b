import { Readable } from "node:stream";
import { auth, type youtube_v3 } from "@googleapis/youtube";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { mismatches } from "./discovery.ts";
import { bytesOf, REDIRECT_URI, sha256, TestYouTube } from "./testing.ts";

let world: TestYouTube;
let api: youtube_v3.Youtube;
let at: { rootUrl: string; retry: false };

beforeEach(async () => {
  world = new TestYouTube();
  await world.start();
  ({ api, at } = world.client((await world.grant()).accessToken));
});

afterEach(async () => {
  const { errors } = world;
  await world.remove();
  expect(errors).toEqual([]);
});

const SNIPPET = { title: "A holiday", description: "By the sea", tags: ["sea", "two words"], categoryId: "19" };
const PARTS = ["snippet", "status", "contentDetails", "processingDetails", "statistics", "fileDetails", "recordingDetails", "player"];

async function upload(bytes = bytesOf(700_001), status: youtube_v3.Schema$VideoStatus = { privacyStatus: "unlisted" }) {
  const media = { mimeType: "video/mp4", body: Readable.from([bytes.subarray(0, 300_000), bytes.subarray(300_000)]) };
  const { data } = await api.videos.insert({ part: ["snippet", "status"], requestBody: { snippet: SNIPPET, status }, media }, at);
  expect(mismatches(data, "Video")).toEqual([]);
  return z.object({ id: z.string() }).parse(data).id;
}

/** What Google's client throws of a refusal. */
async function refusal(call: Promise<unknown>): Promise<{ status: number; reason: string }> {
  const error: unknown = await call.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  const shape = z.object({
    response: z.object({
      status: z.int(),
      data: z.object({ error: z.object({ code: z.int(), errors: z.array(z.looseObject({ reason: z.string() })) }) }),
    }),
  });
  const { response } = shape.parse(error);
  expect(response.data.error.code).toBe(response.status);
  return { status: response.status, reason: response.data.error.errors[0]?.reason ?? "" };
}

test("the discovery document refuses what it does not know", () => {
  expect(mismatches({ id: "1", snippet: { title: "A", tags: ["b"] }, status: {} }, "Video")).toEqual([]);
  expect(mismatches({ id: 1, snippet: { heading: "A", tags: "b" } }, "Video")).toEqual([
    "Video.id is number, not string",
    "Video.snippet.heading is unknown",
    "Video.snippet.tags is no list",
  ]);
});

test("Google's OAuth client connects a channel, refreshes and revokes", async () => {
  const endpoints = {
    oauth2AuthBaseUrl: `${world.url}/o/oauth2/v2/auth`,
    oauth2TokenUrl: `${world.url}/token`,
    oauth2RevokeUrl: `${world.url}/revoke`,
    tokenInfoUrl: `${world.url}/tokeninfo`,
  };
  const { clientId, clientSecret } = world.project;
  const client = new auth.OAuth2({ clientId, clientSecret, redirectUri: REDIRECT_URI, endpoints });
  const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync();
  const url = new URL(
    client.generateAuthUrl({
      access_type: "offline",
      prompt: "consent",
      scope: ["https://www.googleapis.com/auth/youtube", "https://www.googleapis.com/auth/userinfo.email"],
      state: "state of ours",
    }),
  );
  // The client's enumeration of methods is not exported by this package.
  url.search += `&code_challenge=${codeChallenge ?? ""}&code_challenge_method=S256`;
  const back = new URL((await fetch(url, { redirect: "manual" })).headers.get("location") ?? "");
  expect(back.href.startsWith(REDIRECT_URI)).toBe(true);
  expect(back.searchParams.get("state")).toBe("state of ours");
  const { tokens } = await client.getToken({ code: back.searchParams.get("code") ?? "", codeVerifier });
  expect(tokens).toMatchObject({ token_type: "Bearer", refresh_token: expect.stringMatching(/^1\/\//) });

  client.setCredentials(tokens);
  const info = await client.getTokenInfo(tokens.access_token ?? "");
  expect(info).toMatchObject({
    aud: clientId,
    email: "ada@example.com",
    scopes: expect.arrayContaining(["https://www.googleapis.com/auth/youtube"]),
  });

  client.setCredentials({ refresh_token: tokens.refresh_token ?? "" });
  const { token: fresh } = await client.getAccessToken();
  expect(fresh).not.toBe(tokens.access_token);
  const mine = await api.channels.list({ part: ["snippet"], mine: true, auth: client }, at);
  expect(mine.data.items?.map(({ id }) => id)).toEqual([world.channelId()]);

  await client.revokeToken(tokens.refresh_token ?? "");
  client.setCredentials({ refresh_token: tokens.refresh_token ?? "" });
  await expect(client.getAccessToken()).rejects.toThrow("invalid_grant");
});

test("a video is inserted whole, is processed, and is read back", async () => {
  const bytes = bytesOf(2_500_000);
  const id = await upload(bytes);
  expect(world.state()).toMatchObject({
    inserts: 1,
    videos: [
      {
        id,
        channel_id: world.channelId(),
        title: "A holiday",
        privacy_status: "unlisted",
        size: 2_500_000,
        sha256: sha256(bytes),
        status: "uploaded",
      },
    ],
  });
  world.now += 1_000;
  const half = await api.videos.list({ id: [id], part: PARTS }, at);
  expect(mismatches(half.data, "VideoListResponse")).toEqual([]);
  expect(half.data.items?.[0]).toMatchObject({
    snippet: { ...SNIPPET, channelId: world.channelId(), channelTitle: "Local channel" },
    status: { uploadStatus: "uploaded", privacyStatus: "unlisted" },
    contentDetails: { duration: "P0D" },
    processingDetails: {
      processingStatus: "processing",
      processingProgress: { partsTotal: "100", partsProcessed: "50", timeLeftMs: "1000" },
    },
  });
  world.now += 1_000;
  const whole = await api.videos.list({ id: [id, "unknown-one"], part: PARTS }, at);
  expect(mismatches(whole.data, "VideoListResponse")).toEqual([]);
  expect(whole.data.items).toHaveLength(1);
  expect(whole.data.items?.[0]).toMatchObject({
    status: { uploadStatus: "processed" },
    contentDetails: { duration: "PT10S" },
    processingDetails: { processingStatus: "succeeded" },
    fileDetails: { fileSize: "2500000", durationMs: "10000" },
  });
});

test("media alone becomes a video called unknown", async () => {
  const body = Readable.from([bytesOf(1000)]);
  const { data } = await api.videos.insert({ part: ["snippet", "status"], media: { mimeType: "video/mp4", body } }, at);
  expect(data).toMatchObject({ snippet: { title: "unknown", categoryId: "22" }, status: { privacyStatus: "public" } });
});

test("an update replaces every section that it names, whole", async () => {
  const id = await upload();
  const requestBody = { id, snippet: { title: "Another name", categoryId: "22" } };
  const changed = await api.videos.update({ part: ["snippet"], requestBody }, at);
  expect(mismatches(changed.data, "Video")).toEqual([]);
  expect(changed.data).not.toHaveProperty("status");
  expect(changed.data.snippet).toMatchObject({ title: "Another name", description: "", categoryId: "22" });
  expect(changed.data.snippet).not.toHaveProperty("tags");
  expect(world.state().videos).toMatchObject([{ title: "Another name", privacy_status: "unlisted" }]);

  await api.videos.update({ part: ["status"], requestBody: { id, status: { embeddable: false } } }, at);
  expect(world.state().videos).toMatchObject([{ title: "Another name", privacy_status: "public" }]);

  expect(await refusal(api.videos.update({ part: ["snippet"], requestBody: { id, snippet: { title: "No category" } } }, at))).toEqual({
    status: 400,
    reason: "invalidCategoryId",
  });
  expect(await refusal(api.videos.update({ part: ["snippet"], requestBody: { ...requestBody, id: "unknown-one" } }, at))).toEqual({
    status: 404,
    reason: "videoNotFound",
  });
});

test("a deleted video is gone, and its place in a playlist says so", async () => {
  const [kept, gone] = [await upload(), await upload()];
  const playlist = await api.playlists.insert({ part: ["snippet", "status"], requestBody: { snippet: { title: "Holidays" } } }, at);
  expect(mismatches(playlist.data, "Playlist")).toEqual([]);
  const playlistId = playlist.data.id ?? "";
  for (const videoId of [kept, gone]) {
    const snippet = { playlistId, resourceId: { kind: "youtube#video", videoId } };
    const item = await api.playlistItems.insert({ part: ["snippet", "contentDetails", "status"], requestBody: { snippet } }, at);
    expect(mismatches(item.data, "PlaylistItem")).toEqual([]);
  }
  expect((await api.videos.delete({ id: gone }, at)).status).toBe(204);
  expect((await api.videos.list({ id: [gone], part: ["id"] }, at)).data.items).toEqual([]);
  expect(await refusal(api.videos.delete({ id: gone }, at))).toEqual({ status: 404, reason: "videoNotFound" });
  const items = await api.playlistItems.list({ playlistId, part: ["snippet", "status"] }, at);
  expect(items.data.items?.map(({ snippet }) => [snippet?.title, snippet?.position])).toEqual([
    ["A holiday", 0],
    ["Deleted video", 1],
  ]);
  expect(world.state()).toMatchObject({ inserts: 2, videos: [{ id: kept }] });
});

test("playlists are filled, ordered, paged, renamed and deleted", async () => {
  const ids: string[] = [];
  for (let n = 0; n < 4; n += 1) ids.push(await upload(bytesOf(1000, n)));
  const playlist = await api.playlists.insert(
    { part: ["snippet", "status"], requestBody: { snippet: { title: "Order" }, status: { privacyStatus: "unlisted" } } },
    at,
  );
  const playlistId = playlist.data.id ?? "";
  const put = (videoId = "", position?: number) => {
    const snippet = { playlistId, resourceId: { kind: "youtube#video", videoId }, ...(position === undefined ? {} : { position }) };
    return api.playlistItems.insert({ part: ["snippet"], requestBody: { snippet } }, at);
  };
  const order = () => world.state().playlists[0]?.video_ids.map((id) => ids.indexOf(id));
  const first = await put(ids[0]);
  await put(ids[1]);
  await put(ids[2], 0);
  await put(ids[3], 1);
  expect(order()).toEqual([2, 3, 0, 1]);
  expect(await refusal(put(ids[0], 5))).toEqual({ status: 400, reason: "invalidPlaylistItemPosition" });
  expect(await refusal(put("unknown-one"))).toEqual({ status: 404, reason: "videoNotFound" });

  const moved = {
    id: first.data.id ?? "",
    snippet: { playlistId, resourceId: { kind: "youtube#video", videoId: ids[0] ?? "" }, position: 3 },
  };
  await api.playlistItems.update({ part: ["snippet"], requestBody: moved }, at);
  expect(order()).toEqual([2, 3, 1, 0]);

  const page = await api.playlistItems.list({ playlistId, part: ["contentDetails"], maxResults: 3 }, at);
  expect(mismatches(page.data, "PlaylistItemListResponse")).toEqual([]);
  expect(page.data.pageInfo).toEqual({ totalResults: 4, resultsPerPage: 3 });
  const rest = await api.playlistItems.list(
    { playlistId, part: ["contentDetails"], maxResults: 3, pageToken: page.data.nextPageToken ?? "" },
    at,
  );
  expect(rest.data.items?.map(({ contentDetails }) => contentDetails?.videoId)).toEqual([ids[0]]);
  expect(rest.data).not.toHaveProperty("nextPageToken");
  expect(await refusal(api.playlistItems.list({ playlistId, part: ["id"], pageToken: "nonsense" }, at))).toEqual({
    status: 400,
    reason: "invalidPageToken",
  });

  await api.playlistItems.delete({ id: first.data.id ?? "" }, at);
  expect(order()).toEqual([2, 3, 1]);
  await api.playlists.update({ part: ["snippet"], requestBody: { id: playlistId, snippet: { title: "Renamed" } } }, at);
  const mine = await api.playlists.list({ mine: true, part: ["snippet", "status", "contentDetails"] }, at);
  expect(mismatches(mine.data, "PlaylistListResponse")).toEqual([]);
  expect(mine.data.items).toMatchObject([
    { snippet: { title: "Renamed" }, status: { privacyStatus: "unlisted" }, contentDetails: { itemCount: 3 } },
  ]);
  await api.playlists.delete({ id: playlistId }, at);
  expect(world.state().playlists).toEqual([]);
});

test("thumbnails and captions are set by Google's own uploads", async () => {
  const videoId = await upload();
  const png = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), bytesOf(1000)]);
  const set = await api.thumbnails.set({ videoId, media: { mimeType: "image/png", body: Readable.from([png]) } }, at);
  expect(mismatches(set.data, "ThumbnailSetResponse")).toEqual([]);
  expect(world.state().videos).toMatchObject([{ thumbnail_sha256: sha256(png) }]);
  const shown = await fetch(set.data.items?.[0]?.maxres?.url ?? "");
  expect([shown.headers.get("content-type"), sha256(await shown.bytes())]).toEqual(["image/png", sha256(png)]);

  const setting = (mimeType: string, body: Buffer) => api.thumbnails.set({ videoId, media: { mimeType, body: Readable.from([body]) } }, at);
  const large = Buffer.concat([png, Buffer.alloc(2 * 1024 * 1024)]);
  expect(await refusal(setting("image/png", large))).toEqual({ status: 413, reason: "uploadTooLarge" });
  expect(await refusal(setting("image/gif", png))).toEqual({ status: 400, reason: "badContent" });
  expect(await refusal(setting("image/png", bytesOf(100)))).toEqual({ status: 400, reason: "invalidImage" });

  const insert = (language: string) => {
    const requestBody = { snippet: { videoId, language, name: "" } };
    return api.captions.insert({ part: ["snippet"], requestBody, media: { mimeType: "text/vtt", body: Readable.from(["WEBVTT"]) } }, at);
  };
  const caption = await insert("en-GB");
  expect(mismatches(caption.data, "Caption")).toEqual([]);
  expect(await refusal(insert("en-GB"))).toEqual({ status: 409, reason: "captionExists" });
  expect(await refusal(insert("English!"))).toEqual({ status: 400, reason: "invalidMetadata" });
  const list = await api.captions.list({ videoId, part: ["snippet"] }, at);
  expect(mismatches(list.data, "CaptionListResponse")).toEqual([]);
  expect(list.data.items).toMatchObject([{ snippet: { language: "en-GB", status: "serving" } }]);
});

test("channels, categories and searches are listed", async () => {
  const id = await upload(bytesOf(1000), { privacyStatus: "public" });
  await upload(bytesOf(1001), { privacyStatus: "private" });
  const mine = await api.channels.list({ mine: true, part: ["snippet", "contentDetails", "statistics", "status"] }, at);
  expect(mismatches(mine.data, "ChannelListResponse")).toEqual([]);
  expect(mine.data.items).toMatchObject([{ id: world.channelId(), snippet: { title: "Local channel" }, statistics: { videoCount: "2" } }]);
  const uploads = mine.data.items?.[0]?.contentDetails?.relatedPlaylists?.uploads ?? "";
  expect((await api.playlistItems.list({ playlistId: uploads, part: ["snippet"] }, at)).data.items).toHaveLength(2);

  const { apiKey } = world.project;
  const seen = await api.playlistItems.list({ playlistId: uploads, part: ["contentDetails"], auth: apiKey }, at);
  expect(seen.data.items?.map(({ contentDetails }) => contentDetails?.videoId)).toEqual([id]);
  const search = await api.search.list(
    { part: ["snippet"], channelId: world.channelId(), type: ["video"], q: "holiday", auth: apiKey },
    at,
  );
  expect(mismatches(search.data, "SearchListResponse")).toEqual([]);
  expect(search.data.items?.map((item) => item.id?.videoId)).toEqual([id]);

  const categories = await api.videoCategories.list({ part: ["snippet"], regionCode: "GB" }, at);
  expect(mismatches(categories.data, "VideoCategoryListResponse")).toEqual([]);
  expect(categories.data.items).toContainEqual(
    expect.objectContaining({ id: "19", snippet: expect.objectContaining({ title: "Travel & Events" }) }),
  );
});

test("a channel sees of another's videos what everybody sees", async () => {
  const [hidden, shown] = [await upload(bytesOf(1000), { privacyStatus: "private" }), await upload(bytesOf(1001))];
  const other = world.client((await world.grant("Another channel")).accessToken).api;
  const list = await other.videos.list({ id: [hidden, shown], part: ["snippet", "status"] }, at);
  expect(list.data.items?.map(({ id }) => id)).toEqual([shown]);
  expect(await refusal(other.videos.list({ id: [shown], part: ["processingDetails"] }, at))).toEqual({ status: 403, reason: "forbidden" });
  expect(await refusal(other.videos.update({ part: ["snippet"], requestBody: { id: shown, snippet: SNIPPET } }, at))).toEqual({
    status: 403,
    reason: "forbidden",
  });
  expect(await refusal(other.videos.delete({ id: hidden }, at))).toEqual({ status: 404, reason: "videoNotFound" });
  expect(await refusal(other.captions.list({ videoId: shown, part: ["id"] }, at))).toEqual({ status: 403, reason: "forbidden" });
});
