import { type Box, boxesIn, findBox, fullBox, orNull } from "./boxes.ts";
import { Cursor } from "./cursor.ts";
import { MAX_TRACKS, type MediaInfo, printable, type VideoTrack } from "./media-info.ts";
import { readAudioEntry, readVideoEntry } from "./sample-entries.ts";

/** QuickTime and MP4 count seconds from 1904. */
const EPOCH_1904_SECONDS = 2_082_844_800;

export type Movie = Pick<MediaInfo, "durationSeconds" | "video" | "audio" | "createdAt" | "encoder" | "device"> & {
  readonly fragmented: boolean;
  /** The sample tables of the first video track: what its keyframes are read from. */
  readonly tables: SampleTables | null;
};

export type SampleTables = {
  readonly trackId: number | null;
  readonly stbl: Box;
  readonly timescale: number;
  readonly movieTimescale: number;
  readonly edits: Box | null;
};

/** The content of `moov`, whole or its beginning (ISO/IEC 14496-12 8). */
export function readMovie(bytes: Uint8Array): Movie {
  const moov = { start: 0, end: bytes.length };
  const children = boxesIn(bytes, 0, bytes.length);
  const header = orNull(() => readTimes(bytes, children.find(({ type }) => type === "mvhd") ?? null));
  const movieTimescale = header?.timescale ?? 0;
  const video: VideoTrack[] = [];
  const audio: MediaInfo["audio"] = [];
  let tables: SampleTables | null = null;
  for (const trak of children.filter(({ type }) => type === "trak").slice(0, 4 * MAX_TRACKS)) {
    const handler = orNull(() => handlerOf(bytes, trak));
    const stbl = findBox(bytes, trak, "mdia", "minf", "stbl");
    const stsd = stbl === null ? null : findBox(bytes, stbl, "stsd");
    if (stbl === null || stsd === null) continue;
    if (handler === "vide" && video.length < MAX_TRACKS) {
      const media = orNull(() => readTimes(bytes, findBox(bytes, trak, "mdia", "mdhd")));
      const track = orNull(() => readVideoEntry(bytes, stsd));
      if (track === null) continue;
      const timescale = media?.timescale ?? 0;
      const rotation = orNull(() => rotationOf(bytes, trak)) ?? 0;
      video.push({ ...track, rotation, frameRate: orNull(() => frameRateOf(bytes, stbl, timescale)) });
      tables ??= {
        trackId: orNull(() => trackIdOf(bytes, trak)),
        stbl,
        timescale,
        movieTimescale,
        edits: findBox(bytes, trak, "edts", "elst"),
      };
    }
    if (handler === "soun" && audio.length < MAX_TRACKS) {
      const track = orNull(() => readAudioEntry(bytes, stsd));
      if (track !== null) audio.push(track);
    }
  }
  const extended = findBox(bytes, moov, "mvex", "mehd");
  const duration = header?.duration ?? 0;
  const fragments = extended === null ? null : orNull(() => readLength(bytes, extended));
  const whole = fragments ?? duration;
  return {
    fragmented: children.some(({ type }) => type === "mvex"),
    durationSeconds: movieTimescale > 0 && whole > 0 ? round(whole / movieTimescale) : null,
    video,
    audio,
    createdAt: header?.createdAt ?? null,
    ...(orNull(() => readMaker(bytes, moov)) ?? { encoder: null, device: null }),
    tables,
  };
}

type Times = { readonly timescale: number; readonly duration: number; readonly createdAt: number | null };

/** `mvhd` and `mdhd` begin alike. A duration of all ones is not known. */
function readTimes(bytes: Uint8Array, box: Box | null): Times | null {
  if (box === null) return null;
  const { version, fields } = fullBox(bytes, box);
  const created = version === 1 ? fields.i64() : fields.u32();
  if (version === 1) fields.skip(8);
  else fields.skip(4);
  const timescale = fields.u32();
  const duration = version === 1 ? fields.i64() : fields.u32();
  const unknown = duration < 0 || duration === 0xffffffff || !Number.isSafeInteger(duration);
  const createdAt = (created - EPOCH_1904_SECONDS) * 1000;
  return { timescale, duration: unknown ? 0 : duration, createdAt: createdAt > 0 && createdAt < 8.64e15 ? createdAt : null };
}

function readLength(bytes: Uint8Array, box: Box): number | null {
  const { version, fields } = fullBox(bytes, box);
  const length = version === 1 ? fields.u64() : fields.u32();
  return length === 0 ? null : length;
}

