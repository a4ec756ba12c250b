import { closeSync, openSync, readSync } from "node:fs";

const BOXES_LOOKED_AT = 10_000;
const MVHD_BYTES = 32;

type Box = { readonly type: string; readonly content: number; readonly end: number };

/** How long an ISO base media file (ISO/IEC 14496-12) says that it is; null: it doesn't. */
export function movieSeconds(path: string): number | null {
  const file = openSync(path, "r");
  try {
    const moov = find(file, "moov", 0, Infinity);
    const mvhd = moov === null ? null : find(file, "mvhd", moov.content, moov.end);
    return mvhd === null ? null : secondsIn(read(file, mvhd.content, MVHD_BYTES));
  } finally {
    closeSync(file);
  }
}

function find(file: number, type: string, from: number, to: number): Box | null {
  let position = from;
  for (let looked = 0; looked < BOXES_LOOKED_AT && position < to; looked += 1) {
    const head = read(file, position, 16);
    if (head.byteLength < 8) return null;
    const short = head.readUInt32BE(0);
    if (short === 1 && head.byteLength < 16) return null;
    const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short === 0 ? Infinity : short;
    const content = position + (short === 1 ? 16 : 8);
    if (position + size < content) return null;
    if (head.toString("latin1", 4, 8) === type) return { type, content, end: position + size };
    position += size;
  }
  return null;
}

function secondsIn(mvhd: Buffer): number | null {
  const isLong = mvhd.byteLength > 0 && mvhd.readUInt8(0) === 1;
  if (mvhd.byteLength < (isLong ? MVHD_BYTES : 20)) return null;
  const timescale = mvhd.readUInt32BE(isLong ? 20 : 12);
  const duration = isLong ? Number(mvhd.readBigUInt64BE(24)) : mvhd.readUInt32BE(16);
  return timescale === 0 || duration === 0 ? null : duration / timescale;
}

function read(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, position));
}
