/** `sha256` and `crc32c` are computed for every upload; `blake3` where it is asked for; `md5` only to check a declared one. */
export type DigestAlgorithm = "sha256" | "crc32c" | "blake3" | "md5";

/** Whole-object digests, lower-case hex. */
export type Digests = { readonly [A in DigestAlgorithm]?: string };

/** Digests of one request's body (tus `Upload-Checksum`, RFC 9530 `Content-Digest`). */
export type ChecksumAlgorithm = "sha1" | "sha256" | "crc32c" | "md5";
export type Checksum = { readonly algorithm: ChecksumAlgorithm; readonly value: string };

export const DIGEST_ALGORITHMS = ["sha256", "crc32c", "blake3", "md5"] as const satisfies readonly DigestAlgorithm[];

/** Both sets in one, or the algorithm about which they differ. */
export function mergeDigests(known: Digests, more: Digests): { merged: Digests } | { conflict: DigestAlgorithm } {
  for (const algorithm of DIGEST_ALGORITHMS) {
    const a = known[algorithm];
    const b = more[algorithm];
    if (a !== undefined && b !== undefined && a !== b) return { conflict: algorithm };
  }
  return { merged: { ...known, ...more } };
}

/**
 * A digest that can be put away and taken up again: the whole state is in the value that `save` returns.
 * Synchronous, so that bytes, offset and digest state go into one transaction.
 */
export interface ResumableDigest {
  update(bytes: Uint8Array): void;
  save(): DigestState;
  /** Lower-case hex by algorithm, of everything so far; the digest goes on being usable. */
  values(): Digests;
}

/** Opaque per-algorithm state; at most 2 KiB each. */
export type DigestState = { readonly [A in DigestAlgorithm]?: Uint8Array };

export interface DigestEngine {
  begin(algorithms: readonly DigestAlgorithm[]): ResumableDigest;
  /** Null when the state was saved by another build of the digests: what it covered has to be read again. */
  resume(state: DigestState): ResumableDigest | null;
  /** A checksum over one request: needs no saving. */
  checksum(algorithm: ChecksumAlgorithm): { update(bytes: Uint8Array): void; value(): string };
}
