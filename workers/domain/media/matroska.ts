import { orNull } from "./boxes.ts";
import { elementsIn, float, readElementHeader, text, unsigned } from "./ebml.ts";
import { type Keyframes, MOST_KEYFRAMES } from "./keyframes.ts";
import { ID } from "./matroska-ids.ts";
import { readTracks } from "./matroska-tracks.ts";
import { emptyInfo, type MediaInfo, printable } from "./media-info.ts";
import { round } from "./movie.ts";
import { Malformed, type Reading } from "./reading.ts";

const MOST_ELEMENTS = 64;
const MOST_BYTES = 8 * 1024 * 1024;
/** From 1970 to 2001, where Matroska's dates begin. */
const EPOCH_2001_MS = 978_307_200_000;

export type FoundMatroska = { readonly info: MediaInfo; readonly complete: boolean; readonly keyframes: Keyframes | null };

/** Matroska and WebM (RFC 9559): what lies before the first cluster, and the cues wherever the seek head says they are. */
export function* readMatroska(length: number | null, wantCues: boolean): Reading<FoundMatroska> {
  const head = yield { start: 0, end: 4096 };
  const ebml = readElementHeader(head);
  if (ebml?.id !== ID.ebml || ebml.size === null) throw new Malformed("no EBML header");
  const type = elementsIn(head, ebml.headerBytes, ebml.headerBytes + ebml.size).find(({ id }) => id === ID.docType);
  let info = emptyInfo(type !== undefined && text(head, type) === "webm" ? "webm" : "matroska");
  const segmentAt = ebml.headerBytes + ebml.size;
  const segment = readElementHeader(yield { start: segmentAt, end: segmentAt + 12 });
  if (segment === null) return { info, complete: false, keyframes: null };
  if (segment.id !== ID.segment) throw new Malformed("no segment after the EBML header");

  const begin = segmentAt + segment.headerBytes;
  const end = segment.size === null ? length : begin + segment.size;
  let tickSeconds = 0.001;
  let cuesAt: number | null = null;
  let video: number | null = null;
  let told = 0;
  let at = begin;
  for (let elements = 0; elements < MOST_ELEMENTS && (end === null || at < end); elements++) {
    const header = readElementHeader(yield { start: at, end: at + 12 });
    if (header === null || header.id === ID.cluster) break;
    const content = at + header.headerBytes;
    if (header.id === ID.cues) cuesAt = at;
    if (header.id === ID.info || header.id === ID.tracks || header.id === ID.seekHead) {
      const size = Math.min(header.size ?? MOST_BYTES, MOST_BYTES);
      const bytes = yield { start: content, end: content + size };
      if (header.id === ID.seekHead) cuesAt ??= orNull(() => seekCues(bytes, begin));
      if (header.id === ID.info) {
        const general = readGeneral(bytes);
        tickSeconds = general.tickSeconds;
        info = { ...info, ...general.told };
      }
      if (header.id === ID.tracks) {
        const { videoNumber, ...tracks } = readTracks(bytes);
        info = { ...info, ...tracks };
        video = videoNumber;
      }
      if (header.id !== ID.seekHead && bytes.length === size) told += 1;
    }
    if (header.size === null) break;
    at = content + header.size;
  }
  const keyframes = wantCues && cuesAt !== null && video !== null ? yield* readCues(cuesAt, tickSeconds, video) : null;
  return { info, complete: told >= 2, keyframes };
}

function seekCues(bytes: Uint8Array, begin: number): number | null {
  for (const seek of elementsIn(bytes, 0, bytes.length).filter(({ id }) => id === ID.seek)) {
    const fields = elementsIn(bytes, seek.start, seek.end);
    const target = fields.find(({ id }) => id === ID.seekId);
    const position = fields.find(({ id }) => id === ID.seekPosition);
    if (target !== undefined && position !== undefined && unsigned(bytes, target) === ID.cues) return begin + unsigned(bytes, position);
  }
  return null;
}

function readGeneral(bytes: Uint8Array): { tickSeconds: number; told: Partial<MediaInfo> } {
  const fields = elementsIn(bytes, 0, bytes.length);
  const field = (wanted: number) => fields.find(({ id }) => id === wanted);
  const scale = field(ID.timestampScale);
  const tickSeconds = ((scale === undefined ? 0 : orNull(() => unsigned(bytes, scale))) || 1_000_000) / 1e9;
  const duration = field(ID.duration);
  const seconds = duration === undefined ? 0 : (orNull(() => float(bytes, duration)) ?? 0) * tickSeconds;
  const date = field(ID.dateUtc);
  const nanoseconds = date === undefined ? null : orNull(() => signed(unsigned(bytes, date)));
  const encoder = field(ID.writingApp) ?? field(ID.muxingApp);
  const createdAt = nanoseconds === null ? null : Math.round(EPOCH_2001_MS + nanoseconds / 1e6);
  return {
    tickSeconds,
    told: {
      durationSeconds: seconds > 0 && seconds < 1e9 ? round(seconds) : null,
      createdAt: createdAt !== null && Math.abs(createdAt) < 8.64e15 ? createdAt : null,
      encoder: encoder === undefined ? null : printable(text(bytes, encoder)),
    },
  };
}

const signed = (value: number): number => (value >= 2 ** 63 ? value - 2 ** 64 : value);

/** Cue points are keyframes, but nobody has to name every one. */
function* readCues(at: number, tickSeconds: number, video: number): Reading<Keyframes | null> {
  const header = readElementHeader(yield { start: at, end: at + 12 });
  if (header?.id !== ID.cues || header.size === null) return null;
  const start = at + header.headerBytes;
  const bytes = yield { start, end: start + Math.min(header.size, MOST_BYTES) };
  const seconds: number[] = [];
  for (let cue = 0; cue < bytes.length && seconds.length < MOST_KEYFRAMES;) {
    const point = readElementHeader(bytes.subarray(cue, cue + 12));
    if (point === null || point.size === null) break;
    const content = cue + point.headerBytes;
    const end = content + point.size;
    const ticks = point.id === ID.cuePoint ? orNull(() => timeOf(bytes, content, end, video)) : null;
    if (ticks !== null) seconds.push(round(ticks * tickSeconds));
    cue = end;
  }
  return { everyFrame: false, seconds: seconds.toSorted((a, b) => a - b), complete: false };
}

function timeOf(bytes: Uint8Array, start: number, end: number, video: number): number | null {
  const fields = elementsIn(bytes, start, end);
  const names = fields.filter(({ id }) => id === ID.cueTrackPositions).flatMap((each) => elementsIn(bytes, each.start, each.end));
  const time = fields.find(({ id }) => id === ID.cueTime);
  const ofVideo = names.some((each) => each.id === ID.cueTrack && unsigned(bytes, each) === video);
  return time === undefined || !ofVideo ? null : unsigned(bytes, time);
}
