import { orNull } from "./boxes.ts";
import { hdrOf, readAacConfiguration, readAv1Configuration, readAvcConfiguration, readHevcConfiguration } from "./codec-configurations.ts";
import { type Element, elementsIn, float, text, unsigned } from "./ebml.ts";
import { ID } from "./matroska-ids.ts";
import { anAudioTrack, aVideoTrack, MAX_TRACKS, type AudioTrack, type MediaInfo, type VideoTrack } from "./media-info.ts";
import { plausibleRate } from "./movie.ts";

/** Codec ids by what they begin with (RFC 9559 and the Matroska codec registry). */
const VIDEO: readonly (readonly [string, VideoTrack["codec"]])[] = [
  ["V_MPEG4/ISO/AVC", "avc"],
  ["V_MPEGH/ISO/HEVC", "hevc"],
  ["V_AV1", "av1"],
  ["V_VP9", "vp9"],
  ["V_VP8", "vp8"],
  ["V_PRORES", "prores"],
  ["V_MPEG4/ISO", "mpeg4"],
  ["V_MPEG2", "mpeg2"],
  ["V_MPEG1", "mpeg1"],
  ["V_MJPEG", "mjpeg"],
  ["V_THEORA", "theora"],
];
const AUDIO: readonly (readonly [string, AudioTrack["codec"]])[] = [
  ["A_AAC", "aac"],
  ["A_OPUS", "opus"],
  ["A_VORBIS", "vorbis"],
  ["A_MPEG/L3", "mp3"],
  ["A_MPEG/L2", "mp2"],
  ["A_FLAC", "flac"],
  ["A_ALAC", "alac"],
  ["A_AC3", "ac3"],
  ["A_EAC3", "eac3"],
  ["A_DTS", "dts"],
  ["A_PCM", "pcm"],
];

const codecOf = <C extends string>(table: readonly (readonly [string, C])[], id: string): C | "unknown" =>
  table.find(([prefix]) => id.startsWith(prefix))?.[1] ?? "unknown";

export type MatroskaTracks = Pick<MediaInfo, "video" | "audio"> & {
  /** The number of the first video track: what cues name it by. */ readonly videoNumber: number | null;
};

/** The content of `Tracks` (RFC 9559 5.1.4). */
export function readTracks(bytes: Uint8Array): MatroskaTracks {
  const video: VideoTrack[] = [];
  const audio: AudioTrack[] = [];
  let videoNumber: number | null = null;
  for (const element of elementsIn(bytes, 0, bytes.length).filter(({ id }) => id === ID.trackEntry)) {
    const entry = new Fields(bytes, element);
    const type = entry.number(ID.trackType);
    if (type === 1 && video.length < MAX_TRACKS) {
      video.push(readVideo(entry));
      videoNumber ??= entry.number(ID.trackNumber);
    }
    if (type === 2 && audio.length < MAX_TRACKS) audio.push(readAudio(entry));
  }
  return { video, audio, videoNumber };
}

/** The children of an element, by their ids. */
class Fields {
  readonly #bytes: Uint8Array;
  readonly #elements: readonly Element[];

  constructor(bytes: Uint8Array, { start, end }: Pick<Element, "start" | "end">) {
    this.#bytes = bytes;
    this.#elements = elementsIn(bytes, start, end);
  }

  number(id: number): number | null {
    const value = this.#read(id, unsigned);
    return value === null || value > 0xffffffff ? null : value;
  }

  float(id: number): number | null {
    return this.#read(id, float);
  }

  text(id: number): string {
    return this.#read(id, text) ?? "";
  }

  bytes(id: number): Uint8Array | null {
    return this.#read(id, (bytes, { start, end }) => bytes.subarray(start, end));
  }

  inside(id: number): Fields {
    return new Fields(this.#bytes, this.#elements.find((each) => each.id === id) ?? { start: 0, end: 0 });
  }

  has(id: number): boolean {
    return this.#elements.some((each) => each.id === id);
  }

  #read<T>(id: number, read: (bytes: Uint8Array, element: Element) => T): T | null {
    const found = this.#elements.find((each) => each.id === id);
    return found === undefined ? null : orNull(() => read(this.#bytes, found));
  }
}

/** An encoding may also be a compression, which hinders nobody. */
const isEncrypted = (entry: Fields): boolean => entry.inside(ID.encodings).inside(ID.encoding).has(ID.encryption);

function readVideo(entry: Fields): VideoTrack {
  const id = entry.text(ID.codecId);
  const codec = codecOf(VIDEO, id);
  const settings = entry.inside(ID.video);
  const colour = settings.inside(ID.colour);
  const configuration = entry.bytes(ID.codecPrivate);
  const described = configuration === null ? null : orNull(() => describe(codec, configuration));
  const nanoseconds = entry.number(ID.defaultDuration) ?? 0;
  const depth = colour.number(ID.bitsPerChannel) ?? 0;
  return {
    ...aVideoTrack(codec, id),
    width: settings.number(ID.pixelWidth),
    height: settings.number(ID.pixelHeight),
    frameRate: plausibleRate(1e9 / nanoseconds),
    bitDepth: depth > 0 && depth <= 16 ? depth : null,
    ...described,
    hdr: hdrOf(colour.number(ID.transfer)) ?? described?.hdr ?? null,
    encrypted: isEncrypted(entry),
  };
}

function describe(codec: VideoTrack["codec"], configuration: Uint8Array): Partial<VideoTrack> {
  if (codec === "avc") return readAvcConfiguration(configuration);
  if (codec === "hevc") return readHevcConfiguration(configuration);
  return codec === "av1" ? readAv1Configuration(configuration) : {};
}

function readAudio(entry: Fields): AudioTrack {
  const id = entry.text(ID.codecId);
  const codec = codecOf(AUDIO, id);
  const settings = entry.inside(ID.audio);
  // 8 kHz and one channel are what RFC 9559 5.1.4.1.29 takes for granted.
  const rate = settings.float(ID.outputFrequency) ?? settings.float(ID.samplingFrequency) ?? 8000;
  const configuration = codec === "aac" ? entry.bytes(ID.codecPrivate) : null;
  return {
    ...anAudioTrack(codec, id),
    channels: settings.number(ID.channels) ?? 1,
    sampleRate: Math.round(Math.min(Math.max(0, rate), 0xffffffff)),
    ...(configuration === null ? null : orNull(() => readAacConfiguration(configuration))),
    encrypted: isEncrypted(entry),
  };
}
