import { CutShort, Malformed } from "./reading.ts";

const latin1 = new TextDecoder("latin1");
const utf8 = new TextDecoder("utf-8");

/** Fields in a row, big-endian unless said otherwise. Throws `CutShort` instead of reading beyond its end. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.end = Math.min(end, bytes.length);
    this.at = start;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return Math.max(0, this.end - this.at);
  }

  skip(bytes: number): this {
    this.#take(bytes);
    return this;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(littleEndian = false): number {
    return this.#view.getUint16(this.#take(2), littleEndian);
  }

  u24(): number {
    return (this.u8() << 16) | this.u16();
  }

  u32(littleEndian = false): number {
    return this.#view.getUint32(this.#take(4), littleEndian);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  /** Beyond 2^53 nothing is a size or a time of ours. */
  u64(littleEndian = false): number {
    const wide = this.#view.getBigUint64(this.#take(8), littleEndian);
    if (wide > BigInt(Number.MAX_SAFE_INTEGER)) throw new Malformed("a number beyond all measure");
    return Number(wide);
  }

  i64(littleEndian = false): number {
    return Number(this.#view.getBigInt64(this.#take(8), littleEndian));
  }

  f32(): number {
    return this.#view.getFloat32(this.#take(4));
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  slice(bytes: number): Uint8Array {
    const start = this.#take(bytes);
    return this.bytes.subarray(start, start + bytes);
  }

  latin1(bytes: number): string {
    return latin1.decode(this.slice(bytes));
  }

  utf8(bytes: number): string {
    return utf8.decode(this.slice(bytes));
  }

  #take(bytes: number): number {
    const start = this.at;
    if (bytes < 0 || start + bytes > this.end) throw new CutShort(`${bytes} bytes at ${start} are not there`);
    this.at += bytes;
    return start;
  }
}

/** Bits in a row, the highest first. */
export class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bit(): number {
    const byte = this.#bytes[this.#at >> 3];
    if (byte === undefined) throw new CutShort("the bits have ended");
    return (byte >> (7 - (this.#at++ & 7))) & 1;
  }

  /** At most 32. */
  bits(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index++) value = value * 2 + this.bit();
    return value;
  }

  skip(count: number): this {
    this.#at += count;
    if (this.#at > this.#bytes.length * 8) throw new CutShort("the bits have ended");
    return this;
  }

  /** Exp-Golomb, unsigned (ITU-T H.264 9.1). */
  ue(): number {
    let zeros = 0;
    while (this.bit() === 0) if (++zeros > 31) throw new Malformed("an Exp-Golomb code without an end");
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  se(): number {
    const code = this.ue();
    return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
  }
}
