const BLOCK = 64;
const ROUNDS = 64;

export type Sha256 = {
  update(bytes: Uint8Array): void;
  /** Ends it. */
  digest(): Uint8Array<ArrayBuffer>;
};

/** The first 32 bits of a number's fractional part. */
const fraction = (value: number): number => Math.floor((value % 1) * 2 ** 32) | 0;

const PRIMES = Array.from({ length: 312 }, (_, n) => n).filter(
  (n) => n > 1 && !Array.from({ length: n }, (_, d) => d).some((d) => d > 1 && n % d === 0),
);
/** FIPS 180-4 §4.2.2 */
const K = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
/** FIPS 180-4 §5.3.3 */
const INITIAL = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

/** SHA-256 (FIPS 180-4) of what comes piece by piece, which `crypto.subtle` cannot take. */
export function sha256(): Sha256 {
  const state = INITIAL.slice();
  const schedule = new Int32Array(ROUNDS);
  const rest = new Uint8Array(BLOCK);
  let held = 0;
  let total = 0;

  const update = (bytes: Uint8Array): void => {
    total += bytes.byteLength;
    let at = 0;
    if (held > 0) {
      at = Math.min(BLOCK - held, bytes.byteLength);
      rest.set(bytes.subarray(0, at), held);
      held += at;
      if (held < BLOCK) return;
      compress(state, schedule, new DataView(rest.buffer), 0);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at + BLOCK <= bytes.byteLength; at += BLOCK) compress(state, schedule, view, at);
    rest.set(bytes.subarray(at));
    held = bytes.byteLength - at;
  };

  return {
    update,
    digest() {
      const bits = total * 8;
      const padding = new Uint8Array((held < 56 ? BLOCK : 2 * BLOCK) - held);
      padding[0] = 0x80;
      const length = new DataView(padding.buffer, padding.byteLength - 8);
      length.setUint32(0, Math.floor(bits / 2 ** 32));
      length.setUint32(4, bits % 2 ** 32);
      update(padding);
      const digest = new Uint8Array(state.length * 4);
      const words = new DataView(digest.buffer);
      state.forEach((word, index) => words.setInt32(index * 4, word));
      return digest;
    },
  };
}

export const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

const rotate = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

/** FIPS 180-4 §6.2.2 */
function compress(state: Int32Array, w: Int32Array, block: DataView, at: number): void {
  for (let t = 0; t < 16; t += 1) w[t] = block.getInt32(at + t * 4);
  for (let t = 16; t < ROUNDS; t += 1) {
    const x = w[t - 15] ?? 0;
    const y = w[t - 2] ?? 0;
    const small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[t] = (w[t - 16] ?? 0) + small0 + (w[t - 7] ?? 0) + small1;
  }
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  let f = state[5] ?? 0;
  let g = state[6] ?? 0;
  let h = state[7] ?? 0;
  for (let t = 0; t < ROUNDS; t += 1) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + big1 + ((e & f) ^ (~e & g)) + (K[t] ?? 0) + (w[t] ?? 0)) | 0;
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] = (state[0] ?? 0) + a;
  state[1] = (state[1] ?? 0) + b;
  state[2] = (state[2] ?? 0) + c;
  state[3] = (state[3] ?? 0) + d;
  state[4] = (state[4] ?? 0) + e;
  state[5] = (state[5] ?? 0) + f;
  state[6] = (state[6] ?? 0) + g;
  state[7] = (state[7] ?? 0) + h;
}
