import type { youtube_v3 } from "@googleapis/youtube";
import { z } from "zod";
import { ok, type Result } from "#domain/result.ts";
import { type Owner, ownerOf } from "#test/world/youtube/caller.ts";
import type { Call, Reply, Site } from "#test/world/youtube/call.ts";
import type { Caption, Video } from "#test/world/youtube/records.ts";
import { inBody, inQuery, type Refusal, refuse } from "#test/world/youtube/refusals.ts";
import { newId, sha256 } from "#test/world/youtube/secret.ts";
import { readSmallMedia } from "#test/world/youtube/upload/small-media.ts";
import { type Answer, type Ask, listAnswer, refusedReply, replyOf } from "./answer.ts";
import { etagOf } from "./paging.ts";
import { listOf, partsOf } from "./parts.ts";
import { charactersIn } from "./text.ts";
import { isVisible } from "./video-state.ts";

const MAX_BYTES = 100 * 1024 * 1024;
const NAME_CHARACTERS = 150;
const PARTS = ["id", "snippet"] as const;

const body = z.object({
  snippet: z.object({ videoId: z.string(), language: z.string(), name: z.string().nullish(), isDraft: z.boolean().nullish() }),
});

export function listCaptions({ site, caller, query }: Ask): Answer {
  const owner = ownerOf(caller);
  if (!owner.ok) return owner;
  const parts = partsOf(query, PARTS);
  if (!parts.ok) return parts;
  const video = ownVideo(site, owner.value, query.get("videoId") ?? "");
  if (!video.ok) return video;
  const ids = listOf(query, "id");
  const found = site.library.captions.under(video.value.id).filter(({ id }) => ids.length === 0 || ids.includes(id));
  return listAnswer("youtube#captionListResponse", { items: found.map((caption) => captionResource(caption, parts.value)) });
}

/** `POST /upload/youtube/v3/captions`. */
export async function insertCaption(call: Call, owner: Owner): Promise<Reply> {
  const media = await readSmallMedia(call, MAX_BYTES);
  return media.ok ? replyOf(call, insert(call, owner, media.value.resource, media.value.bytes)) : refusedReply(call, media.error);
}

function insert({ site, url, note }: Call, owner: Owner, resource: unknown, bytes: Buffer): Answer {
  const { library, blobs, clock } = site;
  const parts = partsOf(url.searchParams, PARTS);
  if (!parts.ok) return parts;
  const parsed = body.safeParse(resource);
  if (!parsed.success) return refuse("invalidMetadata", undefined, inBody("body.snippet"));
  const { videoId, language, isDraft } = parsed.data.snippet;
  const name = parsed.data.snippet.name ?? "";
  if (charactersIn(name) > NAME_CHARACTERS) return refuse("nameTooLong", undefined, inBody("body.snippet.name"));
  if (!/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(language)) return refuse("invalidMetadata", undefined, inBody("body.snippet.language"));
  if (bytes.byteLength === 0) return refuse("contentRequired");
  const video = ownVideo(site, owner, videoId);
  if (!video.ok) return video;
  note.video_id = videoId;
  if (library.captions.under(videoId).some((caption) => caption.language === language && caption.name === name))
    return refuse("captionExists");
  const caption: Caption = {
    id: newId("AUieDa", 40),
    video_id: videoId,
    language,
    name,
    is_draft: isDraft ?? false,
    size: bytes.byteLength,
    sha256: sha256(bytes),
    updated_at: clock.now(),
  };
  blobs.write("captions", caption.id, bytes);
  library.captions.put(caption);
  return ok(captionResource(caption, parts.value));
}

function ownVideo({ library, clock }: Site, { channel }: Owner, id: string): Result<Video, Refusal> {
  const video = library.videos.get(id);
  if (video === null || !isVisible(video, channel.id, clock.now())) return refuse("videoNotFound", undefined, inQuery("videoId"));
  return video.channel_id === channel.id ? ok(video) : refuse("forbidden", undefined, inQuery("videoId"));
}

function captionResource(caption: Caption, parts: ReadonlySet<string>): youtube_v3.Schema$Caption {
  const snippet: youtube_v3.Schema$CaptionSnippet = {
    videoId: caption.video_id,
    lastUpdated: new Date(caption.updated_at).toISOString(),
    trackKind: "standard",
    language: caption.language,
    name: caption.name,
    audioTrackType: "unknown",
    isCC: false,
    isLarge: false,
    isEasyReader: false,
    isDraft: caption.is_draft,
    isAutoSynced: false,
    status: "serving",
  };
  return { kind: "youtube#caption", etag: etagOf(caption), id: caption.id, ...(parts.has("snippet") ? { snippet } : {}) };
}
