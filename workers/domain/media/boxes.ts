import { Cursor } from "./cursor.ts";
import { CutShort, Malformed } from "./reading.ts";

/** A box of ISO/IEC 14496-12, its content at `[start, end)`; `cut`: its end lies beyond what is at hand. */
export type Box = { readonly type: string; readonly start: number; readonly end: number; readonly cut: boolean };

export type BoxHeader = {
  readonly type: string;
  readonly headerBytes: number;
  /** Of the whole box; null: to the end of the file. */ readonly size: number | null;
};

/** More children than any file has; what comes after them is not looked at. */
const MOST_CHILDREN = 512;

export const BOX_HEADER_BYTES = 16;

/** Null where not even a header is at hand. */
export function readBoxHeader(bytes: Uint8Array): BoxHeader | null {
  if (bytes.length < 8) return null;
  const cursor = new Cursor(bytes);
  const short = cursor.u32();
  const type = cursor.latin1(4);
  if (short === 0) return { type, headerBytes: 8, size: null };
  if (short !== 1) {
    if (short < 8) throw new Malformed(`a box of ${short} bytes`);
    return { type, headerBytes: 8, size: short };
  }
  if (bytes.length < 16) return null;
  const size = cursor.u64();
  if (size < 16) throw new Malformed(`a box of ${size} bytes`);
  return { type, headerBytes: 16, size };
}

/** The boxes side by side in `[start, end)`: never deeper, so that nothing nests. */
export function boxesIn(bytes: Uint8Array, start: number, end: number): Box[] {
  const boxes: Box[] = [];
  const last = Math.min(end, bytes.length);
  for (let at = start; at + 8 <= last && boxes.length < MOST_CHILDREN;) {
    const header = readBoxHeader(bytes.subarray(at, Math.min(last, at + BOX_HEADER_BYTES)));
    if (header === null) break;
    const size = header.size ?? end - at;
    boxes.push({ type: header.type, start: at + header.headerBytes, end: Math.min(at + size, last), cut: at + size > last });
    at += size;
  }
  return boxes;
}

/** The content of the first box of this type, below `path`; null where there is none. */
export function findBox(bytes: Uint8Array, within: Pick<Box, "start" | "end">, ...path: readonly string[]): Box | null {
  let box: Pick<Box, "start" | "end"> = within;
  let found: Box | null = null;
  for (const type of path) {
    found = boxesIn(bytes, box.start, box.end).find((child) => child.type === type) ?? null;
    if (found === null) return null;
    box = found;
  }
  return found;
}

/** The fields of a full box, after its version and flags. */
export function fullBox(bytes: Uint8Array, box: Box): { version: number; flags: number; fields: Cursor } {
  const fields = new Cursor(bytes, box.start, box.end);
  return { version: fields.u8(), flags: fields.u24(), fields };
}

/** What `read` makes of it; null where its fields are cut or contradict themselves: the rest of the file still says something. */
export function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof CutShort || cause instanceof Malformed) return null;
    throw cause;
  }
}
