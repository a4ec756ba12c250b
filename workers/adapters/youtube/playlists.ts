import type { YouTubePlaylists } from "#domain/publishing/youtube/playlists.ts";
import { call } from "./data-api.ts";
import type { YouTubeOptions } from "./exchange.ts";
import { playlistItem, playlistItems } from "./resources.ts";

export function youtubePlaylists(options: YouTubeOptions): YouTubePlaylists {
  return {
    items: (accessToken, playlistId, pageToken) => {
      const query = { part: "snippet", playlistId, maxResults: "50", ...(pageToken === null ? {} : { pageToken }) };
      return call(options, { method: "GET", path: "playlistItems", query, accessToken }, playlistItems);
    },

    insert: (accessToken, playlistId, { videoId, position }) => {
      const resource = { snippet: { playlistId, position, resourceId: { kind: "youtube#video", videoId } } };
      return call(
        options,
        { method: "POST", path: "playlistItems", query: { part: "snippet" }, accessToken, resource, isOnce: true },
        playlistItem,
      );
    },

    move: (accessToken, playlistId, { itemId, videoId, position }) => {
      const resource = { id: itemId, snippet: { playlistId, position, resourceId: { kind: "youtube#video", videoId } } };
      return call(options, { method: "PUT", path: "playlistItems", query: { part: "snippet" }, accessToken, resource });
    },
  };
}
