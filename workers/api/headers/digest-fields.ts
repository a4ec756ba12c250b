import { isInnerList, parseDictionary, serializeDictionary, type BareItem, type Dictionary } from "structured-headers";
import type { Failure } from "#domain/failures.ts";
import { ok, type Result } from "#domain/result.ts";
import type { Checksum, ChecksumAlgorithm, DigestAlgorithm, Digests } from "#domain/uploads/digests.ts";
import { encodeHex, hexToBytes } from "./base64.ts";
import { invalidHeader } from "./field.ts";

export const requestHeaders = ["Repr-Digest", "Content-Digest", "Want-Repr-Digest"] as const;
export const responseHeaders = ["Repr-Digest", "Want-Repr-Digest"] as const;

/**
 * The keys of IANA's "Hash Algorithms for HTTP Digest Fields" (RFC 9530 §7.2) whose length we hold senders to, strongest first.
 * sha-512 is well-formed or refused like the others, and then ignored: nothing here computes it.
 */
const ALGORITHMS = {
  "sha-512": { bytes: 64, whole: null, body: null },
  "sha-256": { bytes: 32, whole: "sha256", body: "sha256" },
  sha: { bytes: 20, whole: null, body: "sha1" },
  md5: { bytes: 16, whole: "md5", body: "md5" },
  crc32c: { bytes: 4, whole: "crc32c", body: "crc32c" },
} as const satisfies Record<string, { bytes: number; whole: DigestAlgorithm | null; body: ChecksumAlgorithm | null }>;

type Key = keyof typeof ALGORITHMS;
const KEYS = ["sha-512", "sha-256", "sha", "md5", "crc32c"] as const satisfies readonly Key[];

/** RFC 9530 §3, Repr-Digest: digests of the whole upload. Algorithms that we don't compute are ignored, as §2 allows. */
export function parseReprDigest(text: string): Result<Digests, Failure<"invalid_header">> {
  const values = parseDigests("Repr-Digest", text);
  if (!values.ok) return values;
  const digests: { -readonly [A in DigestAlgorithm]?: string } = {};
  for (const [key, hex] of values.value) {
    const { whole } = ALGORITHMS[key];
    if (whole !== null) digests[whole] = hex;
  }
  return ok(digests);
}

/** RFC 9530 §2, Content-Digest: the strongest digest of this request's body that can be checked; null when none of them can. */
export function parseContentDigest(text: string): Result<Checksum | null, Failure<"invalid_header">> {
  const values = parseDigests("Content-Digest", text);
  if (!values.ok) return values;
  for (const key of KEYS) {
    const value = values.value.get(key);
    const { body } = ALGORITHMS[key];
    if (value !== undefined && body !== null) return ok({ algorithm: body, value });
  }
  return ok(null);
}

/**
 * RFC 9530 §4, Want-Repr-Digest: the algorithms that the sender would like and we know, most wanted first. "0 means not acceptable",
 * 1 to 10 grow in preference.
 */
export function parseWantReprDigest(text: string): Result<readonly DigestAlgorithm[], Failure<"invalid_header">> {
  const dictionary = parseMembers("Want-Repr-Digest", text);
  if (!dictionary.ok) return dictionary;
  const wanted: { algorithm: DigestAlgorithm; preference: number }[] = [];
  for (const [name, member] of dictionary.value) {
    const key = KEYS.find((known) => known === name);
    if (key === undefined) continue;
    const preference = bareItem(member);
    if (typeof preference !== "number" || !Number.isInteger(preference) || preference < 0 || preference > 10) {
      return invalidHeader("Want-Repr-Digest", `the preference of ${key} must be an integer from 0 to 10`);
    }
    const { whole } = ALGORITHMS[key];
    if (whole !== null && preference > 0) wanted.push({ algorithm: whole, preference });
  }
  return ok(wanted.toSorted((a, b) => b.preference - a.preference).map(({ algorithm }) => algorithm));
}

/** The `Repr-Digest` of those of `algorithms` that are known and registered, null when there is none. */
export function writeReprDigest(digests: Digests, algorithms: readonly DigestAlgorithm[] = ["sha256"]): string | null {
  const members = new Map<string, BareItem>();
  for (const algorithm of algorithms) {
    const key = KEYS.find((known) => ALGORITHMS[known].whole === algorithm);
    const hex = digests[algorithm];
    if (key !== undefined && hex !== undefined) members.set(key, hexToBytes(hex));
  }
  return members.size === 0 ? null : serializeDictionary(Object.fromEntries(members));
}

type DigestHeader = "Repr-Digest" | "Content-Digest";

function parseDigests(header: DigestHeader, text: string): Result<ReadonlyMap<Key, string>, Failure<"invalid_header">> {
  const dictionary = parseMembers(header, text);
  if (!dictionary.ok) return dictionary;
  const values = new Map<Key, string>();
  for (const [name, member] of dictionary.value) {
    const key = KEYS.find((known) => known === name);
    if (key === undefined) continue;
    const value = bareItem(member);
    if (!(value instanceof ArrayBuffer) || value.byteLength !== ALGORITHMS[key].bytes) {
      return invalidHeader(header, `${key} must be a byte sequence of ${ALGORITHMS[key].bytes} bytes`);
    }
    values.set(key, encodeHex(new Uint8Array(value)));
  }
  return ok(values);
}

/** RFC 9651 §4.2 would have a malformed field ignored; a digest that its sender relies on is refused instead. */
function parseMembers(header: DigestHeader | "Want-Repr-Digest", text: string): Result<Dictionary, Failure<"invalid_header">> {
  try {
    const members = parseDictionary(text);
    return members.size === 0 ? invalidHeader(header, "must not be empty") : ok(members);
  } catch {
    return invalidHeader(header, "must be a structured-field dictionary (RFC 9651)");
  }
}

type Member = Dictionary extends Map<string, infer M> ? M : never;

const bareItem = (member: Member): BareItem | null => (isInnerList(member) ? null : member[0]);
