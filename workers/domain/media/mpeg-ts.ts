import { orNull } from "./boxes.ts";
import { AAC_RATES, describeAvc, describeHevc } from "./codec-configurations.ts";
import { Cursor } from "./cursor.ts";
import { anAudioTrack, aVideoTrack, emptyInfo, MAX_TRACKS, type AudioTrack, type MediaInfo, type VideoTrack } from "./media-info.ts";
import { plausibleRate, round } from "./movie.ts";
import { type Picture, readAvcParameters, readHevcParameters } from "./parameter-sets.ts";
import { Malformed, type Reading } from "./reading.ts";

const PACKET_BYTES = 188;
const HEAD_BYTES = 2 * 1024 * 1024;
const TAIL_BYTES = 1024 * 1024;
/** As much of a stream's beginning as holds its parameters. */
const BEGINNING_BYTES = 16 * 1024;
/** 33 bits of 90 kHz. */
const CLOCK_HZ = 90_000;
const CLOCK_WRAPS = 2 ** 33;

/** `stream_type` of a program map (ISO/IEC 13818-1 table 2-34; ATSC A/52 for 0x81 and 0x87). */
const VIDEO: Readonly<Record<number, VideoTrack["codec"]>> = { 0x01: "mpeg1", 0x02: "mpeg2", 0x10: "mpeg4", 0x1b: "avc", 0x24: "hevc" };
const AUDIO: Readonly<Record<number, AudioTrack["codec"]>> = {
  0x03: "mp2",
  0x04: "mp2",
  0x0f: "aac",
  0x11: "aac",
  0x81: "ac3",
  0x82: "dts",
  0x87: "eac3",
};

type Stream = { readonly type: number; beginning: Uint8Array[]; bytes: number; firstPts: number | null };

/** Where packets begin and how far apart they are: 188 bytes, or 192 with a time before each (Blu-ray, AVCHD). Null: no such stream. */
export function packetsOf(head: Uint8Array): { start: number; stride: number } | null {
  for (const { start, stride } of [
    { start: 0, stride: PACKET_BYTES },
    { start: 4, stride: PACKET_BYTES + 4 },
  ]) {
    const looks = [0, 1, 2, 3, 4].map((packet) => head[start + packet * stride]);
    if (looks.every((byte) => byte === 0x47)) return { start, stride };
  }
  return null;
}

/** MPEG transport streams (ISO/IEC 13818-1): tables and the beginnings of the streams, and the last times at the end. */
export function* readTransportStream(length: number | null, wantEnd: boolean): Reading<{ info: MediaInfo; complete: boolean }> {
  const head = yield { start: 0, end: HEAD_BYTES };
  const packets = packetsOf(head);
  if (packets === null) throw new Malformed("no packets of a transport stream");
  const streams = new Map<number, Stream>();
  let programMap: number | null = null;
  for (const packet of packetsIn(head, packets.start, packets.stride)) {
    if (packet.pid === 0 && packet.begins) programMap ??= orNull(() => firstProgram(packet.payload));
    else if (packet.pid === programMap && packet.begins && streams.size === 0) orNull(() => readProgram(packet.payload, streams));
    else takeIn(streams.get(packet.pid), packet);
  }
  const all = [...streams.values()];
  const info: MediaInfo = {
    ...emptyInfo("mpeg-ts"),
    video: all.flatMap((stream) => videoOf(stream) ?? []).slice(0, MAX_TRACKS),
    audio: all.flatMap((stream) => audioOf(stream) ?? []).slice(0, MAX_TRACKS),
  };
  const complete = all.length > 0;
  if (!wantEnd || length === null || !complete) return { info, complete };
  const whole = Math.floor((length - packets.start) / packets.stride);
  const from = packets.start + Math.max(0, whole - Math.floor(TAIL_BYTES / packets.stride)) * packets.stride;
  const tail = yield { start: from, end: length };
  return { info: { ...info, durationSeconds: durationOf(streams, tail, packets.stride) }, complete };
}

type Packet = { readonly pid: number; readonly begins: boolean; readonly payload: Uint8Array };

function* packetsIn(bytes: Uint8Array, start: number, stride: number): Generator<Packet, void, undefined> {
  for (let at = start; at + PACKET_BYTES <= bytes.length; at += stride) {
    const packet = bytes.subarray(at, at + PACKET_BYTES);
    const [sync = 0, high = 0, low = 0, control = 0, adaptation = 0] = packet;
    if (sync !== 0x47) continue;
    const skipped = 4 + ((control & 0x20) === 0 ? 0 : 1 + adaptation);
    if ((control & 0x10) === 0 || skipped >= PACKET_BYTES) continue;
    yield { pid: ((high & 0x1f) << 8) | low, begins: (high & 0x40) !== 0, payload: packet.subarray(skipped) };
  }
}

