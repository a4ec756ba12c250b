import type { Failure } from "#domain/failures.ts";
import { ok, type Result } from "#domain/result.ts";
import type { Digests } from "#domain/uploads/digests.ts";
import { base64ToHex, hexToBase64 } from "./base64.ts";
import { invalidHeader, trimWhitespace } from "./field.ts";

export const requestHeaders = ["X-Goog-Hash"] as const;
export const responseHeaders = ["X-Goog-Hash"] as const;

const DIGEST_BYTES = { crc32c: 4, md5: 16 } as const;
const ALGORITHMS = ["crc32c", "md5"] as const;
const MEMBER = /^([0-9a-z-]+)=([^, \t]+)$/;

/**
 * Cloud Storage's `x-goog-hash: crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==`: base64 of the whole object's digests, crc32c in
 * big-endian byte order; comma-separated or as repeated fields. Names that are not known are ignored.
 */
export function parseGoogHash(text: string): Result<Digests, Failure<"invalid_header">> {
  const digests: { crc32c?: string; md5?: string } = {};
  for (const member of text.split(",")) {
    const [, name, encoded] = MEMBER.exec(trimWhitespace(member)) ?? [];
    if (name === undefined || encoded === undefined) return refuse("must be like crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==");
    const algorithm = ALGORITHMS.find((known) => known === name);
    if (algorithm === undefined) continue;
    const hex = base64ToHex(encoded, DIGEST_BYTES[algorithm]);
    if (hex === null) return refuse(`${algorithm} must be base64 of ${DIGEST_BYTES[algorithm]} bytes`);
    if (digests[algorithm] !== undefined && digests[algorithm] !== hex) return refuse(`${algorithm} comes twice and differs`);
    digests[algorithm] = hex;
  }
  return ok(digests);
}

/** Null when neither digest is known. */
export function writeGoogHash(digests: Digests): string | null {
  const members: string[] = [];
  for (const algorithm of ALGORITHMS) {
    const hex = digests[algorithm];
    if (hex !== undefined) members.push(`${algorithm}=${hexToBase64(hex)}`);
  }
  return members.length === 0 ? null : members.join(",");
}

const refuse = (detail: string) => invalidHeader("X-Goog-Hash", detail);
