import { afterAll, beforeAll, expect } from "vitest";
import type { YouTubeOptions } from "#adapters/youtube/exchange.ts";
import { youtubePlaylists } from "#adapters/youtube/playlists.ts";
import { youtubeApi } from "#adapters/youtube/youtube.ts";
import type { Answer } from "#domain/publishing/answer.ts";
import type { VideoMetadata } from "#domain/publishing/youtube/metadata.ts";
import { bytesOf, TestYouTube } from "#test/world/youtube/testing.ts";
import { until } from "#test/world/testing.ts";
import { KIB256 } from "#test/world/youtube/upload/testing.ts";

export const metadata = (changes: Partial<VideoMetadata> = {}): VideoMetadata => ({
  title: "A holiday",
  description: "By the sea",
  tags: ["sea", "two words"],
  categoryId: "19",
  language: "pt-BR",
  privacy: "unlisted",
  publishAt: null,
  madeForKids: false,
  ...changes,
});

export const BYTES = bytesOf(4 * KIB256 + 5);
export const TOTAL = BYTES.byteLength;

/** A body in several pieces. */
export function streamOf(bytes: Uint8Array, pieceBytes = 100_000): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.byteLength) return controller.close();
      controller.enqueue(Uint8Array.from(bytes.subarray(at, at + pieceBytes)));
      at += pieceBytes;
    },
  });
}

export const chunkOf = (start: number, end: number, total: number | null = TOTAL, bytes: Uint8Array = BYTES) => ({
  start,
  end,
  total,
  body: streamOf(bytes.subarray(start, end)),
});

/** Options for a YouTube at an address; Node tells the length by its header. */
export const optionsFor = (url: string, changes: Partial<YouTubeOptions> = {}): YouTubeOptions => ({
  url,
  now: () => Date.parse("2026-11-20T12:00:00Z"),
  sized: () => new TransformStream<Uint8Array, Uint8Array>(),
  ...changes,
});

export function value<T>(answer: Answer<T>): T {
  if (answer.kind !== "accepted") throw new Error(JSON.stringify(answer));
  return answer.value;
}

/** The stand-in, a channel that has connected itself, and the adapter in between. */
export function youtubeUnderTest() {
  const world = new TestYouTube();
  let token = "";
  beforeAll(async () => {
    await world.start();
    token = (await world.grant()).accessToken;
  });
  afterAll(async () => {
    const { errors } = world;
    await world.remove();
    expect(errors).toEqual([]);
  });
  const options = (changes: Partial<YouTubeOptions> = {}) => optionsFor(world.url, { now: () => world.now, ...changes });
  const api = (changes: Partial<YouTubeOptions> = {}) => youtubeApi(options(changes));
  const open = async (size: number | null = TOTAL, changes: Partial<VideoMetadata> = {}): Promise<string> =>
    value(await api().openUpload(token, { metadata: metadata(changes), size, contentType: "video/mp4" })).uploadUrl;
  const upload = async (bytes: Uint8Array = BYTES, changes: Partial<VideoMetadata> = {}): Promise<string> => {
    const size = bytes.byteLength;
    const standing = value(await api().send(await open(size, changes), chunkOf(0, size, size, bytes)));
    if (standing.state !== "complete") throw new Error("the upload is not complete");
    return standing.videoId;
  };
  /** Time is up when YouTube has the request and keeps it. */
  const deadline = (): AbortSignal => {
    const over = new AbortController();
    void until(() => world.pendingFaults === 0).then(() => over.abort(new DOMException("time is up", "TimeoutError")));
    return over.signal;
  };
  return {
    world,
    impatient: { deadline },
    api,
    open,
    upload,
    playlists: (changes: Partial<YouTubeOptions> = {}) => youtubePlaylists(options(changes)),
    get token() {
      return token;
    },
    connect: async (title = "Local channel") => {
      token = (await world.grant(title)).accessToken;
    },
  };
}