/** A section's fields, past its pointer and its header of eight bytes, up to its checksum. */
function section(payload: Uint8Array): Cursor {
  const cursor = new Cursor(payload);
  cursor.skip(cursor.u8());
  cursor.skip(1);
  const end = cursor.u16() & 0x0fff;
  const content = new Cursor(payload, cursor.at, cursor.at + end - 4);
  return content.skip(5);
}

function firstProgram(payload: Uint8Array): number | null {
  const fields = section(payload);
  while (fields.left >= 4) {
    const program = fields.u16();
    const pid = fields.u16() & 0x1fff;
    if (program !== 0) return pid;
  }
  return null;
}

function readProgram(payload: Uint8Array, streams: Map<number, Stream>): void {
  const fields = section(payload).skip(2);
  fields.skip(fields.u16() & 0x0fff);
  while (fields.left >= 5) {
    const type = fields.u8();
    const pid = fields.u16() & 0x1fff;
    fields.skip(Math.min(fields.u16() & 0x0fff, fields.left));
    streams.set(pid, { type, beginning: [], bytes: 0, firstPts: null });
  }
}

function takeIn(stream: Stream | undefined, { begins, payload }: Packet): void {
  if (stream === undefined) return;
  if (begins) stream.firstPts ??= orNull(() => timeOf(payload));
  if ((!begins && stream.bytes === 0) || stream.bytes >= BEGINNING_BYTES) return;
  const data = begins ? (orNull(() => afterHeader(payload)) ?? payload) : payload;
  stream.beginning.push(data);
  stream.bytes += data.length;
}

/** The presentation time in a PES header (2.4.3.7); null where there is none. */
function timeOf(payload: Uint8Array): number | null {
  const fields = new Cursor(payload);
  if (fields.u24() !== 1) return null;
  const flags = fields.skip(4).u8();
  if ((flags & 0x80) === 0) return null;
  const high = (fields.skip(1).u8() >> 1) & 7;
  return high * 2 ** 30 + (fields.u16() >> 1) * 2 ** 15 + (fields.u16() >> 1);
}

function afterHeader(payload: Uint8Array): Uint8Array {
  const fields = new Cursor(payload).skip(8);
  fields.skip(fields.u8());
  return payload.subarray(fields.at);
}

function beginningOf(stream: Stream): Uint8Array {
  const joined = new Uint8Array(stream.bytes);
  let at = 0;
  for (const piece of stream.beginning) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

function videoOf(stream: Stream): VideoTrack | null {
  const codec = VIDEO[stream.type];
  if (codec === undefined) return null;
  const track = aVideoTrack(codec, `stream type ${stream.type}`);
  const picture = orNull(() => pictureIn(beginningOf(stream), codec));
  if (picture === null) return track;
  const described = codec === "avc" ? describeAvc(picture) : describeHevc(picture);
  const { width, height, frameRate } = picture;
  return { ...track, ...described, width, height, frameRate: frameRate === null ? null : plausibleRate(frameRate) };
}

/** The first sequence parameter set after a start code. */
function pictureIn(bytes: Uint8Array, codec: VideoTrack["codec"]): Picture | null {
  for (let at = 0; at + 4 < bytes.length; at++) {
    if (bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1) continue;
    const header = bytes[at + 3] ?? 0;
    if (codec === "avc" && (header & 0x1f) === 7) return readAvcParameters(bytes.subarray(at + 3));
    if (codec === "hevc" && ((header >> 1) & 0x3f) === 33) return readHevcParameters(bytes.subarray(at + 3));
  }
  return null;
}

function audioOf(stream: Stream): AudioTrack | null {
  const codec = AUDIO[stream.type];
  if (codec === undefined) return null;
  const track = anAudioTrack(codec, `stream type ${stream.type}`);
  const [first = 0, second = 0, third = 0, fourth = 0] = beginningOf(stream);
  // ADTS (ISO/IEC 13818-7 6.2).
  if (stream.type !== 0x0f || first !== 0xff || (second & 0xf6) !== 0xf0) return track;
  const layout = ((third & 1) << 2) | (fourth >> 6);
  return { ...track, sampleRate: AAC_RATES[(third >> 2) & 15] ?? null, channels: layout === 7 ? 8 : layout || null };
}

function durationOf(streams: ReadonlyMap<number, Stream>, tail: Uint8Array, stride: number): number | null {
  const last = new Map<number, number>();
  for (const { pid, begins, payload } of packetsIn(tail, 0, stride)) {
    const time = begins && streams.has(pid) ? orNull(() => timeOf(payload)) : null;
    if (time !== null) last.set(pid, Math.max(time, last.get(pid) ?? 0));
  }
  const seconds = [...last].flatMap(([pid, time]) => {
    const first = streams.get(pid)?.firstPts ?? null;
    return first === null ? [] : [((time - first + CLOCK_WRAPS) % CLOCK_WRAPS) / CLOCK_HZ];
  });
  return seconds.length === 0 ? null : round(Math.max(...seconds));
}
