import { z } from "zod";
import { ok, type Result } from "#domain/result.ts";
import { type Owner, ownerOf } from "#test/world/youtube/caller.ts";
import type { Site } from "#test/world/youtube/call.ts";
import type { Library } from "#test/world/youtube/library.ts";
import type { PlaylistItem } from "#test/world/youtube/records.ts";
import { inBody, inQuery, type Refusal, refuse } from "#test/world/youtube/refusals.ts";
import { newId, uploadsPlaylistOf } from "#test/world/youtube/secret.ts";
import { type Answer, type Ask, listAnswer } from "./answer.ts";
import { pageOf } from "./paging.ts";
import { listOf, partsOf } from "./parts.ts";
import { ITEM_PARTS, itemResource } from "./playlist-item-resource.ts";
import { ownPlaylist } from "./playlists.ts";
import { isVisible, uploadsOf } from "./video-state.ts";

const MAX_ITEMS = 5_000;

const body = z.object({
  id: z.string().nullish(),
  snippet: z
    .object({
      playlistId: z.string().nullish(),
      position: z.int().nullish(),
      resourceId: z.object({ kind: z.string().nullish(), videoId: z.string().nullish() }).nullish(),
    })
    .nullish(),
  contentDetails: z.object({ note: z.string().nullish() }).nullish(),
});

export function listItems({ site, caller, query, origin }: Ask): Answer {
  const parts = partsOf(query, ITEM_PARTS);
  if (!parts.ok) return parts;
  const playlistId = query.get("playlistId");
  if ((playlistId === null) === !query.has("id")) {
    return refuse("missingRequiredParameter", "No filter selected. Expected one of: playlistId, id", inQuery("parameters."));
  }
  const viewer = caller.channel?.id ?? null;
  const all = playlistId === null ? ok(itemsById(site.library, listOf(query, "id"), viewer)) : itemsOf(site, playlistId, viewer);
  if (!all.ok) return all;
  const videoId = query.get("videoId");
  const page = pageOf(query, videoId === null ? all.value : all.value.filter((item) => item.video_id === videoId));
  if (!page.ok) return page;
  const items = page.value.items.map((item) => itemResource(site, item, viewer, parts.value, origin));
  return listAnswer("youtube#playlistItemListResponse", { ...page.value, items });
}

export function insertItem({ site, caller, query, resource, origin }: Ask): Answer {
  const asked = readChange({ site, caller, query, resource });
  if (!asked.ok) return asked;
  const { owner, parts, playlistId, videoId, note, position } = asked.value;
  const items = inOrder(site.library, playlistId);
  if (items.length >= MAX_ITEMS) return refuse("playlistContainsMaximumNumberOfVideos");
  const at = position ?? items.length;
  if (at < 0 || at > items.length) return refuse("invalidPlaylistItemPosition", undefined, inBody("body.snippet.position"));
  const item: PlaylistItem = {
    id: newId("UEw", 45),
    playlist_id: playlistId,
    video_id: videoId,
    position: at,
    note,
    added_at: site.clock.now(),
  };
  renumber(site.library, items.toSpliced(at, 0, item));
  return ok(itemResource(site, item, owner.channel.id, parts, origin));
}

export function updateItem({ site, caller, query, resource, origin }: Ask): Answer {
  const named = body.safeParse(resource);
  const item = site.library.items.get((named.success ? named.data.id : null) ?? "");
  if (item === null) return refuse("playlistItemNotFound", undefined, inBody("body.id"));
  const asked = readChange({ site, caller, query, resource });
  if (!asked.ok) return asked;
  const { owner, parts, playlistId, videoId, note, position } = asked.value;
  if (item.playlist_id !== playlistId) return refuse("playlistItemsNotAccessible");
  const others = inOrder(site.library, playlistId).filter(({ id }) => id !== item.id);
  const at = position ?? item.position;
  if (at < 0 || at > others.length) return refuse("invalidPlaylistItemPosition", undefined, inBody("body.snippet.position"));
  const changed: PlaylistItem = { ...item, video_id: videoId, note: parts.has("contentDetails") ? note : item.note, position: at };
  renumber(site.library, others.toSpliced(at, 0, changed));
  return ok(itemResource(site, changed, owner.channel.id, parts, origin));
}

