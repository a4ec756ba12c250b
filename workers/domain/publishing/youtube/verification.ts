import type { DeliverySource } from "#domain/publishing/delivery.ts";
import type { VideoStatus } from "./youtube.ts";

/** YouTube counts whole seconds, and containers round differently. */
const TOLERATED_SECONDS = 2;

/** What YouTube has that is not what was sent, in words; null when nothing speaks against it. What YouTube does not tell is no difference. */
export function differenceTo({ size, durationSeconds }: DeliverySource, video: VideoStatus): string | null {
  if (video.fileSize !== null && video.fileSize !== size) return `YouTube has a file of ${video.fileSize} bytes, and ${size} were sent.`;
  if (video.durationSeconds === null || durationSeconds === null) return null;
  if (Math.abs(video.durationSeconds - durationSeconds) <= TOLERATED_SECONDS) return null;
  return `On YouTube the video lasts ${video.durationSeconds} seconds, and the file ${Math.round(durationSeconds)}.`;
}
