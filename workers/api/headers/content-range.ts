import type { Failure } from "#domain/failures.ts";
import { ok, type Result } from "#domain/result.ts";
import { invalidHeader, trimWhitespace } from "./field.ts";
import { decimalInteger } from "./integer.ts";

export const requestHeaders = ["Content-Range"] as const;
export const responseHeaders = ["Range"] as const;

/**
 * The `Content-Range` of a request, as Google's resumable protocol uses it. `total` is null for `*`.
 *
 * - `query`: `bytes *\/T`, `bytes *\/*` – how much is stored?
 * - `range`: `bytes a-b/T`, `a-b/*`, `a-*\/T`, `a-*\/*` – a body from `start` on; `end` is exclusive, null when the body's end tells it
 * - `empty`: `bytes 0--1/0`, `0--1/*` and, after `a` bytes, `a-(a-1)/T` – no body; what Google's Node client computes for a last
 *   chunk of no bytes, although RFC 9110 §14.4 has no form for it
 */
export type ContentRange =
  | { readonly kind: "query"; readonly total: number | null }
  | { readonly kind: "range"; readonly start: number; readonly end: number | null; readonly total: number | null }
  | { readonly kind: "empty"; readonly start: number; readonly total: number | null };

// RFC 9110 §14.1: range unit names are case-insensitive; §14.4: one space, and none inside.
const FORM = /^bytes (?:\*|([0-9]+)-(\*|-1|[0-9]+))\/(\*|[0-9]+)$/i;

/** RFC 9110 §14.4 and §14.5: a last position below the first, or at or beyond the complete length, is invalid. */
export function parseContentRange(text: string): Result<ContentRange, Failure<"invalid_header">> {
  const match = FORM.exec(trimWhitespace(text));
  if (match === null) return refuse("must be like bytes 0-524287/1048576, bytes 0-524287/* or bytes */1048576");
  const [, startText, lastText, totalText = "*"] = match;

  const total = totalText === "*" ? null : decimalInteger(totalText);
  if (total === null && totalText !== "*") return refuse("the total is too large");
  if (startText === undefined || lastText === undefined) return ok({ kind: "query", total });

  const start = decimalInteger(startText);
  if (start === null) return refuse("the first position is too large");
  if (total !== null && start > total) return refuse("the first position lies beyond the total");
  if (lastText === "*") return ok({ kind: "range", start, end: null, total });

  const last = lastText === "-1" ? -1 : decimalInteger(lastText);
  if (last === null || !Number.isSafeInteger(last + 1)) return refuse("the last position is too large");
  if (last === start - 1) return ok({ kind: "empty", start, total });
  if (last < start) return refuse("the last position lies before the first");
  if (total !== null && last >= total) return refuse("the last position lies beyond the total");
  return ok({ kind: "range", start, end: last + 1, total });
}

/** The `Range` of a 308: inclusive, and null (no header at all) while nothing is stored. */
export const receivedRange = (offset: number): string | null => (offset === 0 ? null : `bytes=0-${offset - 1}`);

const refuse = (detail: string) => invalidHeader("Content-Range", detail);