export function deleteItem({ site, caller, query }: Ask): Answer {
  const owner = ownerOf(caller);
  if (!owner.ok) return owner;
  const item = site.library.items.get(query.get("id") ?? "");
  if (item === null) return refuse("playlistItemNotFound", undefined, inQuery("id"));
  const playlist = ownPlaylist(site, owner.value, item.playlist_id);
  if (!playlist.ok) return refuse("playlistItemsNotAccessible");
  site.library.items.drop(item.id);
  renumber(site.library, inOrder(site.library, item.playlist_id));
  return ok(null);
}

type Change = {
  readonly owner: Owner;
  readonly parts: ReadonlySet<string>;
  readonly playlistId: string;
  readonly videoId: string;
  readonly note: string | null;
  readonly position: number | null;
};

/** What an insert and an update have in common: an own playlist and a video that can be seen. */
function readChange({ site, caller, query, resource }: Omit<Ask, "origin">): Result<Change, Refusal> {
  const owner = ownerOf(caller);
  if (!owner.ok) return owner;
  const parts = partsOf(query, ITEM_PARTS);
  if (!parts.ok) return parts;
  const parsed = body.safeParse(resource);
  if (!parsed.success) return refuse("badRequest", `Invalid value at 'resource.${parsed.error.issues[0]?.path.join(".") ?? ""}'`);
  const { snippet, contentDetails } = parsed.data;
  const playlistId = snippet?.playlistId ?? "";
  if (playlistId === "") return refuse("playlistIdRequired", undefined, inBody("body.snippet.playlistId"));
  const { kind, videoId } = snippet?.resourceId ?? {};
  if (typeof videoId !== "string" || videoId === "") return refuse("resourceIdRequired", undefined, inBody("body.snippet.resourceId"));
  if (kind !== "youtube#video") return refuse("invalidResourceType", undefined, inBody("body.snippet.resourceId.kind"));
  const playlist = ownPlaylist(site, owner.value, playlistId);
  if (!playlist.ok) return playlist.error.reason === "playlistForbidden" ? refuse("playlistItemsNotAccessible") : playlist;
  const video = site.library.videos.get(videoId);
  if (video === null || !isVisible(video, owner.value.channel.id, site.clock.now()))
    return refuse("videoNotFound", "Video not found.", inBody("body.snippet.resourceId.videoId"));
  const note = contentDetails?.note ?? null;
  return ok({ owner: owner.value, parts: parts.value, playlistId, videoId, note, position: snippet?.position ?? null });
}

/** Of a playlist that is somebody else's and private nobody knows. A channel's uploads are one that writes itself. */
function itemsOf(site: Site, playlistId: string, viewer: string | null): Result<PlaylistItem[], Refusal> {
  const { library, clock } = site;
  const playlist = library.playlists.get(playlistId);
  if (playlist !== null) {
    const isSeen = playlist.channel_id === viewer || playlist.privacy !== "private";
    return isSeen ? ok(inOrder(library, playlistId)) : refuse("playlistNotFound", undefined, inQuery("playlistId"));
  }
  const channel = library.channels.all().find(({ id, state }) => state === "active" && uploadsPlaylistOf(id) === playlistId);
  if (channel === undefined) return refuse("playlistNotFound", undefined, inQuery("playlistId"));
  return ok(
    uploadsOf(library, channel.id, viewer, clock.now()).map((video, position) => ({
      id: Buffer.from(`${playlistId}.${video.id}`).toString("base64url"),
      playlist_id: playlistId,
      video_id: video.id,
      position,
      note: null,
      added_at: video.published_at ?? video.uploaded_at,
    })),
  );
}

function itemsById(library: Library, ids: readonly string[], viewer: string | null): PlaylistItem[] {
  return ids.flatMap((id) => {
    const item = library.items.get(id);
    const playlist = item === null ? null : library.playlists.get(item.playlist_id);
    return item !== null && playlist !== null && (playlist.privacy !== "private" || playlist.channel_id === viewer) ? [item] : [];
  });
}

export const inOrder = (library: Library, playlistId: string): PlaylistItem[] =>
  library.items.under(playlistId).toSorted((one, other) => one.position - other.position);

function renumber(library: Library, items: readonly PlaylistItem[]): void {
  library.atomically(() => {
    items.forEach((item, position) => library.items.put({ ...item, position }));
  });
}
