import type { Library } from "#test/world/youtube/library.ts";
import type { Video, VideoMetadata } from "#test/world/youtube/records.ts";

const FRAMES_OF_PROGRESS = 100;

export type Stage =
  | { readonly status: "uploaded"; readonly partsTotal: number; readonly partsProcessed: number; readonly leftMs: number }
  | { readonly status: "processed" }
  | { readonly status: "failed"; readonly reason: string }
  | { readonly status: "rejected"; readonly reason: string };

/** How far YouTube is with a video. One that is stuck gets to the middle. */
export function stageOf({ processing: { takes_ms: takesMs, outcome }, uploaded_at: uploadedAt }: Video, now: number): Stage {
  const passed = Math.max(0, now - uploadedAt);
  const elapsed = outcome.kind === "stuck" ? Math.min(passed, Math.floor(takesMs / 2)) : passed;
  if (outcome.kind === "stuck" || elapsed < takesMs) {
    const partsProcessed = takesMs === 0 ? 0 : Math.floor((elapsed / takesMs) * FRAMES_OF_PROGRESS);
    return { status: "uploaded", partsTotal: FRAMES_OF_PROGRESS, partsProcessed, leftMs: takesMs - elapsed };
  }
  return outcome.kind === "processed" ? { status: "processed" } : { status: outcome.kind, reason: outcome.reason };
}

/** A private video whose hour has come is public, whether or not anybody looked. */
export function statusNow({ metadata: { status }, locked }: Video, now: number): VideoMetadata["status"] {
  if (locked || status.publishAt === undefined || Date.parse(status.publishAt) > now) return status;
  const { publishAt: _, ...kept } = status;
  return { ...kept, privacyStatus: "public" };
}

export function publishedAt(video: Video, now: number): number | null {
  const { publishAt } = video.metadata.status;
  const due = publishAt !== undefined && statusNow(video, now).privacyStatus === "public";
  return due ? Date.parse(publishAt) : video.published_at;
}

/** Those of a video that this channel may see by its id. */
export const isVisible = (video: Video, channelId: string | null, now: number): boolean =>
  video.channel_id === channelId || statusNow(video, now).privacyStatus !== "private";

/** What a channel has uploaded, newest first, as far as this one may see it in a list. */
export function uploadsOf(library: Library, channelId: string, viewerId: string | null, now: number): Video[] {
  return library.videos
    .under(channelId)
    .filter((video) => channelId === viewerId || statusNow(video, now).privacyStatus === "public")
    .reverse();
}
