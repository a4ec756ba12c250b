import type { Failure } from "#domain/failures.ts";
import { err, ok, type Err, type Result } from "#domain/result.ts";

/** The read side of `Headers`: repeated fields arrive as one value joined by `, `. */
export type Fields = { get(name: string): string | null };

export const invalidHeader = (header: string, detail: string): Err<Failure<"invalid_header">> =>
  err({ code: "invalid_header", header, detail });

type Parse<T, E> = (text: string) => Result<T, E>;

/** The parsed field, or null when the request has none. */
export function optionalField<T, E>(fields: Fields, header: string, parse: Parse<T, E>): Result<T | null, E> {
  const text = fields.get(header);
  return text === null ? ok(null) : parse(text);
}

export function requiredField<T, E>(fields: Fields, header: string, parse: Parse<T, E>): Result<T, E | Failure<"missing_header">> {
  const text = fields.get(header);
  return text === null ? err({ code: "missing_header", header }) : parse(text);
}

/** Without the optional whitespace around a field value or list element (RFC 9110 §5.6.3: space and tab only). */
export function trimWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhitespace(text[start])) start++;
  while (end > start && isWhitespace(text[end - 1])) end--;
  return text.slice(start, end);
}

const isWhitespace = (character: string | undefined): boolean => character === " " || character === "\t";
