import { type Box, boxesIn, findBox, orNull } from "./boxes.ts";
import {
  hdrOf,
  readAacConfiguration,
  readAv1Configuration,
  readAvcConfiguration,
  readHevcConfiguration,
  readVpConfiguration,
} from "./codec-configurations.ts";
import { Cursor } from "./cursor.ts";
import { anAudioTrack, aVideoTrack, type AudioTrack, type VideoTrack } from "./media-info.ts";

/** Sample entries by their four characters (mp4ra.org; Apple's QuickTime File Format). */
const VIDEO: Readonly<Record<string, VideoTrack["codec"]>> = {
  avc1: "avc",
  avc2: "avc",
  avc3: "avc",
  avc4: "avc",
  dva1: "avc",
  dvav: "avc",
  hvc1: "hevc",
  hev1: "hevc",
  dvh1: "hevc",
  dvhe: "hevc",
  av01: "av1",
  dav1: "av1",
  vp08: "vp8",
  vp09: "vp9",
  apch: "prores",
  apcn: "prores",
  apcs: "prores",
  apco: "prores",
  ap4h: "prores",
  ap4x: "prores",
  AVdn: "dnxhd",
  AVdh: "dnxhd",
  mp4v: "mpeg4",
  mp2v: "mpeg2",
  m2v1: "mpeg2",
  mjpa: "mjpeg",
  mjpb: "mjpeg",
  jpeg: "mjpeg",
};

const AUDIO: Readonly<Record<string, AudioTrack["codec"]>> = {
  mp4a: "aac",
  ".mp3": "mp3",
  Opus: "opus",
  fLaC: "flac",
  alac: "alac",
  "ac-3": "ac3",
  "ec-3": "eac3",
  dtsc: "dts",
  dtsh: "dts",
  dtsl: "dts",
  dtse: "dts",
  lpcm: "pcm",
  sowt: "pcm",
  twos: "pcm",
  in24: "pcm",
  in32: "pcm",
  fl32: "pcm",
  fl64: "pcm",
  ipcm: "pcm",
  fpcm: "pcm",
  "raw ": "pcm",
  ulaw: "pcm",
  alaw: "pcm",
};

/** ProRes by its four characters (Apple, ProRes White Paper): depth and chroma are the format's. */
const PRORES: Readonly<Record<string, Partial<VideoTrack>>> = {
  apco: { profile: "422 Proxy", bitDepth: 10, chroma: "4:2:2" },
  apcs: { profile: "422 LT", bitDepth: 10, chroma: "4:2:2" },
  apcn: { profile: "422", bitDepth: 10, chroma: "4:2:2" },
  apch: { profile: "422 HQ", bitDepth: 10, chroma: "4:2:2" },
  ap4h: { profile: "4444", bitDepth: 12, chroma: "4:4:4" },
  ap4x: { profile: "4444 XQ", bitDepth: 12, chroma: "4:4:4" },
};

/** `objectTypeIndication` of an `esds` (ISO/IEC 14496-1 table 5). */
const OBJECT_TYPES: Readonly<Record<number, AudioTrack["codec"]>> = {
  0x69: "mp3",
  0x6b: "mp3",
  0xa5: "ac3",
  0xa6: "eac3",
  0xa9: "dts",
  0xad: "opus",
};
const VIDEO_OBJECT_TYPES: Readonly<Record<number, VideoTrack["codec"]>> = { 0x20: "mpeg4", 0x6a: "mpeg1", 0x6c: "mjpeg" };

type Entry = { readonly type: string; readonly box: Box; readonly encrypted: boolean };

/** The first sample entry: a track that changes its codec midway is what it begins as. */
function firstEntry(bytes: Uint8Array, stsd: Box): Entry | null {
  const box = boxesIn(bytes, stsd.start + 8, stsd.end)[0];
  if (box === undefined) return null;
  if (box.type !== "encv" && box.type !== "enca") return { type: box.type, box, encrypted: false };
  const skipped = box.type === "encv" ? 78 : 28;
  const original = findBox(bytes, { start: box.start + skipped, end: box.end }, "sinf", "frma");
  const type =
    original === null ? box.type : new Cursor(bytes, original.start, original.end).latin1(Math.min(4, original.end - original.start));
  return { type, box, encrypted: true };
}

