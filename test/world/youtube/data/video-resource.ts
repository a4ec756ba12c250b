import type { youtube_v3 } from "@googleapis/youtube";
import type { Site } from "#test/world/youtube/call.ts";
import type { Video } from "#test/world/youtube/records.ts";
import { etagOf } from "./paging.ts";
import { pick } from "./parts.ts";
import { publishedAt, type Stage, stageOf, statusNow } from "./video-state.ts";

/** The first ones say something here, the others exist and say nothing. */
export const VIDEO_PARTS = [
  ...["id", "snippet", "status", "contentDetails", "processingDetails", "statistics", "fileDetails", "recordingDetails", "player"],
  ...["liveStreamingDetails", "localizations", "paidProductPlacementDetails", "suggestions", "topicDetails"],
] as const;

/** Only the owner gets to see these. */
export const OWNER_PARTS = ["fileDetails", "processingDetails", "suggestions"] as const;

export function videoResource(site: Site, video: Video, parts: Iterable<string>, origin: string): youtube_v3.Schema$Video {
  const now = site.clock.now();
  const stage = stageOf(video, now);
  const sections = pick(
    {
      snippet: snippetOf(site, video, now, origin),
      status: statusOf(video, stage, now),
      contentDetails: contentOf(site, video, stage),
      processingDetails: processingOf(stage),
      statistics: { viewCount: "0", likeCount: "0", favoriteCount: "0", commentCount: "0" },
      fileDetails: fileOf(video, stage),
      recordingDetails: video.metadata.recordingDetails ?? {},
      player: { embedHtml: `<iframe width="480" height="270" src="//www.youtube.com/embed/${video.id}" allowfullscreen></iframe>` },
    } satisfies Omit<youtube_v3.Schema$Video, "id" | "kind" | "etag">,
    new Set(parts),
  );
  return { kind: "youtube#video", etag: etagOf([video.id, sections]), id: video.id, ...sections };
}

function snippetOf({ library }: Site, video: Video, now: number, origin: string): youtube_v3.Schema$VideoSnippet {
  const { snippet } = video.metadata;
  return {
    publishedAt: instant(publishedAt(video, now) ?? video.uploaded_at),
    channelId: video.channel_id,
    ...snippet,
    thumbnails: thumbnailsOf(video, origin),
    channelTitle: library.channels.get(video.channel_id)?.title ?? "",
    liveBroadcastContent: "none",
    localized: { title: snippet.title, description: snippet.description },
  };
}

export function thumbnailsOf(video: Pick<Video, "id" | "thumbnail">, origin: string): youtube_v3.Schema$ThumbnailDetails {
  const of = (name: string, width: number, height: number): youtube_v3.Schema$Thumbnail => ({
    url: `${origin}/vi/${video.id}/${name}.jpg`,
    width,
    height,
  });
  const small = { default: of("default", 120, 90), medium: of("mqdefault", 320, 180), high: of("hqdefault", 480, 360) };
  return video.thumbnail === null ? small : { ...small, standard: of("sddefault", 640, 480), maxres: of("maxresdefault", 1280, 720) };
}

function statusOf(video: Video, stage: Stage, now: number): youtube_v3.Schema$VideoStatus {
  return {
    uploadStatus: stage.status,
    ...(stage.status === "failed" ? { failureReason: stage.reason } : {}),
    ...(stage.status === "rejected" ? { rejectionReason: stage.reason } : {}),
    ...statusNow(video, now),
    madeForKids: video.metadata.status.selfDeclaredMadeForKids ?? false,
  };
}

/** The length is known once it has been processed; until then YouTube says nothing of the sort, by `P0D`. */
function contentOf({ library }: Site, video: Video, stage: Stage): youtube_v3.Schema$VideoContentDetails {
  return {
    duration: stage.status === "processed" ? isoDuration(video.duration_seconds) : "P0D",
    dimension: "2d",
    definition: "hd",
    caption: library.captions.under(video.id).some(({ is_draft: isDraft }) => !isDraft) ? "true" : "false",
    licensedContent: false,
    contentRating: {},
    projection: "rectangular",
    hasCustomThumbnail: video.thumbnail !== null,
  };
}

function processingOf(stage: Stage): youtube_v3.Schema$VideoProcessingDetails {
  const available = stage.status === "processed" ? "available" : "inProgress";
  const availability = {
    fileDetailsAvailability: available,
    processingIssuesAvailability: available,
    tagSuggestionsAvailability: available,
    editorSuggestionsAvailability: available,
    thumbnailsAvailability: available,
  };
  switch (stage.status) {
    case "uploaded": {
      const { partsTotal, partsProcessed, leftMs } = stage;
      const processingProgress = { partsTotal: String(partsTotal), partsProcessed: String(partsProcessed), timeLeftMs: String(leftMs) };
      return { processingStatus: "processing", processingProgress, ...availability };
    }
    case "processed":
      return { processingStatus: "succeeded", ...availability };
    case "failed":
      return { processingStatus: "failed", processingFailureReason: FAILURES[stage.reason] ?? "other", ...availability };
    case "rejected":
      return { processingStatus: "terminated", ...availability };
  }
}

const FAILURES: Readonly<Record<string, string>> = {
  codec: "transcodeFailed",
  conversion: "transcodeFailed",
  uploadAborted: "uploadFailed",
};

function fileOf(video: Video, stage: Stage): youtube_v3.Schema$VideoFileDetails {
  if (stage.status !== "processed") return {};
  return { fileSize: String(video.size), fileType: "video", durationMs: String(Math.round(video.duration_seconds * 1000)) };
}

export const instant = (epochMs: number): string => new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, "Z");

/** ISO 8601, in whole seconds. */
export function isoDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole === 0) return "PT0S";
  const amounts = [
    [Math.floor(whole / 3600), "H"],
    [Math.floor((whole % 3600) / 60), "M"],
    [whole % 60, "S"],
  ] as const;
  return `PT${amounts.map(([amount, unit]) => (amount === 0 ? "" : `${amount}${unit}`)).join("")}`;
}
