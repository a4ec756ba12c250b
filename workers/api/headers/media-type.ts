import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { invalidHeader, trimWhitespace } from "./field.ts";

export const requestHeaders = ["Content-Type"] as const;

const MAX_CHARACTERS = 255;

// RFC 6838 §4.2 restricted names, which are shorter and plainer than the tokens of RFC 9110.
const ESSENCE = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/;
// Sticky, so that each parameter is read once from where the last one ended.
const PARAMETER =
  /[ \t]*;[ \t]*(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+=(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e]|\\[\t \x21-\x7e])*"))?/y;

/** The `type/subtype` in lower case (RFC 9110 §8.3.1); its parameters must be well-formed and are left out. */
export function parseMediaType(header: string, text: string): Result<string, Failure<"invalid_header">> {
  const value = trimWhitespace(text);
  if (value.length > MAX_CHARACTERS) return invalidHeader(header, `must have at most ${MAX_CHARACTERS} characters`);
  const [essence] = ESSENCE.exec(value) ?? [];
  if (essence === undefined) return invalidHeader(header, "must be a media type like video/mp4");

  const parameter = new RegExp(PARAMETER);
  let end = essence.length;
  while (end < value.length) {
    parameter.lastIndex = end;
    if (!parameter.test(value)) return invalidHeader(header, "the parameters of the media type are malformed");
    end = parameter.lastIndex;
  }
  return ok(essence.toLowerCase());
}

/** `expected` is a `type/subtype` in lower case. */
export function isMediaType(text: string | null, expected: string): boolean {
  if (text === null) return false;
  const essence = parseMediaType("Content-Type", text);
  return essence.ok && essence.value === expected;
}

/** tus 1.0, PATCH: another `Content-Type` than `application/offset+octet-stream` "SHOULD" be answered 415. */
export function requireMediaType<T extends string>(text: string | null, expected: T): Result<T, Failure<"unsupported_media_type">> {
  return isMediaType(text, expected) ? ok(expected) : err({ code: "unsupported_media_type", received: text, expected });
}
