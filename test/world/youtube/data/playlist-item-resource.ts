import type { youtube_v3 } from "@googleapis/youtube";
import type { Site } from "#test/world/youtube/call.ts";
import type { PlaylistItem } from "#test/world/youtube/records.ts";
import { etagOf } from "./paging.ts";
import { pick } from "./parts.ts";
import { instant, thumbnailsOf } from "./video-resource.ts";
import { isVisible, publishedAt, statusNow } from "./video-state.ts";

export const ITEM_PARTS = ["id", "snippet", "contentDetails", "status"] as const;

/** A video that is gone, or that the viewer may not see, keeps its place without its name. */
export function itemResource(
  { library, clock }: Site,
  item: PlaylistItem,
  viewer: string | null,
  parts: ReadonlySet<string>,
  origin: string,
): youtube_v3.Schema$PlaylistItem {
  const now = clock.now();
  const video = library.videos.get(item.video_id);
  const shown = video !== null && isVisible(video, viewer, now) ? video : null;
  const hidden =
    video === null ? (["Deleted video", "This video is unavailable."] as const) : (["Private video", "This video is private."] as const);
  const channelId = library.playlists.get(item.playlist_id)?.channel_id ?? item.playlist_id.replace(/^UU/, "UC");
  const titleOf = (id: string): string => library.channels.get(id)?.title ?? "";
  const since = shown === null ? null : publishedAt(shown, now);
  const sections = pick(
    {
      snippet: {
        publishedAt: instant(item.added_at),
        channelId,
        title: shown?.metadata.snippet.title ?? hidden[0],
        description: shown?.metadata.snippet.description ?? hidden[1],
        thumbnails: shown === null ? {} : thumbnailsOf(shown, origin),
        channelTitle: titleOf(channelId),
        playlistId: item.playlist_id,
        position: item.position,
        resourceId: { kind: "youtube#video", videoId: item.video_id },
        ...(shown === null ? {} : { videoOwnerChannelTitle: titleOf(shown.channel_id), videoOwnerChannelId: shown.channel_id }),
      },
      contentDetails: {
        videoId: item.video_id,
        ...(item.note === null ? {} : { note: item.note }),
        ...(since === null ? {} : { videoPublishedAt: instant(since) }),
      },
      status: {
        privacyStatus: shown === null ? (video === null ? "privacyStatusUnspecified" : "private") : statusNow(shown, now).privacyStatus,
      },
    } satisfies Omit<youtube_v3.Schema$PlaylistItem, "id" | "kind" | "etag">,
    parts,
  );
  return { kind: "youtube#playlistItem", etag: etagOf([item.id, sections]), id: item.id, ...sections };
}
