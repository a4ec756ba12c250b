import type { youtube_v3 } from "@googleapis/youtube";
import { type Answer, type Ask, listAnswer } from "./answer.ts";
import { etagOf } from "./paging.ts";
import { listOf, partsOf } from "./parts.ts";
import { inQuery, refuse } from "#test/world/youtube/refusals.ts";

/** Those that YouTube lists for the United States; the last ones can't be given to an upload. */
const CATEGORIES: readonly (readonly [id: string, title: string, assignable: boolean])[] = [
  ["1", "Film & Animation", true],
  ["2", "Autos & Vehicles", true],
  ["10", "Music", true],
  ["15", "Pets & Animals", true],
  ["17", "Sports", true],
  ["19", "Travel & Events", true],
  ["20", "Gaming", true],
  ["22", "People & Blogs", true],
  ["23", "Comedy", true],
  ["24", "Entertainment", true],
  ["25", "News & Politics", true],
  ["26", "Howto & Style", true],
  ["27", "Education", true],
  ["28", "Science & Technology", true],
  ["29", "Nonprofits & Activism", true],
  ["18", "Short Movies", false],
  ["21", "Videoblogging", false],
  ["30", "Movies", false],
  ["43", "Shows", false],
  ["44", "Trailers", false],
];

const YOUTUBE = "UCBR8-60-B28hp2BmDPdntcQ";

export const isAssignable = (categoryId: string): boolean => CATEGORIES.some(([id, , assignable]) => id === categoryId && assignable);

export function listCategories({ query }: Ask): Answer {
  const parts = partsOf(query, ["id", "snippet"]);
  if (!parts.ok) return parts;
  const ids = listOf(query, "id");
  const region = query.get("regionCode");
  if (ids.length === 0 && region === null)
    return refuse("missingRequiredParameter", "No filter selected. Expected one of: regionCode, id", inQuery("parameters."));
  if (region !== null && !/^[A-Za-z]{2}$/.test(region)) return refuse("invalidParameter", "Invalid region code.", inQuery("regionCode"));
  const found = CATEGORIES.filter(([id]) => ids.length === 0 || ids.includes(id));
  if (found.length < ids.length) return refuse("videoCategoryNotFound", undefined, inQuery("id"));
  return listAnswer("youtube#videoCategoryListResponse", { items: found.map((category) => resource(category, parts.value)) });
}

function resource([id, title, assignable]: (typeof CATEGORIES)[number], parts: ReadonlySet<string>): youtube_v3.Schema$VideoCategory {
  const snippet = { title, assignable, channelId: YOUTUBE };
  return { kind: "youtube#videoCategory", etag: etagOf([id, title]), id, ...(parts.has("snippet") ? { snippet } : {}) };
}
