import type { youtube_v3 } from "@googleapis/youtube";
import { z } from "zod";
import { ok, type Result } from "#domain/result.ts";
import { type Owner, ownerOf } from "#test/world/youtube/caller.ts";
import type { Site } from "#test/world/youtube/call.ts";
import type { Playlist } from "#test/world/youtube/records.ts";
import { inBody, inQuery, type Refusal, refuse } from "#test/world/youtube/refusals.ts";
import { newPlaylistId } from "#test/world/youtube/secret.ts";
import { type Answer, type Ask, listAnswer } from "./answer.ts";
import { etagOf, pageOf } from "./paging.ts";
import { listOf, partsOf, pick } from "./parts.ts";
import { charactersIn } from "./text.ts";
import { instant } from "./video-resource.ts";

const PARTS = ["id", "snippet", "status", "contentDetails", "player", "localizations"] as const;
const TITLE_CHARACTERS = 150;
const DESCRIPTION_CHARACTERS = 5_000;

const body = z.object({
  id: z.string().nullish(),
  snippet: z.object({ title: z.string().nullish(), description: z.string().nullish(), defaultLanguage: z.string().nullish() }).nullish(),
  status: z.object({ privacyStatus: z.enum(["public", "unlisted", "private"]).nullish() }).nullish(),
});

export function listPlaylists({ site, caller, query }: Ask): Answer {
  const parts = partsOf(query, PARTS);
  if (!parts.ok) return parts;
  const filters = ["mine", "id", "channelId"].filter((name) => query.has(name));
  if (filters.length !== 1)
    return refuse(filters.length === 0 ? "missingRequiredParameter" : "incompatibleParameters", undefined, inQuery("parameters."));
  const viewer = caller.channel?.id ?? null;
  const { playlists, channels } = site.library;
  if (query.has("mine") && viewer === null) return refuse("authorizationRequired", undefined, inQuery("mine"));
  const channelId = query.has("mine") ? viewer : query.get("channelId");
  if (channelId !== null && channels.get(channelId) === null) return refuse("channelNotFound", undefined, inQuery("channelId"));
  const ids = listOf(query, "id");
  const all = channelId === null ? playlists.all().filter(({ id }) => ids.includes(id)) : playlists.under(channelId).reverse();
  const seen = all.filter((playlist) => {
    if (playlist.channel_id === viewer) return true;
    return channelId === null ? playlist.privacy !== "private" : playlist.privacy === "public";
  });
  const page = pageOf(query, seen);
  if (!page.ok) return page;
  const items = page.value.items.map((playlist) => playlistResource(site, playlist, parts.value));
  return listAnswer("youtube#playlistListResponse", { ...page.value, items });
}

export function insertPlaylist({ site, caller, query, resource }: Ask): Answer {
  const owner = ownerOf(caller);
  if (!owner.ok) return owner;
  const parts = partsOf(query, PARTS);
  if (!parts.ok) return parts;
  const described = read(resource, parts.value, null);
  if (!described.ok) return described;
  const fresh = { id: newPlaylistId(), channel_id: owner.value.channel.id, created_at: site.clock.now() };
  const playlist: Playlist = { ...described.value, ...fresh };
  site.library.playlists.put(playlist);
  return ok(playlistResource(site, playlist, parts.value));
}

export function updatePlaylist({ site, caller, query, resource }: Ask): Answer {
  const owner = ownerOf(caller);
  if (!owner.ok) return owner;
  const parts = partsOf(query, PARTS);
  if (!parts.ok) return parts;
  const named = body.safeParse(resource);
  const playlist = ownPlaylist(site, owner.value, (named.success ? named.data.id : null) ?? "");
  if (!playlist.ok) return playlist;
  const described = read(resource, parts.value, playlist.value);
  if (!described.ok) return described;
  const changed: Playlist = { ...playlist.value, ...described.value };
  site.library.playlists.put(changed);
  return ok(playlistResource(site, changed, parts.value));
}

export function deletePlaylist({ site, caller, query }: Ask): Answer {
  const owner = ownerOf(caller);
  if (!owner.ok) return owner;
  const playlist = ownPlaylist(site, owner.value, query.get("id") ?? "");
  if (!playlist.ok) return playlist;
  const { library } = site;
  library.atomically(() => {
    for (const { id } of library.items.under(playlist.value.id)) library.items.drop(id);
    library.playlists.drop(playlist.value.id);
  });
  return ok(null);
}

export function ownPlaylist({ library }: Site, { channel }: Owner, id: string): Result<Playlist, Refusal> {
  const playlist = library.playlists.get(id);
  if (playlist === null || (playlist.channel_id !== channel.id && playlist.privacy === "private")) return refuse("playlistNotFound");
  return playlist.channel_id === channel.id ? ok(playlist) : refuse("playlistForbidden");
}

type Described = Pick<Playlist, "title" | "description" | "default_language" | "privacy">;

/** A part that is named is replaced whole; the snippet is always needed, for its title. */
function read(resource: unknown, parts: ReadonlySet<string>, before: Playlist | null): Result<Described, Refusal> {
  const parsed = body.safeParse(resource);
  if (!parsed.success) return refuse("badRequest", `Invalid value at 'resource.${parsed.error.issues[0]?.path.join(".") ?? ""}'`);
  const { snippet, status } = parsed.data;
  const title = snippet?.title ?? "";
  if (title.trim() === "" || !parts.has("snippet")) return refuse("playlistTitleRequired", undefined, inBody("body.snippet.title"));
  const description = snippet?.description ?? "";
  if (charactersIn(title) > TITLE_CHARACTERS || charactersIn(description) > DESCRIPTION_CHARACTERS || /[<>]/.test(title + description))
    return refuse("invalidPlaylistSnippet", undefined, inBody("body.snippet"));
  const privacy = parts.has("status") ? (status?.privacyStatus ?? "public") : (before?.privacy ?? "public");
  return ok({ title, description, default_language: snippet?.defaultLanguage ?? null, privacy });
}

function playlistResource({ library }: Site, playlist: Playlist, parts: ReadonlySet<string>): youtube_v3.Schema$Playlist {
  const { title, description } = playlist;
  const sections = pick(
    {
      snippet: {
        publishedAt: instant(playlist.created_at),
        channelId: playlist.channel_id,
        title,
        description,
        thumbnails: {},
        channelTitle: library.channels.get(playlist.channel_id)?.title ?? "",
        ...(playlist.default_language === null ? {} : { defaultLanguage: playlist.default_language }),
        localized: { title, description },
      },
      status: { privacyStatus: playlist.privacy },
      contentDetails: { itemCount: library.items.under(playlist.id).length },
    } satisfies Omit<youtube_v3.Schema$Playlist, "id" | "kind" | "etag">,
    parts,
  );
  return { kind: "youtube#playlist", etag: etagOf([playlist.id, sections]), id: playlist.id, ...sections };
}