function trackIdOf(bytes: Uint8Array, trak: Box): number | null {
  const box = findBox(bytes, trak, "tkhd");
  if (box === null) return null;
  const { version, fields } = fullBox(bytes, box);
  return fields.skip(version === 1 ? 16 : 8).u32();
}

function handlerOf(bytes: Uint8Array, trak: Box): string | null {
  const box = findBox(bytes, trak, "mdia", "hdlr");
  return box === null ? null : fullBox(bytes, box).fields.skip(4).latin1(4);
}

/** The matrix of a track's header, where it is a turn by quarters. */
function rotationOf(bytes: Uint8Array, trak: Box): VideoTrack["rotation"] {
  const box = findBox(bytes, trak, "tkhd");
  if (box === null) return 0;
  const { version, fields } = fullBox(bytes, box);
  fields.skip(version === 1 ? 32 : 20).skip(16);
  const a = Math.sign(fields.i32());
  const b = Math.sign(fields.i32());
  if (b === 1 && a === 0) return 90;
  if (a === -1 && b === 0) return 180;
  return b === -1 && a === 0 ? 270 : 0;
}

/** Samples by the time they take, over as many entries as are at hand. */
function frameRateOf(bytes: Uint8Array, stbl: Box, timescale: number): number | null {
  const stts = findBox(bytes, stbl, "stts");
  if (stts === null || timescale === 0) return null;
  const { fields } = fullBox(bytes, stts);
  const entries = Math.min(fields.u32(), Math.floor(fields.left / 8));
  let samples = 0;
  let ticks = 0;
  for (let entry = 0; entry < entries; entry++) {
    const run = fields.u32();
    samples += run;
    ticks += run * fields.u32();
  }
  return samples > 1 ? plausibleRate((samples * timescale) / ticks) : null;
}

/** What made it, from the user data: QuickTime's own atoms, iTunes' list and Apple's named keys. */
function readMaker(bytes: Uint8Array, moov: Pick<Box, "start" | "end">): Pick<Movie, "encoder" | "device"> {
  const texts = new Map<string, string>();
  const udta = findBox(bytes, moov, "udta");
  for (const box of udta === null ? [] : boxesIn(bytes, udta.start, udta.end)) {
    const text = orNull(() => {
      const fields = new Cursor(bytes, box.start, box.end);
      return fields.utf8(Math.min(fields.u16(), fields.skip(2).left, 256));
    });
    if (box.type.startsWith("\u00a9") && text !== null) texts.set(box.type.slice(1), text);
  }
  for (const meta of [findBox(bytes, moov, "udta", "meta"), findBox(bytes, moov, "meta")]) if (meta !== null) readItems(bytes, meta, texts);
  const named = (...keys: readonly string[]): string | null => keys.map((key) => texts.get(key)).find((text) => text !== undefined) ?? null;
  const model = [named("com.apple.quicktime.make", "mak"), named("com.apple.quicktime.model", "mod")].filter((text) => text !== null);
  return {
    encoder: printable(named("too", "swr", "com.apple.quicktime.software") ?? ""),
    device: printable(model.join(" ")),
  };
}

function readItems(bytes: Uint8Array, meta: Box, texts: Map<string, string>): void {
  // In MP4 `meta` is a full box, in QuickTime it is not.
  const plain = findBox(bytes, meta, "hdlr") !== null;
  const inside = { start: plain ? meta.start : meta.start + 4, end: meta.end };
  const list = findBox(bytes, inside, "ilst");
  if (list === null) return;
  const keys = findBox(bytes, inside, "keys");
  const names =
    keys === null
      ? []
      : boxesIn(bytes, keys.start + 8, keys.end).map(({ start, end }) => new Cursor(bytes, start, end).utf8(Math.min(end - start, 256)));
  for (const item of boxesIn(bytes, list.start, list.end)) {
    const data = findBox(bytes, item, "data");
    if (data === null || data.end - data.start < 8) continue;
    const name = item.type.startsWith("\u00a9") ? item.type.slice(1) : names[new Cursor(bytes, item.start - 4, item.start).u32() - 1];
    if (name !== undefined) texts.set(name, new Cursor(bytes, data.start + 8, data.end).utf8(Math.min(data.end - data.start - 8, 256)));
  }
}

/** Frames per second as anybody would believe them. */
export const plausibleRate = (rate: number): number | null => (rate >= 0.001 && rate < 10_000 ? round(rate) : null);

export const round = (value: number): number => Math.round(value * 1e6) / 1e6;
