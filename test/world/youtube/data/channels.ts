import type { youtube_v3 } from "@googleapis/youtube";
import type { Channel } from "#test/world/youtube/records.ts";
import { inQuery, refuse } from "#test/world/youtube/refusals.ts";
import { uploadsPlaylistOf } from "#test/world/youtube/secret.ts";
import { type Answer, type Ask, listAnswer } from "./answer.ts";
import { etagOf, pageOf } from "./paging.ts";
import { listOf, partsOf, pick } from "./parts.ts";
import { instant } from "./video-resource.ts";
import { uploadsOf } from "./video-state.ts";

const MAX_IDS = 50;
const PARTS = [
  ...["id", "snippet", "contentDetails", "statistics", "status"],
  ...["auditDetails", "brandingSettings", "contentOwnerDetails", "localizations", "topicDetails"],
] as const;

/** `channels.list` by `mine`, `id` or `forHandle`. An account without a channel has none of its own, which is no error. */
export function listChannels(ask: Ask): Answer {
  const { site, caller, query } = ask;
  const parts = partsOf(query, PARTS);
  if (!parts.ok) return parts;
  const filters = ["mine", "id", "forHandle"].filter((name) => query.has(name));
  if (filters.length === 0)
    return refuse("missingRequiredParameter", "No filter selected. Expected one of: mine, id, forHandle", inQuery("parameters."));
  if (filters.length > 1)
    return refuse("incompatibleParameters", `Incompatible parameters specified in the request: ${filters.join(", ")}`);
  const ids = listOf(query, "id");
  if (ids.length > MAX_IDS) return refuse("invalidFilters", undefined, inQuery("id"));
  if (query.get("mine") === "true" && caller.channel === null) return refuse("authorizationRequired", undefined, inQuery("mine"));

  const handle = query.get("forHandle")?.replace(/^@?/, "@").toLowerCase();
  const found = site.library.channels.all().filter((channel) => {
    if (channel.state !== "active") return false;
    if (filters[0] === "mine") return query.get("mine") === "true" && channel.id === caller.channel?.id;
    return filters[0] === "id" ? ids.includes(channel.id) : channel.handle.toLowerCase() === handle;
  });
  const page = pageOf(query, found);
  if (!page.ok) return page;
  const items = page.value.items.map((channel) => channelResource(ask, channel, parts.value));
  return listAnswer("youtube#channelListResponse", { ...page.value, items });
}

function channelResource({ site, caller, origin }: Ask, channel: Channel, parts: ReadonlySet<string>): youtube_v3.Schema$Channel {
  const picture = (size: number): youtube_v3.Schema$Thumbnail => ({
    url: `${origin}/picture/${channel.id}?s=${size}`,
    width: size,
    height: size,
  });
  const videos = uploadsOf(site.library, channel.id, caller.channel?.id ?? null, site.clock.now());
  const sections = pick(
    {
      snippet: {
        title: channel.title,
        description: "",
        customUrl: channel.handle.toLowerCase(),
        publishedAt: instant(channel.created_at),
        thumbnails: { default: picture(88), medium: picture(240), high: picture(800) },
        localized: { title: channel.title, description: "" },
      },
      contentDetails: { relatedPlaylists: { likes: "", uploads: uploadsPlaylistOf(channel.id) } },
      statistics: { viewCount: "0", subscriberCount: "0", hiddenSubscriberCount: false, videoCount: String(videos.length) },
      status: { privacyStatus: "public", isLinked: true, longUploadsStatus: "allowed" },
    } satisfies Omit<youtube_v3.Schema$Channel, "id" | "kind" | "etag">,
    parts,
  );
  return { kind: "youtube#channel", etag: etagOf([channel.id, sections]), id: channel.id, ...sections };
}
