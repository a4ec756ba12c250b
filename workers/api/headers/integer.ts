import type { Failure } from "#domain/failures.ts";
import { ok, type Result } from "#domain/result.ts";
import { invalidHeader } from "./field.ts";

const DIGITS = /^[0-9]{1,16}$/;

/** `1*DIGIT` (RFC 9110 §8.6) as a number that is exact, otherwise null: no sign, space, exponent, fraction or list. */
export function decimalInteger(text: string): number | null {
  if (!DIGITS.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** tus 1.0, Upload-Offset and Upload-Length: "The value MUST be a non-negative integer." */
export function nonNegativeInteger(header: string, text: string): Result<number, Failure<"invalid_header">> {
  const value = decimalInteger(text);
  return value === null ? invalidHeader(header, "must be one non-negative decimal integer of at most 2^53-1") : ok(value);
}
