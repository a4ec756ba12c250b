import { parseItem, serializeDictionary, type BareItem } from "structured-headers";
import type { Fields } from "./field.ts";

export const requestHeaders = ["Upload-Complete", "Upload-Offset", "Upload-Length", "Upload-Draft-Interop-Version"] as const;
export const responseHeaders = ["Upload-Complete", "Upload-Offset", "Upload-Length", "Upload-Limit", "Accept-Patch"] as const;

/** The media type of an append (draft-ietf-httpbis-resumable-upload-11, "Media Type application/partial-upload"). */
export const PARTIAL_UPLOAD = "application/partial-upload";

/** RFC 9651 §3.3.1: up to fifteen digits, no fraction; the package's numbers no longer tell 5 from 5.0. */
const INTEGER = /^ *-?[0-9]{1,15} *(?:;|$)/;

/** "Its value is a Boolean. Other values MUST cause the entire header field to be ignored": null then, as without the field. */
export function readUploadComplete(fields: Fields): boolean | null {
  const value = bareItem(fields.get("Upload-Complete"));
  return typeof value === "boolean" ? value : null;
}

/** "A non-negative Integer. Other values MUST cause the entire header field to be ignored." */
export const readUploadOffset = (fields: Fields): number | null => nonNegative(fields.get("Upload-Offset"));

/** "A non-negative Integer. Other values MUST cause the entire header field to be ignored." */
export const readUploadLength = (fields: Fields): number | null => nonNegative(fields.get("Upload-Length"));

/** Which iteration of the draft the sender implements. */
export const readInteropVersion = (fields: Fields): number | null => nonNegative(fields.get("Upload-Draft-Interop-Version"));

export const writeUploadComplete = (complete: boolean): string => (complete ? "?1" : "?0");

export type UploadLimits = {
  /** Bytes. */
  readonly maxSize: number;
  /** Bytes of one request. */
  readonly maxAppendSize: number;
  /** Whole seconds that the upload still has; null when it does not end by itself. */
  readonly maxAgeSeconds: number | null;
};

/** A Dictionary of Integers; `min-size=0` says to clients that look for it that there is nothing too small. */
export function writeUploadLimit({ maxSize, maxAppendSize, maxAgeSeconds }: UploadLimits): string {
  const limits = { "max-size": maxSize, "min-size": 0, "max-append-size": maxAppendSize };
  return serializeDictionary(maxAgeSeconds === null ? limits : { ...limits, "max-age": maxAgeSeconds });
}

function nonNegative(text: string | null): number | null {
  const value = bareItem(text);
  if (text === null || typeof value !== "number" || !INTEGER.test(text) || value < 0) return null;
  // RFC 9651 knows -0, and it is 0.
  return Math.abs(value);
}

function bareItem(text: string | null): BareItem | null {
  if (text === null) return null;
  try {
    return parseItem(text)[0];
  } catch {
    return null;
  }
}
