import { z } from "zod";

/** At most this many tracks of a kind are told of, and this many characters of any text that a file holds. */
export const MAX_TRACKS = 16;
const MAX_TEXT = 64;

const count = z.number().int().nonnegative();
const text = z.string().max(MAX_TEXT).nullable();

export const CONTAINERS = [
  "mp4",
  "quicktime",
  "matroska",
  "webm",
  "mpeg-ts",
  "mp3",
  "aac",
  "wav",
  "flac",
  "ogg",
  // Known by their magic, not read any further.
  "avi",
  "flv",
  "asf",
  "mpeg-ps",
  "mxf",
] as const;

export const VIDEO_CODECS = [
  "avc",
  "hevc",
  "av1",
  "vp9",
  "vp8",
  "prores",
  "dnxhd",
  "mpeg4",
  "mpeg2",
  "mpeg1",
  "mjpeg",
  "theora",
  "unknown",
] as const;
export const AUDIO_CODECS = ["aac", "mp3", "mp2", "opus", "vorbis", "flac", "alac", "ac3", "eac3", "dts", "pcm", "unknown"] as const;
export const CHROMAS = ["4:0:0", "4:2:0", "4:2:2", "4:4:4"] as const;
/** Of high dynamic range. */
export const CURVES = ["pq", "hlg", "dolby_vision"] as const;
export const INDEX_PLACES = ["front", "end", "fragments", "not_seen"] as const;

const videoTrack = z.object({
  codec: z.enum(VIDEO_CODECS),
  /** The container's own name of the codec (`hvc1`, `V_MPEGH/ISO/HEVC`). */
  tag: text,
  profile: text,
  level: text,
  bitDepth: count.nullable(),
  chroma: z.enum(CHROMAS).nullable(),
  /** The curve that makes it high dynamic range; null: standard, or not told. */
  hdr: z.enum(CURVES).nullable(),
  /** As stored; a player turns it by `rotation` degrees clockwise. */
  width: count.nullable(),
  height: count.nullable(),
  rotation: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
  /** Mean, per second. */
  frameRate: z.number().positive().nullable(),
  encrypted: z.boolean(),
});

const audioTrack = z.object({
  codec: z.enum(AUDIO_CODECS),
  tag: text,
  profile: text,
  channels: count.nullable(),
  sampleRate: count.nullable(),
  encrypted: z.boolean(),
});

/** What a media file says of itself. */
const mediaInfo = z.object({
  container: z.enum(CONTAINERS),
  brand: text,
  /**
   * Where the index (`moov`) of an MP4 or MOV lies: before the media, after it (`at` is where it begins, or has to), in fragments
   * with the media, or nowhere that could be seen. Null for containers without one.
   */
  index: z.object({ place: z.enum(INDEX_PLACES), at: count.nullable() }).nullable(),
  durationSeconds: z.number().nonnegative().nullable(),
  video: z.array(videoTrack).max(MAX_TRACKS),
  audio: z.array(audioTrack).max(MAX_TRACKS),
  /** What made it, as far as it says so. Clocks of cameras lie. */
  createdAt: z.number().int().nullable(),
  encoder: text,
  device: text,
});

export const UNREADABLE = ["not_media", "malformed", "no_index", "too_large", "gave_up"] as const;

/** `partial`: what was at hand shows no more; `unreadable`: nothing could be made of it. */
export const look = z.discriminatedUnion("status", [
  z.object({ status: z.enum(["read", "partial"]), info: mediaInfo }),
  z.object({ status: z.literal("unreadable"), reason: z.enum(UNREADABLE) }),
]);

export type MediaInfo = z.output<typeof mediaInfo>;
export type Container = MediaInfo["container"];
export type VideoTrack = MediaInfo["video"][number];
export type AudioTrack = MediaInfo["audio"][number];
export type Look = z.output<typeof look>;
export type UnreadableReason = (typeof UNREADABLE)[number];

/** Nothing is known of a file but its container. */
export const emptyInfo = (container: Container): MediaInfo => ({
  container,
  brand: null,
  index: null,
  durationSeconds: null,
  video: [],
  audio: [],
  createdAt: null,
  encoder: null,
  device: null,
});

export const aVideoTrack = (codec: VideoTrack["codec"], tag: string | null): VideoTrack => ({
  codec,
  tag: tag === null ? null : printable(tag),
  profile: null,
  level: null,
  bitDepth: null,
  chroma: null,
  hdr: null,
  width: null,
  height: null,
  rotation: 0,
  frameRate: null,
  encrypted: false,
});

export const anAudioTrack = (codec: AudioTrack["codec"], tag: string | null): AudioTrack => ({
  codec,
  tag: tag === null ? null : printable(tag),
  profile: null,
  channels: null,
  sampleRate: null,
  encrypted: false,
});

/** Text of a file as it may be shown: printable, trimmed, short; null when nothing is left. */
export function printable(raw: string): string | null {
  const shown = raw.replaceAll(/\p{C}/gu, " ").trim();
  return shown === "" ? null : shown.slice(0, MAX_TEXT).toWellFormed();
}
