import { type Box, BOX_HEADER_BYTES, boxesIn, findBox, fullBox, orNull, readBoxHeader } from "./boxes.ts";
import type { Cursor } from "./cursor.ts";
import { type Keyframes, MOST_KEYFRAMES, shiftOf } from "./keyframes.ts";
import { round, type SampleTables } from "./movie.ts";
import { CutShort, Malformed, OverLimit, type Reading } from "./reading.ts";

/** Boxes side by side behind the index: some hours of film in fragments of a second. */
const MOST_BOXES = 50_000;
/** More than the description of any fragment, or of any index of fragments. */
const MOST_BYTES = 1024 * 1024;
const MFRO_BYTES = 16;
const NOT_SYNC = 0x0001_0000;
/** Times in two scales are the same when they are as near. */
const NEAR_SECONDS = 0.001;

type Defaults = { readonly duration: number; readonly flags: number };

/** What is found from fragment to fragment. */
type Walk = { readonly defaults: Defaults; readonly keyframes: number[]; ticks: number; everyFrame: boolean };

/**
 * Of a film in fragments, which has no table of samples (ISO/IEC 14496-12 8.8): each fragment's own flags say which of its samples
 * are keyframes. Where there are more fragments than a reading may look at, what the file's indexes (`mfra`, `sidx`) name is taken
 * for the rest.
 */
export function* readFragmentKeyframes(
  index: Uint8Array,
  { trackId, timescale, movieTimescale, edits }: SampleTables,
  from: number,
  length: number | null,
): Reading<Keyframes | null> {
  if (trackId === null || timescale === 0 || length === null) return null;
  const shift = orNull(() => shiftOf(index, edits, timescale, movieTimescale)) ?? 0;
  const secondsAt = (ticks: number, scale: number): number => round(ticks / scale + shift);
  const walk: Walk = { defaults: defaultsOf(index, trackId), keyframes: [], ticks: 0, everyFrame: true };
  const named: number[] = [];
  let complete = false;
  try {
    for (const ticks of yield* readRandomAccess(trackId, length)) named.push(secondsAt(ticks, timescale));
    let at = from;
    for (let boxes = 0; boxes < MOST_BOXES && at < length && walk.keyframes.length < MOST_KEYFRAMES; boxes++) {
      const header = readBoxHeader(yield { start: at, end: at + BOX_HEADER_BYTES });
      if (header === null) break;
      const size = header.size ?? length - at;
      if (header.type === "moof" || header.type === "sidx") {
        if (size > MOST_BYTES) break;
        const bytes = yield { start: at, end: at + size };
        if (bytes.length < size) break;
        const box = { type: header.type, start: header.headerBytes, end: size, cut: false };
        if (header.type === "moof") readFragment(bytes, box, trackId, walk);
        else for (const { ticks, scale } of orNull(() => readSegments(bytes, box, trackId)) ?? []) named.push(secondsAt(ticks, scale));
      }
      at += size;
    }
    complete = at === length && walk.keyframes.length < MOST_KEYFRAMES;
  } catch (cause) {
    // What was found up to there holds.
    if (!(cause instanceof OverLimit || cause instanceof CutShort || cause instanceof Malformed)) throw cause;
  }
  if (complete && walk.everyFrame && walk.keyframes.length > 0) return { everyFrame: true, seconds: [], complete };
  const walked = secondsAt(walk.ticks, timescale) - NEAR_SECONDS;
  const seconds = walk.keyframes.map((ticks) => secondsAt(ticks, timescale));
  if (!complete) seconds.push(...new Set(named.filter((second) => second > walked)));
  seconds.sort((a, b) => a - b);
  return seconds.length === 0 ? null : { everyFrame: false, seconds: seconds.slice(0, MOST_KEYFRAMES), complete };
}

/** What samples are where their fragment says nothing else (8.8.3). */
function defaultsOf(index: Uint8Array, trackId: number): Defaults {
  const mvex = findBox(index, { start: 0, end: index.length }, "mvex");
  for (const trex of mvex === null ? [] : boxesIn(index, mvex.start, mvex.end).filter(({ type }) => type === "trex")) {
    const defaults = orNull(() => {
      const { fields } = fullBox(index, trex);
      return fields.u32() === trackId ? { duration: fields.skip(4).u32(), flags: fields.skip(4).u32() } : null;
    });
    if (defaults !== null) return defaults;
  }
  return { duration: 0, flags: 0 };
}

