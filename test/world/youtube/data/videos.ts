import { z } from "zod";
import { ok } from "#domain/result.ts";
import { ownerOf } from "#test/world/youtube/caller.ts";
import type { Site } from "#test/world/youtube/call.ts";
import type { Video } from "#test/world/youtube/records.ts";
import { inBody, inQuery, refuse } from "#test/world/youtube/refusals.ts";
import { type Answer, type Ask, listAnswer } from "./answer.ts";
import { listOf, partsOf } from "./parts.ts";
import { readMetadata } from "./video-metadata.ts";
import { OWNER_PARTS, VIDEO_PARTS, videoResource } from "./video-resource.ts";
import { isVisible, publishedAt } from "./video-state.ts";

const MAX_IDS = 50;

/** `videos.list` by ids: one that is not to be seen is not in the list, which is no error. */
export function listVideos({ site, caller, query, origin }: Ask): Answer {
  const parts = partsOf(query, VIDEO_PARTS);
  if (!parts.ok) return parts;
  if (!query.has("id"))
    return refuse("missingRequiredParameter", "No filter selected. Expected one of: chart, id, myRating", inQuery("parameters."));
  const ids = [...new Set(listOf(query, "id"))];
  if (ids.length > MAX_IDS) return refuse("invalidFilters", undefined, inQuery("id"));
  const viewer = caller.channel?.id ?? null;
  const now = site.clock.now();
  const found = ids.flatMap((id) => {
    const video = site.library.videos.get(id);
    return video !== null && isVisible(video, viewer, now) ? [video] : [];
  });
  if (OWNER_PARTS.some((part) => parts.value.has(part)) && found.some(({ channel_id }) => channel_id !== viewer)) {
    return refuse(
      "forbidden",
      "The request cannot access user rating, file or processing information. Note that the <code>fileDetails</code>, <code>processingDetails</code>, and <code>suggestions</code> parts are only available to that video's owner.",
    );
  }
  const items = found.map((video) => videoResource(site, video, parts.value, origin));
  const pageInfo = { totalResults: items.length, resultsPerPage: items.length };
  return listAnswer("youtube#videoListResponse", { items, pageInfo });
}

/** `videos.update`: every section that `part` names is replaced whole. */
export function updateVideo({ site, caller, query, resource, origin }: Ask): Answer {
  const owner = ownerOf(caller);
  if (!owner.ok) return owner;
  const parts = partsOf(query, VIDEO_PARTS);
  if (!parts.ok) return parts;
  const named = z.object({ id: z.string() }).safeParse(resource);
  const video = named.success ? site.library.videos.get(named.data.id) : null;
  const now = site.clock.now();
  if (video === null || !isVisible(video, owner.value.channel.id, now)) {
    return refuse(
      "videoNotFound",
      "The video that you are trying to update cannot be found. Check the value of the <code>id</code> field in the request body to ensure that it is correct.",
      inBody("body.id"),
    );
  }
  if (video.channel_id !== owner.value.channel.id) return refuse("forbidden", undefined, inBody("body"));
  const before = { metadata: video.metadata, published_at: publishedAt(video, now) };
  const metadata = readMetadata(resource, parts.value, before, now);
  if (!metadata.ok) return metadata;
  const { status } = metadata.value;
  const privacyStatus = video.locked ? "private" : status.privacyStatus;
  const changed: Video = {
    ...video,
    metadata: { ...metadata.value, status: { ...status, privacyStatus } },
    published_at: before.published_at ?? (privacyStatus === "public" ? now : null),
  };
  site.library.videos.put(changed);
  return ok(videoResource(site, changed, parts.value, origin));
}

/** `videos.delete`: its bytes go, its places in playlists stay and say that it is gone. */
export function deleteVideo({ site, caller, query }: Ask): Answer {
  const owner = ownerOf(caller);
  if (!owner.ok) return owner;
  const video = site.library.videos.get(query.get("id") ?? "");
  if (video === null || !isVisible(video, owner.value.channel.id, site.clock.now())) {
    return refuse(
      "videoNotFound",
      "The video that you are trying to delete cannot be found. Check the value of the request's <code>id</code> parameter to ensure that it is correct.",
      inQuery("id"),
    );
  }
  if (video.channel_id !== owner.value.channel.id) {
    return refuse(
      "forbidden",
      "The video that you are trying to delete cannot be deleted. The request might not be properly authorized.",
      inQuery("id"),
    );
  }
  dropVideo(site, video);
  return ok(null);
}

export function dropVideo({ library, blobs }: Site, video: Video): void {
  library.atomically(() => {
    library.videos.drop(video.id);
    for (const { id } of library.captions.under(video.id)) library.captions.drop(id);
  });
  if (video.file !== null) blobs.drop("videos", video.file);
  blobs.drop("thumbnails", video.id);
}
