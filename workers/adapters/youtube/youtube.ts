import { accepted } from "#domain/publishing/answer.ts";
import { changesTo } from "#domain/publishing/youtube/video-sections.ts";
import type { YouTube } from "#domain/publishing/youtube/youtube.ts";
import { call, goneVideo } from "./data-api.ts";
import type { YouTubeOptions } from "./exchange.ts";
import { refused } from "./refusals.ts";
import { channelList, sectionList, STATUS_PARTS, videoList } from "./resources.ts";
import { resumableUploads } from "./resumable.ts";

const MAX_IDS = 50;

/** YouTube over plain HTTP: Google's own client needs Node, and would hold what it retries. */
export function youtubeApi(options: YouTubeOptions): YouTube {
  return {
    ...resumableUploads(options),

    videos: async (accessToken, ids) => {
      if (ids.length === 0) return accepted([]);
      if (ids.length > MAX_IDS) throw new RangeError(`${ids.length} videos, at most ${MAX_IDS} in a call`);
      return call(options, { method: "GET", path: "videos", query: { part: STATUS_PARTS, id: ids.join(",") }, accessToken }, videoList);
    },

    update: async (accessToken, id, metadata) => {
      const read = await call(options, { method: "GET", path: "videos", query: { part: "snippet,status", id }, accessToken }, sectionList);
      if (read.kind !== "accepted") return read;
      const [video] = read.value.items;
      if (video === undefined) return refused(goneVideo);
      const changes = changesTo(video, metadata, options.now());
      const part = Object.keys(changes).join(",");
      if (part === "") return accepted({ changed: false });
      const written = await call(options, { method: "PUT", path: "videos", query: { part }, accessToken, resource: { id, ...changes } });
      return written.kind === "accepted" ? accepted({ changed: true }) : written;
    },

    remove: (accessToken, id) => call(options, { method: "DELETE", path: "videos", query: { id }, accessToken }),

    channels: (accessToken) =>
      call(
        options,
        { method: "GET", path: "channels", query: { part: "snippet", mine: "true", maxResults: "50" }, accessToken },
        channelList,
      ),

    setThumbnail: (accessToken, videoId, media) =>
      call(options, { method: "POST", path: "thumbnails/set", query: { videoId, uploadType: "media" }, accessToken, media }),
  };
}
