import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { ByteRange } from "#domain/uploads/upload-session.ts";
import { matchesStrongly, parseEntityTag, type EntityTag } from "./conditional.ts";
import { trimWhitespace } from "./field.ts";
import { parseHttpDate } from "./http-date.ts";

export const requestHeaders = ["Range", "If-Range"] as const;
export const responseHeaders = ["Accept-Ranges", "Content-Range", "ETag", "Last-Modified"] as const;

const UNIT = /^bytes=/i;
const RANGE = /^(?:([0-9]+)-([0-9]*)|-([0-9]+))$/;

/**
 * The one range that a GET of `size` bytes asks for; null means the whole.
 *
 * RFC 9110 §14.2: a server "MAY ignore the Range header field". So it does with a unit that it does not know, a malformed value, and
 * several ranges: those cost a multipart/byteranges body, which no player asks for. A range that begins at or after the end, and a
 * suffix of no bytes, are unsatisfiable (§14.1.1, §15.5.17). A suffix of an empty content is the empty whole.
 */
export function parseByteRange(text: string, size: number): Result<ByteRange | null, Failure<"range_not_satisfiable">> {
  if (!UNIT.test(text)) return ok(null);
  const elements = text
    .slice("bytes=".length)
    .split(",")
    .map(trimWhitespace)
    .filter((element) => element !== "");
  const [element, ...more] = elements;
  const match = element === undefined || more.length > 0 ? null : RANGE.exec(element);
  if (match === null) return ok(null);

  // Positions beyond 2^53 lose digits but stay beyond every size.
  const [, firstText, lastText, suffixText] = match;
  if (suffixText !== undefined) {
    const suffix = Number(suffixText);
    if (suffix === 0) return err({ code: "range_not_satisfiable", size });
    return ok(size === 0 ? null : { start: Math.max(0, size - suffix), end: size });
  }
  const first = Number(firstText);
  const last = lastText === undefined || lastText === "" ? Number.POSITIVE_INFINITY : Number(lastText);
  if (last < first) return ok(null);
  return first >= size ? err({ code: "range_not_satisfiable", size }) : ok({ start: first, end: Math.min(size, last + 1) });
}

/**
 * RFC 9110 §13.1.5: whether a `Range` beside this `If-Range` counts. A tag has to match strongly; a date has to be the very
 * `Last-Modified` (§8.8.2.2 lets it be a strong validator here, because a stored asset never changes).
 */
export function ifRangeHolds(text: string, current: { readonly etag: EntityTag; readonly lastModified: number | null }): boolean {
  const tag = parseEntityTag(text);
  if (tag !== null) return matchesStrongly(tag, current.etag);
  const date = parseHttpDate(text);
  return date !== null && current.lastModified !== null && date === Math.floor(current.lastModified / 1000) * 1000;
}

/** `Content-Range` of a 206 (RFC 9110 §14.4: positions are inclusive). */
export const contentRange = ({ start, end }: ByteRange, size: number): string => `bytes ${start}-${end - 1}/${size}`;

/** `Content-Range` of a 416. */
export const unsatisfiedRange = (size: number): string => `bytes */${size}`;
