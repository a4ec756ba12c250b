import { parseItem } from "structured-headers";
import type { Failure } from "#domain/failures.ts";
import { ok, type Result } from "#domain/result.ts";
import { invalidHeader } from "./field.ts";

export const requestHeaders = ["Idempotency-Key"] as const;
export const responseHeaders = ["Idempotent-Replayed"] as const;

const MAX_CHARACTERS = 255;

// Visible ASCII without the quotation mark and, so that repeated fields are noticed, the comma.
const BARE = /^[\x21\x23-\x2b\x2d-\x7e]+$/;

/**
 * draft-ietf-httpapi-idempotency-key-header-07 §2.1: "Idempotency-Key is an Item Structured Header. Its value MUST be a String."
 * Most clients in the field send it bare; both spellings are the same key.
 */
export function parseIdempotencyKey(text: string): Result<string, Failure<"invalid_header">> {
  const key = text.startsWith('"') ? parseQuoted(text) : BARE.test(text) ? text : null;
  if (key === null) return refuse("must be one string, quoted or bare");
  return key.length >= 1 && key.length <= MAX_CHARACTERS ? ok(key) : refuse(`must have 1 to ${MAX_CHARACTERS} characters`);
}

function parseQuoted(text: string): string | null {
  try {
    const [value] = parseItem(text);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

const refuse = (detail: string) => invalidHeader("Idempotency-Key", detail);
