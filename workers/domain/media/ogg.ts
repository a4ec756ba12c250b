import { orNull } from "./boxes.ts";
import { Cursor } from "./cursor.ts";
import { anAudioTrack, aVideoTrack, emptyInfo, MAX_TRACKS, type AudioTrack, type MediaInfo, type VideoTrack } from "./media-info.ts";
import { plausibleRate, round } from "./movie.ts";
import type { Reading } from "./reading.ts";

const HEAD_BYTES = 64 * 1024;
const TAIL_BYTES = 128 * 1024;

type Page = { readonly first: boolean; readonly serial: number; readonly granule: number; readonly body: Cursor };

/** A page (RFC 3533 6) at `at`, and where the next one begins. */
function readPage(bytes: Uint8Array, at: number): { page: Page; next: number } | null {
  return orNull(() => {
    const fields = new Cursor(bytes, at);
    if (fields.latin1(4) !== "OggS") return null;
    const flags = fields.skip(1).u8();
    const granule = fields.i64(true);
    const serial = fields.u32(true);
    const segments = fields.skip(8).u8();
    const body = fields.slice(segments).reduce((sum, segment) => sum + segment, 0);
    const page = { first: (flags & 2) !== 0, serial, granule, body: new Cursor(bytes, fields.at, fields.at + body) };
    return { page, next: fields.at + body };
  });
}

type Stream = { readonly ticksPerSecond: number; readonly audio?: AudioTrack; readonly video?: VideoTrack };

/** The identification headers of what Ogg mostly carries: Opus (RFC 7845), Vorbis, FLAC (RFC 9639 10.1) and Theora. */
function identify(body: Cursor): Stream | null {
  const { at } = body;
  const magic = body.latin1(8);
  body.at = at;
  if (magic === "OpusHead") {
    const channels = body.skip(9).u8();
    return { ticksPerSecond: 48000, audio: { ...anAudioTrack("opus", null), channels, sampleRate: 48000 } };
  }
  if (magic.startsWith("\u0001vorbis")) {
    const channels = body.skip(11).u8();
    const sampleRate = body.u32(true);
    return { ticksPerSecond: sampleRate, audio: { ...anAudioTrack("vorbis", null), channels, sampleRate } };
  }
  if (magic.startsWith("\u007fFLAC")) {
    const packed = body.skip(9 + 8 + 10).u32();
    const sampleRate = packed >>> 12;
    return { ticksPerSecond: sampleRate, audio: { ...anAudioTrack("flac", null), channels: ((packed >> 9) & 7) + 1, sampleRate } };
  }
  if (magic.startsWith("\u0080theora")) {
    body.skip(14);
    const width = body.u24();
    const height = body.u24();
    const frameRate = plausibleRate(body.skip(2).u32() / body.u32());
    // The granules of Theora are no plain count: the sound's tell the duration.
    return { ticksPerSecond: 0, video: { ...aVideoTrack("theora", null), width, height, frameRate } };
  }
  return null;
}

/** Ogg (RFC 3533): the first page of each stream, and the last times at the end. */
export function* readOgg(length: number | null, wantEnd: boolean): Reading<{ info: MediaInfo; complete: boolean }> {
  const head = yield { start: 0, end: HEAD_BYTES };
  const streams = new Map<number, Stream>();
  for (let found = readPage(head, 0); found?.page.first === true && streams.size < MAX_TRACKS; found = readPage(head, found.next)) {
    const { page } = found;
    const stream = orNull(() => identify(page.body));
    if (stream !== null) streams.set(page.serial, stream);
  }
  const all = [...streams.values()];
  const info: MediaInfo = {
    ...emptyInfo("ogg"),
    video: all.flatMap(({ video }) => video ?? []),
    audio: all.flatMap(({ audio }) => audio ?? []),
  };
  if (!wantEnd || length === null) return { info, complete: all.length > 0 };
  const from = Math.max(0, length - TAIL_BYTES);
  const tail = yield { start: from, end: length };
  return { info: { ...info, durationSeconds: durationOf(streams, tail) }, complete: all.length > 0 };
}

function durationOf(streams: ReadonlyMap<number, Stream>, tail: Uint8Array): number | null {
  let seconds = 0;
  for (let at = 0; at + 27 <= tail.length;) {
    const found = tail[at] === 0x4f ? readPage(tail, at) : null;
    if (found === null) {
      at += 1;
      continue;
    }
    const ticks = streams.get(found.page.serial)?.ticksPerSecond ?? 0;
    if (ticks > 0 && found.page.granule > 0) seconds = Math.max(seconds, found.page.granule / ticks);
    at = found.next;
  }
  return seconds > 0 && seconds < 1e9 ? round(seconds) : null;
}
