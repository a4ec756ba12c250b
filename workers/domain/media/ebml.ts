import { Cursor } from "./cursor.ts";
import { CutShort, Malformed } from "./reading.ts";

/** An element of EBML (RFC 8794), its content at `[start, end)`; a size that is not told reaches to the end of what holds it. */
export type Element = { readonly id: number; readonly start: number; readonly end: number; readonly unknownSize: boolean };

const MOST_CHILDREN = 4096;

/** An id of up to four bytes (its marker kept) and a size of up to eight (its marker taken off). Null where it is cut. */
export function readElementHeader(bytes: Uint8Array): { id: number; headerBytes: number; size: number | null } | null {
  const cursor = new Cursor(bytes);
  try {
    const idBytes = octets(cursor.u8(), 4);
    cursor.at = 0;
    let id = 0;
    for (let index = 0; index < idBytes; index++) id = id * 256 + cursor.u8();
    const first = cursor.u8();
    const sizeBytes = octets(first, 8);
    let size = first & (0xff >> sizeBytes);
    let allOnes = size === 0xff >> sizeBytes;
    for (let index = 1; index < sizeBytes; index++) {
      const byte = cursor.u8();
      allOnes &&= byte === 0xff;
      size = size * 256 + byte;
    }
    if (!allOnes && size > Number.MAX_SAFE_INTEGER) throw new Malformed("an element beyond all measure");
    return { id, headerBytes: cursor.at, size: allOnes ? null : size };
  } catch (cause) {
    if (cause instanceof CutShort) return null;
    throw cause;
  }
}

function octets(first: number, most: number): number {
  const count = Math.clz32(first) - 23;
  if (count > most) throw new Malformed("a number of EBML without its marker");
  return count;
}

/** The elements side by side in `[start, end)`, never deeper. */
export function elementsIn(bytes: Uint8Array, start: number, end: number): Element[] {
  const elements: Element[] = [];
  const last = Math.min(end, bytes.length);
  for (let at = start; at < last && elements.length < MOST_CHILDREN;) {
    const header = readElementHeader(bytes.subarray(at, Math.min(last, at + 12)));
    if (header === null) break;
    const content = at + header.headerBytes;
    const next = header.size === null ? end : content + header.size;
    elements.push({ id: header.id, start: content, end: Math.min(next, last), unknownSize: header.size === null });
    at = next;
  }
  return elements;
}

export function unsigned(bytes: Uint8Array, { start, end }: Element): number {
  const length = end - start;
  if (length > 8) throw new Malformed(`a number of ${length} bytes`);
  const cursor = new Cursor(bytes, start, end);
  let value = 0;
  for (let index = 0; index < length; index++) value = value * 256 + cursor.u8();
  return value;
}

export function float(bytes: Uint8Array, { start, end }: Element): number {
  const cursor = new Cursor(bytes, start, end);
  const value = end - start === 4 ? cursor.f32() : end - start === 8 ? cursor.f64() : 0;
  return Number.isFinite(value) ? value : 0;
}

export const text = (bytes: Uint8Array, { start, end }: Element): string =>
  new Cursor(bytes, start, end).utf8(Math.min(end - start, 256)).replace(/\0.*$/su, "");
