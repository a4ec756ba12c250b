import { AAC_RATES } from "./codec-configurations.ts";
import { Cursor } from "./cursor.ts";
import { anAudioTrack, emptyInfo, type MediaInfo } from "./media-info.ts";
import { round } from "./movie.ts";
import { Malformed, type Reading } from "./reading.ts";

export type FoundSound = { readonly info: MediaInfo; readonly complete: boolean };

const MOST_CHUNKS = 64;

const sound = (container: MediaInfo["container"], track: MediaInfo["audio"][number], seconds: number | null): FoundSound => ({
  info: {
    ...emptyInfo(container),
    audio: [track],
    durationSeconds: seconds !== null && Number.isFinite(seconds) && seconds > 0 ? round(seconds) : null,
  },
  complete: true,
});

/** RIFF and RF64 (Microsoft's WAVEFORMATEX; EBU Tech 3306). */
export function* readWave(): Reading<FoundSound> {
  const head = new Cursor(yield { start: 0, end: 12 });
  const wide = head.latin1(4) === "RF64";
  let track = anAudioTrack("unknown", null);
  let bytesPerSecond = 0;
  let dataBytes: number | null = null;
  let at = 12;
  for (let chunks = 0; chunks < MOST_CHUNKS; chunks++) {
    const header = yield { start: at, end: at + 8 + 40 };
    if (header.length < 8) break;
    const fields = new Cursor(header);
    const type = fields.latin1(4);
    const size = fields.u32(true);
    if (type === "ds64" && wide) dataBytes = fields.skip(8).u64(true);
    if (type === "fmt ") {
      const format = fields.u16(true);
      const channels = fields.u16(true);
      const sampleRate = fields.u32(true);
      bytesPerSecond = fields.u32(true);
      const pcm = format === 1 || format === 3 || format === 6 || format === 7 || format === 0xfffe;
      track = { ...anAudioTrack(pcm ? "pcm" : format === 0x55 ? "mp3" : "unknown", `format ${format}`), channels, sampleRate };
    }
    if (type === "data") return sound("wav", track, bytesPerSecond === 0 ? null : (dataBytes ?? size) / bytesPerSecond);
    at += 8 + size + (size % 2);
  }
  return { ...sound("wav", track, null), complete: false };
}

/** `STREAMINFO`, which comes first (RFC 9639 8.2). */
export function* readFlac(): Reading<FoundSound> {
  const fields = new Cursor(yield { start: 0, end: 42 }).skip(8 + 10);
  const packed = fields.u32();
  const sampleRate = packed >>> 12;
  const samples = (packed & 15) * 2 ** 32 + fields.u32();
  const track = { ...anAudioTrack("flac", null), sampleRate, channels: ((packed >> 9) & 7) + 1 };
  return sound("flac", track, sampleRate === 0 ? null : samples / sampleRate);
}

const MPEG1_KBITS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const MPEG2_KBITS = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const MP3_RATES = [44100, 48000, 32000];

/** How long an ID3v2 tag at the beginning is (id3.org, 3.1); 0 where there is none. */
export function tagBytes(head: Uint8Array): number {
  if (head.length < 10 || head[0] !== 0x49 || head[1] !== 0x44 || head[2] !== 0x33) return 0;
  const size = [6, 7, 8, 9].reduce((sum, index) => sum * 128 + ((head[index] ?? 0) & 0x7f), 0);
  return 10 + size + (((head[5] ?? 0) & 0x10) === 0 ? 0 : 10);
}

/** MPEG audio of layer III, and ADTS, by their first frame; a tag before it is stepped over. */
export function* readFramedSound(length: number | null): Reading<FoundSound> {
  const start = tagBytes(yield { start: 0, end: 10 });
  const frame = yield { start, end: start + 4096 };
  const [first = 0, second = 0] = frame;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) throw new Malformed("no frame of sound");
  return (second & 0x06) === 0 ? readAdts(frame) : readMpegAudio(frame, length === null ? null : length - start);
}

/** ISO/IEC 13818-7 6.2. Its frames do not say how many they are. */
function readAdts(frame: Uint8Array): FoundSound {
  const [, , third = 0, fourth = 0] = frame;
  const layout = ((third & 1) << 2) | (fourth >> 6);
  const track = {
    ...anAudioTrack("aac", "ADTS"),
    profile: third >> 6 === 1 ? "LC" : null,
    sampleRate: AAC_RATES[(third >> 2) & 15] ?? null,
  };
  return sound("aac", { ...track, channels: layout === 7 ? 8 : layout || null }, null);
}

/** ISO/IEC 11172-3 2.4.1.3; the number of frames by the Xing header that encoders put into the first, or else by a constant rate. */
function readMpegAudio(frame: Uint8Array, bytes: number | null): FoundSound {
  const [, second = 0, third = 0, fourth = 0] = frame;
  const version = (second >> 3) & 3;
  const layer = (second >> 1) & 3;
  if (version === 1 || ((third >> 2) & 3) === 3 || third >> 4 === 15) throw new Malformed("no frame of MPEG audio");
  const sampleRate = (MP3_RATES[(third >> 2) & 3] ?? 0) / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const mono = fourth >> 6 === 3;
  const track = { ...anAudioTrack(layer === 1 ? "mp3" : "mp2", `layer ${4 - layer}`), sampleRate, channels: mono ? 1 : 2 };
  if (layer !== 1) return sound("mp3", track, null);
  const samples = version === 3 ? 1152 : 576;
  const tag = 4 + (version === 3 ? (mono ? 17 : 32) : mono ? 9 : 17);
  if (frame.length >= tag + 12) {
    const fields = new Cursor(frame, tag);
    const name = fields.latin1(4);
    if ((name === "Xing" || name === "Info") && (fields.u32() & 1) === 1) return sound("mp3", track, (fields.u32() * samples) / sampleRate);
  }
  const kbits = (version === 3 ? MPEG1_KBITS : MPEG2_KBITS)[third >> 4] ?? 0;
  return sound("mp3", track, bytes === null || kbits === 0 ? null : (bytes * 8) / (kbits * 1000));
}
