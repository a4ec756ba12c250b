import type { Failure } from "#domain/failures.ts";
import { ok, type Result } from "#domain/result.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { invalidHeader, trimWhitespace } from "./field.ts";

export const MAX_METADATA_BYTES = 8192;
export const MAX_METADATA_PAIRS = 50;

/** `raw` is what HEAD has to echo; a value that is not UTF-8 stays the base64 text that it came as. */
export type UploadMetadata = { readonly raw: string; readonly values: Readonly<Record<string, string>> };

// Printable ASCII without space (%x20) and comma (%x2C).
const KEY = /^[\x21-\x2b\x2d-\x7e]+$/;

/**
 * tus 1.0 creation, Upload-Metadata: "one or more comma-separated key-value pairs"; "The key MUST NOT contain spaces and commas and
 * MUST NOT be empty"; "the value MUST be Base64 encoded"; "All keys MUST be unique"; an empty value may leave out its space.
 */
export function parseUploadMetadata(text: string): Result<UploadMetadata, Failure<"invalid_header">> {
  // A value that passes is ASCII, where characters are bytes.
  if (text.length > MAX_METADATA_BYTES) return refuse(`must have at most ${MAX_METADATA_BYTES} bytes`);
  const pairs = text.split(",");
  if (pairs.length > MAX_METADATA_PAIRS) return refuse(`must have at most ${MAX_METADATA_PAIRS} pairs`);

  const values = new Map<string, string>();
  for (const pair of pairs) {
    const [key = "", encoded = "", ...rest] = trimWhitespace(pair).split(" ");
    if (!KEY.test(key)) return refuse("a key must be printable ASCII without spaces and commas, and not empty");
    if (values.has(key)) return refuse("a key must not come twice");
    const bytes = rest.length === 0 ? decodeBase64(encoded) : null;
    if (bytes === null) return refuse("a value must be base64 and follow its key after one space");
    values.set(key, decodeUtf8(bytes) ?? encoded);
  }
  return ok({ raw: text, values: Object.fromEntries(values) });
}

/**
 * `Upload-Metadata` of values that came in another dialect: keys that tus can't spell are left out, and so is what would pass the
 * limits. Null when nothing remains.
 */
export function writeUploadMetadata(values: Readonly<Record<string, string>>): string | null {
  const pairs: string[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(values)) {
    if (!KEY.test(key) || pairs.length === MAX_METADATA_PAIRS) continue;
    const pair = value === "" ? key : `${key} ${encodeBase64(new TextEncoder().encode(value))}`;
    const longer = bytes + pair.length + (pairs.length === 0 ? 0 : 1);
    if (longer > MAX_METADATA_BYTES) continue;
    pairs.push(pair);
    bytes = longer;
  }
  return pairs.length === 0 ? null : pairs.join(",");
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

const refuse = (detail: string) => invalidHeader("Upload-Metadata", detail);
