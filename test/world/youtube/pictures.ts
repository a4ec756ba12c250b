import type { Call, Reply } from "./call.ts";

const NOT_FOUND: Reply = { status: 404, text: "Not Found" };

/** `GET /vi/{video}/{size}.jpg`: what was set, in whatever size it came. */
export function showThumbnail({ site, url }: Call): Promise<Reply> {
  const id = /^\/vi\/([\w-]+)\/\w+\.jpg$/.exec(url.pathname)?.[1] ?? "";
  const { thumbnail } = site.library.videos.get(id) ?? { thumbnail: null };
  const bytes = site.blobs.read("thumbnails", id);
  const isThere = thumbnail !== null && bytes !== null;
  return Promise.resolve(isThere ? { status: 200, headers: { "content-type": thumbnail.type }, bytes } : NOT_FOUND);
}

/** `GET /picture/{channel}`: a channel's, which here is its initial. */
export function showPicture({ site, url }: Call): Promise<Reply> {
  const channel = site.library.channels.get(url.pathname.slice("/picture/".length));
  if (channel === null) return Promise.resolve(NOT_FOUND);
  const initial = /[\p{L}\p{N}]/u.exec(channel.title)?.[0] ?? "?";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#0b57d0"/><text x="4" y="6" font-size="6" text-anchor="middle" fill="#fff">${initial}</text></svg>`;
  return Promise.resolve({ status: 200, headers: { "content-type": "image/svg+xml" }, bytes: Buffer.from(svg) });
}
