import type { MediaInfo } from "#domain/media/media-info.ts";
import { type Examined, verdictsOn } from "./verdicts.ts";

/** A look as the API, events and webhooks show it; verdicts are as of now, by the rules of this release. */
export function shownLook(examined: Examined, rfc3339: (epochMs: number) => string) {
  const { look } = examined;
  const verdicts = verdictsOn(examined).map(({ destination, verdict, reasons }) => ({ destination, verdict, reasons: [...reasons] }));
  return look.status === "unreadable"
    ? { status: look.status, reason: look.reason, media: null, verdicts }
    : { status: look.status, reason: null, media: shownMedia(look.info, rfc3339), verdicts };
}

const shownMedia = ({ durationSeconds, createdAt, video, audio, ...info }: MediaInfo, rfc3339: (epochMs: number) => string) => ({
  ...info,
  duration_seconds: durationSeconds,
  created_at: createdAt === null ? null : rfc3339(createdAt),
  video: video.map(({ bitDepth, frameRate, ...track }) => ({ ...track, bit_depth: bitDepth, frame_rate: frameRate })),
  audio: audio.map(({ sampleRate, ...track }) => ({ ...track, sample_rate: sampleRate })),
});