export function readVideoEntry(bytes: Uint8Array, stsd: Box): VideoTrack | null {
  const entry = firstEntry(bytes, stsd);
  if (entry === null) return null;
  const { type, box, encrypted } = entry;
  const fields = new Cursor(bytes, box.start, box.end).skip(24);
  const track = { ...aVideoTrack(VIDEO[type] ?? "unknown", type), width: fields.u16(), height: fields.u16(), encrypted, ...PRORES[type] };
  for (const child of boxesIn(bytes, box.start + 78, box.end))
    Object.assign(
      track,
      orNull(() => described(bytes, child)),
    );
  return track;
}

function described(bytes: Uint8Array, { type, start, end }: Box): Partial<VideoTrack> {
  const content = bytes.subarray(start, end);
  switch (type) {
    case "avcC":
      return told(readAvcConfiguration(content));
    case "hvcC":
      return readHevcConfiguration(content);
    case "av1C":
      return readAv1Configuration(content);
    case "vpcC":
      return told(readVpConfiguration(content));
    case "dvcC":
    case "dvvC":
      return { hdr: "dolby_vision" };
    case "colr": {
      const fields = new Cursor(content);
      const kind = fields.latin1(4);
      if (kind !== "nclx" && kind !== "nclc") return {};
      return told({ hdr: hdrOf(fields.skip(2).u16()) });
    }
    case "esds": {
      const codec = VIDEO_OBJECT_TYPES[readElementaryStream(content).objectType];
      return codec === undefined ? { codec: "mpeg2" } : { codec };
    }
    default:
      return {};
  }
}

/** A curve that is not told of here may have been told of before. */
const told = ({ hdr, ...rest }: Partial<VideoTrack>): Partial<VideoTrack> => (hdr === null || hdr === undefined ? rest : { ...rest, hdr });

export function readAudioEntry(bytes: Uint8Array, stsd: Box): AudioTrack | null {
  const entry = firstEntry(bytes, stsd);
  if (entry === null) return null;
  const { type, box, encrypted } = entry;
  const fields = new Cursor(bytes, box.start, box.end).skip(8);
  const version = fields.u16();
  const channels = fields.skip(6).u16();
  const sampleRate = fields.skip(6).u32() >>> 16;
  const track = { ...anAudioTrack(AUDIO[type] ?? "unknown", type), channels, sampleRate, encrypted };
  // QuickTime's second and third sound descriptions are longer (QuickTime File Format, "Sound Sample Descriptions").
  if (version === 2) {
    fields.skip(4);
    track.sampleRate = Math.round(Math.min(Math.max(0, fields.f64()), 2 ** 32)) || 0;
    track.channels = Math.min(fields.u32(), 0xffff);
  }
  const children = box.start + 28 + (version === 1 ? 16 : version === 2 ? 36 : 0);
  const inside = { start: children, end: box.end };
  const esds = findBox(bytes, inside, "esds") ?? findBox(bytes, inside, "wave", "esds");
  if (esds === null) return track;
  return Object.assign(
    track,
    orNull(() => elementary(bytes.subarray(esds.start, esds.end))),
  );
}

function elementary(content: Uint8Array): Partial<AudioTrack> {
  const { objectType, specific } = readElementaryStream(content);
  const codec = OBJECT_TYPES[objectType] ?? "aac";
  return codec === "aac" && specific !== null ? { codec, ...readAacConfiguration(specific) } : { codec };
}

/** `esds` (ISO/IEC 14496-1 7.2.6.5): descriptors of one byte's tag and a length of up to four bytes, one inside the other. */
function readElementaryStream(content: Uint8Array): { objectType: number; specific: Uint8Array | null } {
  const cursor = new Cursor(content).skip(4);
  const enter = (tag: number): number => {
    if (cursor.u8() !== tag) return 0;
    let length = 0;
    for (let index = 0; index < 4; index++) {
      const byte = cursor.u8();
      length = length * 128 + (byte & 0x7f);
      if (byte < 0x80) break;
    }
    return length;
  };
  enter(3);
  const flags = cursor.skip(2).u8();
  if ((flags & 0x80) !== 0) cursor.skip(2);
  if ((flags & 0x40) !== 0) cursor.skip(cursor.u8());
  if ((flags & 0x20) !== 0) cursor.skip(2);
  enter(4);
  const objectType = cursor.u8();
  cursor.skip(12);
  if (cursor.left < 2) return { objectType, specific: null };
  const length = enter(5);
  return { objectType, specific: length === 0 ? null : cursor.slice(Math.min(length, cursor.left)) };
}
