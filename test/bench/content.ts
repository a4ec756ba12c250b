import { createHash } from "node:crypto";
import { MIB } from "#domain/uploads/part-plan.ts";

const PERIOD_BYTES = 64 * MIB;

/** What is uploaded: the same 64 MiB over and over, the first of them an MP4's. Nothing of it compresses. */
export class Content {
  readonly sizeBytes: number;
  readonly #period: Buffer;
  #sha256: string | null = null;

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
    this.#period = noise(PERIOD_BYTES);
    this.#period.write("\0\0\0\x18ftypisom\0\0\x02\0isommp42", "latin1");
  }

  /** `[start, end)`, in pieces that share the memory of the whole. */
  pieces(start: number, end: number): Buffer[] {
    const pieces: Buffer[] = [];
    for (let at = start; at < end;) {
      const from = at % PERIOD_BYTES;
      const length = Math.min(end - at, PERIOD_BYTES - from);
      pieces.push(this.#period.subarray(from, from + length));
      at += length;
    }
    return pieces;
  }

  slice(start: number, end: number): Buffer {
    const pieces = this.pieces(start, end);
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  }

  /** Lower-case hex. */
  sha256(): string {
    if (this.#sha256 === null) {
      const hash = createHash("sha256");
      for (const piece of this.pieces(0, this.sizeBytes)) hash.update(piece);
      this.#sha256 = hash.digest("hex");
    }
    return this.#sha256;
  }
}

/** The same noise in every run: xorshift32. */
function noise(bytes: number): Buffer {
  const words = new Uint32Array(bytes / 4);
  let x = 0x9e3779b9;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return Buffer.from(words.buffer);
}
