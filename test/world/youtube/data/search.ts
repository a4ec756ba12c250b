import type { youtube_v3 } from "@googleapis/youtube";
import { inQuery, refuse } from "#test/world/youtube/refusals.ts";
import { type Answer, type Ask, listAnswer } from "./answer.ts";
import { etagOf, pageOf } from "./paging.ts";
import { partsOf } from "./parts.ts";
import { instant, thumbnailsOf } from "./video-resource.ts";
import { publishedAt, uploadsOf } from "./video-state.ts";

/** `search.list` of videos, newest first: a channel's, one's own, or everybody's. */
export function searchVideos({ site, caller, query, origin }: Ask): Answer {
  const parts = partsOf(query, ["id", "snippet"]);
  if (!parts.ok) return parts;
  const { library, clock } = site;
  const now = clock.now();
  const isMine = query.get("forMine") === "true";
  if (isMine && caller.channel === null) return refuse("authorizationRequired", undefined, inQuery("forMine"));
  if (isMine && query.get("type") !== "video") return refuse("incompatibleParameters", undefined, inQuery("type"));
  const wanted = isMine ? caller.channel?.id : (query.get("channelId") ?? undefined);
  const channels = library.channels.all().filter(({ id, state }) => state === "active" && (wanted === undefined || id === wanted));
  const words = (query.get("q") ?? "").toLowerCase().split(/\s+/);
  const found = channels
    .flatMap(({ id }) => uploadsOf(library, id, isMine ? id : null, now))
    .filter(({ metadata: { snippet } }) => words.every((word) => `${snippet.title} ${snippet.description}`.toLowerCase().includes(word)))
    .toSorted((one, other) => (publishedAt(other, now) ?? other.uploaded_at) - (publishedAt(one, now) ?? one.uploaded_at));
  const page = pageOf(query, found);
  if (!page.ok) return page;
  const items = page.value.items.map((video): youtube_v3.Schema$SearchResult => {
    const { title, description } = video.metadata.snippet;
    const snippet = {
      publishedAt: instant(publishedAt(video, now) ?? video.uploaded_at),
      channelId: video.channel_id,
      title,
      description,
      thumbnails: thumbnailsOf(video, origin),
      channelTitle: library.channels.get(video.channel_id)?.title ?? "",
      liveBroadcastContent: "none",
    };
    const id = { kind: "youtube#video", videoId: video.id };
    return { kind: "youtube#searchResult", etag: etagOf([id, snippet]), id, ...(parts.value.has("snippet") ? { snippet } : {}) };
  });
  return listAnswer("youtube#searchListResponse", { ...page.value, items });
}
