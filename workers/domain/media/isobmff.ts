import { BOX_HEADER_BYTES, readBoxHeader } from "./boxes.ts";
import { Cursor } from "./cursor.ts";
import { type Container, emptyInfo, type MediaInfo, printable } from "./media-info.ts";
import { type Movie, readMovie } from "./movie.ts";
import type { Reading } from "./reading.ts";

/** Top-level boxes before the index; fragments come after it. */
const MOST_BOXES = 64;
/** A larger index is read as far as this: some twenty hours of film. */
const INDEX_BYTES = 24 * 1024 * 1024;

const MEDIA = new Set(["mdat", "moof"]);
/** What a file without `ftyp` (old QuickTime) may begin with. */
export const FIRST_BOXES = new Set(["ftyp", "moov", "mdat", "wide", "free", "skip", "styp"]);

export type FoundMovie = {
  readonly info: MediaInfo;
  readonly complete: boolean;
  /** `end`: where what follows it begins. */
  readonly index: { readonly bytes: Uint8Array; readonly movie: Movie; readonly end: number } | null;
};

/** MP4 and MOV (ISO/IEC 14496-12): the top level is walked by its headers until the index, whose place is told even if it is not at hand. */
export function* readIsobmff(length: number | null): Reading<FoundMovie> {
  let container: Container = "quicktime";
  let brand: string | null = null;
  let mediaSeen = false;
  let at = 0;
  for (let boxes = 0; boxes < MOST_BOXES && (length === null || at < length); boxes++) {
    const header = readBoxHeader(yield { start: at, end: at + BOX_HEADER_BYTES });
    if (header === null) break;
    const content = at + header.headerBytes;
    if (header.type === "ftyp") {
      brand = printable(new Cursor(yield { start: content, end: content + 4 }).latin1(4));
      container = brand === "qt" ? "quicktime" : "mp4";
    }
    if (header.type === "moov") {
      const end = header.size === null ? (length ?? content + INDEX_BYTES) : at + header.size;
      const bytes = yield { start: content, end: Math.min(end, content + INDEX_BYTES) };
      const movie = readMovie(bytes);
      const { fragmented, tables: _, ...told } = movie;
      const info: MediaInfo = {
        ...emptyInfo(container),
        brand,
        ...told,
        index: { place: fragmented ? "fragments" : mediaSeen ? "end" : "front", at },
      };
      return { info, complete: content + bytes.length >= end, index: { bytes, movie, end } };
    }
    mediaSeen ||= MEDIA.has(header.type);
    if (header.size === null) return { info: notSeen(container, brand, null), complete: false, index: null };
    at += header.size;
  }
  return { info: notSeen(container, brand, mediaSeen && (length === null || at < length) ? at : null), complete: false, index: null };
}

const notSeen = (container: Container, brand: string | null, at: number | null): MediaInfo => ({
  ...emptyInfo(container),
  brand,
  index: { place: at === null ? "not_seen" : "end", at },
});
