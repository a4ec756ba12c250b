import type { Owner } from "#test/world/youtube/caller.ts";
import type { Call, Reply } from "#test/world/youtube/call.ts";
import { listAnswer, refusedReply, replyOf } from "#test/world/youtube/data/answer.ts";
import { thumbnailsOf } from "#test/world/youtube/data/video-resource.ts";
import { isVisible } from "#test/world/youtube/data/video-state.ts";
import { inQuery, type Refusal, refusal } from "#test/world/youtube/refusals.ts";
import { sha256 } from "#test/world/youtube/secret.ts";
import { readSmallMedia } from "./small-media.ts";

const TYPES = ["image/jpeg", "image/png", "application/octet-stream"];

/** `POST /upload/youtube/v3/thumbnails/set`. */
export async function setThumbnail(call: Call, { channel }: Owner): Promise<Reply> {
  const { site, url, origin, note } = call;
  const { library, blobs, clock } = site;
  const media = await readSmallMedia(call, library.settings.get().thumbnail_bytes);
  if (!media.ok) return refusedReply(call, media.error);
  const video = library.videos.get(url.searchParams.get("videoId") ?? "");
  if (video === null || !isVisible(video, channel.id, clock.now())) {
    const message =
      "The video that you are trying to insert a thumbnail image for cannot be found. Check the value of the <code>videoId</code> parameter to ensure that it is correct.";
    return refusedReply(call, refusal("videoNotFound", message, inQuery("videoId")));
  }
  if (video.channel_id !== channel.id) {
    const message = "The thumbnail can't be set for the specified video. The request might not be properly authorized.";
    return refusedReply(call, refusal("forbidden", message, inQuery("videoId")));
  }
  note.video_id = video.id;
  const { type, bytes } = media.value;
  const complaint = complaintAbout(type, bytes);
  if (complaint !== null) return refusedReply(call, complaint);
  blobs.write("thumbnails", video.id, bytes);
  const thumbnail = { sha256: sha256(bytes), type: imageType(bytes) ?? type, size: bytes.byteLength };
  library.videos.put({ ...video, thumbnail });
  return replyOf(call, listAnswer("youtube#thumbnailSetResponse", { items: [thumbnailsOf({ ...video, thumbnail }, origin)] }));
}

function complaintAbout(type: string, bytes: Buffer): Refusal | null {
  if (!TYPES.includes(type.toLowerCase()))
    return refusal("badContent", `Media type '${type}' is not supported. Valid media types: [${TYPES.join(", ")}]`);
  if (bytes.byteLength === 0) return refusal("mediaBodyRequired", "The request does not include the image content.");
  return imageType(bytes) === null ? refusal("invalidImage") : null;
}

function imageType(bytes: Buffer): string | null {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return "image/jpeg";
  return bytes.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1")) ? "image/png" : null;
}
