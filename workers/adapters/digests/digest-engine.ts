import type { ChecksumAlgorithm, DigestAlgorithm, DigestEngine, Digests, DigestState, ResumableDigest } from "#domain/uploads/digests.ts";
import { DIGEST_ALGORITHMS } from "#domain/uploads/digests.ts";
import { BUILD_TAGS } from "./build-tags.ts";
import blake3 from "./modules/blake3.wasm";
import crc32 from "./modules/crc32.wasm";
import md5 from "./modules/md5.wasm";
import sha1 from "./modules/sha1.wasm";
import sha256 from "./modules/sha256.wasm";
import { wasmDigest, type WasmDigest } from "./wasm-digest.ts";

/** Castagnoli, reflected (RFC 3720 §B.4). */
const CRC32C_POLYNOMIAL = 0x82f63b78;

const makers: Record<DigestAlgorithm | ChecksumAlgorithm, () => WasmDigest> = {
  blake3: () => wasmDigest(blake3, { tag: BUILD_TAGS.blake3, bytes: 32, initial: 0, final: 32 }),
  crc32c: () => wasmDigest(crc32, { tag: BUILD_TAGS.crc32, bytes: 4, initial: CRC32C_POLYNOMIAL, final: 0 }),
  md5: () => wasmDigest(md5, { tag: BUILD_TAGS.md5, bytes: 16, initial: 0, final: 0 }),
  sha1: () => wasmDigest(sha1, { tag: BUILD_TAGS.sha1, bytes: 20, initial: 0, final: 0 }),
  sha256: () => wasmDigest(sha256, { tag: BUILD_TAGS.sha256, bytes: 32, initial: 256, final: 0 }),
};

const made = new Map<DigestAlgorithm | ChecksumAlgorithm, WasmDigest>();

function digestOf(algorithm: DigestAlgorithm | ChecksumAlgorithm): WasmDigest {
  const known = made.get(algorithm) ?? makers[algorithm]();
  made.set(algorithm, known);
  return known;
}

function resumable(states: Map<DigestAlgorithm, Uint8Array>): ResumableDigest {
  return {
    update: (bytes) => {
      for (const [algorithm, state] of states) states.set(algorithm, digestOf(algorithm).advance(state, bytes));
    },
    save: () => Object.fromEntries(states) satisfies DigestState,
    values: () =>
      Object.fromEntries(Array.from(states, ([algorithm, state]) => [algorithm, digestOf(algorithm).finish(state)])) satisfies Digests,
  };
}

/** Digests by WebAssembly that was compiled at build time, because `crypto.subtle` can't save its state. */
export const wasmDigestEngine: DigestEngine = {
  begin: (algorithms) => resumable(new Map(algorithms.map((algorithm) => [algorithm, digestOf(algorithm).begin()]))),
  resume: (saved) => {
    const states = new Map<DigestAlgorithm, Uint8Array>();
    for (const algorithm of DIGEST_ALGORITHMS) {
      const state = saved[algorithm];
      if (state === undefined) continue;
      if (!digestOf(algorithm).accepts(state)) return null;
      states.set(algorithm, state);
    }
    return resumable(states);
  },
  checksum: (algorithm) => {
    const digest = digestOf(algorithm);
    let state = digest.begin();
    return {
      update: (bytes) => {
        state = digest.advance(state, bytes);
      },
      value: () => digest.finish(state),
    };
  },
};
