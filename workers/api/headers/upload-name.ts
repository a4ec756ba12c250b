import type { Failure } from "#domain/failures.ts";
import { err, ok, type Err, type Result } from "#domain/result.ts";

const MAX_CHARACTERS = 255;

// Controls, line and paragraph separators, lone surrogates.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Why `name` can't be the name of a file, otherwise null. Characters are Unicode code points. */
export function fileNameFault(name: string): string | null {
  const characters = Array.from(name).length;
  if (characters < 1 || characters > MAX_CHARACTERS) return `must have 1 to ${MAX_CHARACTERS} characters`;
  if (UNPRINTABLE.test(name)) return "must not have control characters";
  if (name.includes("/")) return "must not have a slash";
  if (name === "." || name === "..") return "must not be a dot segment";
  return null;
}

/** The `{name}` of `PUT /upload/{name}`: one path segment as the URL spells it, decoded once (RFC 3986 §2.4). */
export function parseUploadName(segment: string): Result<string, Failure<"invalid_request">> {
  const name = percentDecoded(segment);
  if (name === null) return refuse("the name's percent-encoding must be UTF-8");
  const fault = fileNameFault(name);
  return fault === null ? ok(name) : refuse(`the name ${fault}`);
}

function percentDecoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

const refuse = (detail: string): Err<Failure<"invalid_request">> => err({ code: "invalid_request", detail });
