import { readFragmentKeyframes } from "./fragments.ts";
import { FIRST_BOXES, type FoundMovie, readIsobmff } from "./isobmff.ts";
import { type Keyframes, readKeyframes } from "./keyframes.ts";
import { orNull } from "./boxes.ts";
import { readMatroska } from "./matroska.ts";
import { type Container, emptyInfo, type Look, look as lookSchema, type MediaInfo, type UnreadableReason } from "./media-info.ts";
import { packetsOf, readTransportStream } from "./mpeg-ts.ts";
import { readOgg } from "./ogg.ts";
import { CutShort, type FileAccess, Malformed, OverLimit, readAtHand, type Reading, type ReadingLimits, readRanges } from "./reading.ts";
import { readFlac, readFramedSound, readWave, tagBytes } from "./sound-files.ts";

/** How many of an upload's first bytes stay at hand, and are all that an early look reads. */
export const LOOK_BYTES = 4 * 1024 * 1024;

const LOOK_LIMITS: ReadingLimits = { bytes: 3 * LOOK_BYTES, requests: 256 };
const INSPECT_LIMITS: ReadingLimits = { bytes: 48 * 1024 * 1024, requests: 64 };

export type Inspection = { readonly look: Look; readonly keyframes: Keyframes | null };

type Found = { readonly info: MediaInfo; readonly complete: boolean; readonly keyframes: Keyframes | null };
type Asked = { readonly length: number | null; /** Whether the whole file can be read, its end included. */ readonly whole: boolean };

/** What the first bytes of a file show. Throws nothing, and costs no more than its bytes are long. */
export function lookAt(head: Uint8Array, length: number | null): Look {
  const whole = head.length === length;
  return settle(() => readAtHand(readMedia({ length, whole }), head, LOOK_LIMITS)).look;
}

/** What a stored file is, read in ranges. Throws only what `read` throws. */
export async function inspect(file: FileAccess): Promise<Inspection> {
  try {
    const found = await readRanges(readMedia({ length: file.length, whole: true }), file, INSPECT_LIMITS);
    return settle(() => found);
  } catch (cause) {
    return settle(() => {
      throw cause;
    });
  }
}

function settle(read: () => Found | UnreadableReason): Inspection {
  try {
    const found = read();
    if (typeof found === "string") return unreadable(found);
    const { info, complete, keyframes } = found;
    // What is kept is read back by the same rules: nothing that breaks them gets as far.
    const look = lookSchema.safeParse({ status: complete ? "read" : "partial", info });
    return look.success ? { look: look.data, keyframes } : unreadable("malformed");
  } catch (cause) {
    if (cause instanceof CutShort || cause instanceof Malformed) return unreadable("malformed");
    if (cause instanceof OverLimit) return unreadable("too_large");
    throw cause;
  }
}

function* keyframesOf({ bytes, movie, end }: NonNullable<FoundMovie["index"]>, length: number | null): Reading<Keyframes | null> {
  const { tables, fragmented } = movie;
  if (tables === null) return null;
  return fragmented ? yield* readFragmentKeyframes(bytes, tables, end, length) : orNull(() => readKeyframes(bytes, tables));
}

export const unreadable = (reason: UnreadableReason): Inspection => ({ look: { status: "unreadable", reason }, keyframes: null });

/** By the magic of its first bytes. */
function* readMedia({ length, whole }: Asked): Reading<Found | UnreadableReason> {
  const head = yield { start: 0, end: 1024 };
  const starts = (at: number, magic: string): boolean =>
    Array.from(magic).every((letter, index) => head[at + index] === letter.charCodeAt(0));
  const plain = (found: { info: MediaInfo; complete: boolean }): Found => ({ ...found, keyframes: null });
  const only = (container: Container): Found => ({ info: emptyInfo(container), complete: false, keyframes: null });

  if (FIRST_BOXES.has(String.fromCharCode(...head.subarray(4, 8)))) {
    const { index, ...found } = yield* readIsobmff(length);
    if (whole && index === null) return "no_index";
    return { ...found, keyframes: index !== null && whole ? yield* keyframesOf(index, length) : null };
  }
  if (starts(0, "\u001a\u0045\u00df\u00a3")) return yield* readMatroska(length, whole);
  if (packetsOf(head) !== null) return plain(yield* readTransportStream(length, whole));
  if (starts(0, "OggS")) return plain(yield* readOgg(length, whole));
  if (starts(0, "fLaC")) return plain(yield* readFlac());
  if ((starts(0, "RIFF") || starts(0, "RF64")) && starts(8, "WAVE")) return plain(yield* readWave());
  if (starts(0, "RIFF") && starts(8, "AVI ")) return only("avi");
  if (starts(0, "FLV")) return only("flv");
  if (starts(0, "\u0030\u0026\u00b2\u0075\u008e\u0066\u00cf\u0011")) return only("asf");
  if (starts(0, "\u0000\u0000\u0001\u00ba")) return only("mpeg-ps");
  if (starts(0, "\u0006\u000e\u002b\u0034")) return only("mxf");
  const [first = 0, second = 0] = head;
  if (tagBytes(head) > 0 || (first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x18) !== 0x08))
    return plain(yield* readFramedSound(length));
  return "not_media";
}