/** One `moof`: the runs of this track, one after the other. */
function readFragment(bytes: Uint8Array, moof: Box, trackId: number, walk: Walk): void {
  for (const traf of boxesIn(bytes, moof.start, moof.end).filter(({ type }) => type === "traf")) {
    const tfhd = findBox(bytes, traf, "tfhd");
    if (tfhd === null) continue;
    const { flags, fields } = fullBox(bytes, tfhd);
    if (fields.u32() !== trackId) continue;
    fields.skip((flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0));
    const duration = flags & 0x8 ? fields.u32() : walk.defaults.duration;
    if (flags & 0x10) fields.skip(4);
    const defaults = { duration, flags: flags & 0x20 ? fields.u32() : walk.defaults.flags };
    const tfdt = findBox(bytes, traf, "tfdt");
    if (tfdt !== null) {
      const time = fullBox(bytes, tfdt);
      walk.ticks = time.version === 1 ? time.fields.u64() : time.fields.u32();
    }
    for (const trun of boxesIn(bytes, traf.start, traf.end).filter(({ type }) => type === "trun"))
      readRun(fullBox(bytes, trun), defaults, walk);
  }
}

/** `trun` (8.8.8). Linear in its bytes: samples that have none of their own are counted, not walked. */
function readRun({ flags, fields }: { flags: number; fields: Cursor }, defaults: Defaults, walk: Walk): void {
  const samples = fields.u32();
  if (flags & 0x1) fields.skip(4);
  const first = flags & 0x4 ? fields.u32() : null;
  const has = { duration: (flags & 0x100) !== 0, size: (flags & 0x200) !== 0, flags: (flags & 0x400) !== 0, shift: (flags & 0x800) !== 0 };
  const isSilent = !has.duration && !has.size && !has.flags && !has.shift;
  for (let sample = 0; sample < samples && walk.keyframes.length < MOST_KEYFRAMES; sample++) {
    const duration = has.duration ? fields.u32() : defaults.duration;
    if (has.size) fields.skip(4);
    const own = has.flags ? fields.u32() : defaults.flags;
    const shown = has.shift ? fields.i32() : 0;
    const isKey = ((sample === 0 ? (first ?? own) : own) & NOT_SYNC) === 0;
    if (isKey) walk.keyframes.push(walk.ticks + shown);
    else walk.everyFrame = false;
    const alike = isSilent && sample > 0 && !isKey ? samples - sample : 1;
    walk.ticks += alike * duration;
    sample += alike - 1;
  }
}

/** `mfra` at the very end: where its `mfro` says (8.8.10). Fragments that it leaves out may begin with keyframes all the same. */
function* readRandomAccess(trackId: number, length: number): Reading<readonly number[]> {
  const last = yield { start: Math.max(0, length - MFRO_BYTES), end: length };
  const mfro = firstBox(last);
  if (mfro?.type !== "mfro" || last.length < MFRO_BYTES) return [];
  const size = fullBox(last, mfro).fields.u32();
  if (size < MFRO_BYTES || size > Math.min(MOST_BYTES, length)) return [];
  const bytes = yield { start: length - size, end: length };
  const mfra = firstBox(bytes);
  if (mfra?.type !== "mfra") return [];
  for (const tfra of boxesIn(bytes, mfra.start, mfra.end).filter(({ type }) => type === "tfra")) {
    const times = orNull(() => readEntries(fullBox(bytes, tfra), trackId));
    if (times !== null) return times;
  }
  return [];
}

/** What begins here may be anything. */
const firstBox = (bytes: Uint8Array): Box | undefined => orNull(() => boxesIn(bytes, 0, bytes.length))?.[0];

/** `tfra`; null: of another track. */
function readEntries({ version, fields }: { version: number; fields: Cursor }, trackId: number): readonly number[] | null {
  if (fields.u32() !== trackId) return null;
  const lengths = fields.u32();
  const numbers = [4, 2, 0].reduce((bytes, bits) => bytes + ((lengths >> bits) & 3) + 1, 0);
  const count = Math.min(fields.u32(), Math.floor(fields.left / ((version === 1 ? 16 : 8) + numbers)), MOST_KEYFRAMES);
  return Array.from({ length: count }, () => {
    const ticks = version === 1 ? fields.u64() : fields.u32();
    fields.skip((version === 1 ? 8 : 4) + numbers);
    return ticks;
  });
}

type Segment = { readonly ticks: number; readonly scale: number };

/** `sidx` (8.16.3): segments of this track that begin with a frame from which playing can begin. */
function readSegments(bytes: Uint8Array, box: Box, trackId: number): readonly Segment[] {
  const { version, fields } = fullBox(bytes, box);
  if (fields.u32() !== trackId) return [];
  const scale = fields.u32();
  let ticks = version === 1 ? fields.u64() : fields.u32();
  fields.skip(version === 1 ? 8 : 4).skip(2);
  const count = Math.min(fields.u16(), Math.floor(fields.left / 12));
  const segments: Segment[] = [];
  for (let entry = 0; entry < count && scale > 0; entry++) {
    const isIndex = fields.u32() >= 0x8000_0000;
    const duration = fields.u32();
    const access = fields.u32();
    const starts = access >= 0x8000_0000 && ((access >>> 28) & 7) <= 2;
    if (starts && !isIndex) segments.push({ ticks: ticks + (access & 0x0fff_ffff), scale });
    ticks += duration;
  }
  return segments;
}
