import type { Answer } from "#domain/publishing/answer.ts";

/** What belongs into a playlist that we keep. */
export type PlaylistRules = {
  /** A video belongs if it has all of them, in any case; none: every video does. */
  readonly tags: readonly string[];
  /** Always at the top and at the bottom, once they are there or belong there. */
  readonly firstVideoId: string | null;
  readonly lastVideoId: string | null;
};

/** A published video of ours; `at`: the time that it goes by, epoch milliseconds. */
export type PlaylistVideo = { readonly videoId: string; readonly at: number; readonly tags: readonly string[] };

/** An item of a playlist, whoever put it there. */
export type PlaylistItem = { readonly itemId: string; readonly videoId: string };

/** One call to YouTube; positions count from 0 and hold after the steps before. */
export type PlaylistStep =
  | { readonly kind: "insert"; readonly videoId: string; readonly position: number }
  | { readonly kind: "move"; readonly itemId: string; readonly videoId: string; readonly position: number };

export type PlaylistPage = { readonly items: readonly PlaylistItem[]; readonly nextPageToken: string | null };

/** A channel's playlists at YouTube. */
export interface YouTubePlaylists {
  /** 50 items at a time, in order; `pageToken` null: from the top. */
  items(accessToken: string, playlistId: string, pageToken: string | null): Promise<Answer<PlaylistPage>>;
  /** Not idempotent: after `unknown` the playlist has to be read again. */
  insert(accessToken: string, playlistId: string, step: Extract<PlaylistStep, { kind: "insert" }>): Promise<Answer<PlaylistItem>>;
  move(accessToken: string, playlistId: string, step: Extract<PlaylistStep, { kind: "move" }>): Promise<Answer<null>>;
}

/**
 * What is missing from a playlist, as the steps that mend it: nothing is ever taken out, nothing but the two pins is moved, and items
 * of videos that are not ours stay beside their neighbours. Any number of the steps may be taken; the rest is found again by planning again.
 */
export function planPlaylist(
  rules: PlaylistRules,
  items: readonly PlaylistItem[],
  videos: readonly PlaylistVideo[],
): readonly PlaylistStep[] {
  const times = new Map(videos.map((video) => [video.videoId, video]));
  const list: { readonly itemId: string | null; readonly videoId: string }[] = [...items];
  const steps: PlaylistStep[] = [];
  const belonging = videos.filter((video) => hasAll(video.tags, rules.tags)).toSorted(byTime);
  const belongs = new Set(belonging.map(({ videoId }) => videoId));

  const place = (videoId: string, position: number): void => {
    list.splice(position, 0, { itemId: null, videoId });
    steps.push({ kind: "insert", videoId, position });
  };
  const pin = (videoId: string, index: number, end: "top" | "bottom"): void => {
    const item = list[index];
    if (item === undefined) {
      if (belongs.has(videoId)) place(videoId, end === "top" ? 0 : list.length);
      return;
    }
    const position = end === "top" ? 0 : list.length - 1;
    if (index === position || item.itemId === null) return;
    list.splice(position, 0, ...list.splice(index, 1));
    steps.push({ kind: "move", itemId: item.itemId, videoId, position });
  };

  const { firstVideoId: first, lastVideoId } = rules;
  const last = lastVideoId === first ? null : lastVideoId;
  if (first !== null) pin(first, list.findIndex(is(first)), "top");
  if (last !== null) pin(last, list.findLastIndex(is(last)), "bottom");

  const present = new Set(list.map(({ videoId }) => videoId));
  for (const video of belonging) {
    if (present.has(video.videoId)) continue;
    const top = first !== null && list[0]?.videoId === first ? 1 : 0;
    const bottom = last !== null && list.at(-1)?.videoId === last ? list.length - 1 : list.length;
    const later = list.slice(top, bottom).findIndex((item) => {
      const known = times.get(item.videoId);
      return known !== undefined && byTime(known, video) > 0;
    });
    place(video.videoId, later === -1 ? bottom : top + later);
  }
  return steps;
}

const is = (wanted: string) => (item: { readonly videoId: string }) => item.videoId === wanted;

/** The same order for everybody, of videos of the same instant too. */
function byTime(one: PlaylistVideo, other: PlaylistVideo): number {
  return one.at - other.at || (one.videoId < other.videoId ? -1 : Number(one.videoId > other.videoId));
}

function hasAll(tags: readonly string[], wanted: readonly string[]): boolean {
  const own = new Set(tags.map((tag) => tag.toLowerCase()));
  return wanted.every((tag) => own.has(tag.toLowerCase()));
}
