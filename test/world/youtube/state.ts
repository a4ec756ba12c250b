import { z } from "zod";
import type { Site } from "./call.ts";
import { inOrder } from "./data/playlist-items.ts";
import { publishedAt, stageOf, statusNow } from "./data/video-state.ts";
import { channelRecord, projectRecord, sessionRecord } from "./records.ts";

const allowance = z.object({ used: z.int(), limit: z.int() });

/** What YouTube holds, for whoever looks into the world. */
export const youtubeState = z.object({
  now: z.string(),
  videos: z.array(
    z.object({
      id: z.string(),
      channel_id: z.string(),
      title: z.string(),
      description: z.string(),
      tags: z.array(z.string()),
      privacy_status: z.string(),
      publish_at: z.string().nullable(),
      published_at: z.string().nullable(),
      size: z.int(),
      sha256: z.string().nullable(),
      duration_seconds: z.number(),
      status: z.string(),
      reason: z.string().nullable(),
      thumbnail_sha256: z.string().nullable(),
      captions: z.array(z.object({ id: z.string(), language: z.string(), name: z.string(), sha256: z.string() })),
    }),
  ),
  /** How many videos uploads have become, those deleted since included. */
  inserts: z.int(),
  /** The most requests with bytes that one channel has had at once. */
  max_concurrent_uploads_per_channel: z.int(),
  sessions: z.array(sessionRecord.pick({ id: true, channel_id: true, received: true, total: true, status: true, video_id: true })),
  playlists: z.array(
    z.object({ id: z.string(), channel_id: z.string(), title: z.string(), privacy_status: z.string(), video_ids: z.array(z.string()) }),
  ),
  channels: z.array(
    channelRecord.pick({ id: true, title: true, handle: true, state: true }).extend({
      email: z.string(),
      grants: z.int(),
      max_concurrent_uploads: z.int(),
    }),
  ),
  projects: z.array(
    projectRecord.pick({ client_id: true, verified: true, redirect_uris: true }).extend({
      quota: z.object({ "videos.insert": allowance, "search.list": allowance, units: allowance }),
      quota_resets_at: z.string(),
    }),
  ),
  requests: z.int(),
});

export type YouTubeState = z.infer<typeof youtubeState>;

export function stateOf({ library, clock, quota }: Site): YouTubeState {
  const now = clock.now();
  const { inserts, max_concurrent: most } = library.counters.get();
  return {
    now: new Date(now).toISOString(),
    videos: library.videos.all().map((video) => {
      const stage = stageOf(video, now);
      const status = statusNow(video, now);
      const published = publishedAt(video, now);
      return {
        id: video.id,
        channel_id: video.channel_id,
        title: video.metadata.snippet.title,
        description: video.metadata.snippet.description,
        tags: video.metadata.snippet.tags ?? [],
        privacy_status: status.privacyStatus,
        publish_at: status.publishAt ?? null,
        published_at: published === null ? null : new Date(published).toISOString(),
        size: video.size,
        sha256: video.sha256,
        duration_seconds: video.duration_seconds,
        status: stage.status,
        reason: "reason" in stage ? stage.reason : null,
        thumbnail_sha256: video.thumbnail?.sha256 ?? null,
        captions: library.captions.under(video.id).map(({ id, language, name, sha256 }) => ({ id, language, name, sha256 })),
      };
    }),
    inserts,
    max_concurrent_uploads_per_channel: Math.max(0, ...Object.values(most)),
    sessions: library.sessions.all().map(({ id, channel_id, received, total, status, video_id }) => {
      return { id, channel_id, received, total, status, video_id };
    }),
    playlists: library.playlists.all().map(({ id, channel_id, title, privacy }) => {
      return { id, channel_id, title, privacy_status: privacy, video_ids: inOrder(library, id).map(({ video_id }) => video_id) };
    }),
    channels: library.channels.all().map(({ id, title, handle, state, account }) => {
      const grants = library.grants.under(id).length;
      return { id, title, handle, state, email: account.email, grants, max_concurrent_uploads: most[id] ?? 0 };
    }),
    projects: library.projects.all().map((project) => ({
      client_id: project.client_id,
      verified: project.verified,
      redirect_uris: project.redirect_uris,
      quota: quota.state(project),
      quota_resets_at: new Date(quota.resetsAt()).toISOString(),
    })),
    requests: library.exchanges.count(),
  };
}
