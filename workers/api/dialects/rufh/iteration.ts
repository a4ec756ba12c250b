import type { Fields } from "#api/headers/field.ts";
import { isMediaType } from "#api/headers/media-type.ts";
import { PARTIAL_UPLOAD, readInteropVersion, readUploadComplete } from "#api/headers/rufh.ts";

/** What the iterations of the draft differ in. */
export type Iteration = {
  /** Only `Upload-Complete: ?1` completes. */
  readonly holds: boolean;
  /** An append says that it is `application/partial-upload`. */
  readonly labelsAppends: boolean;
};

/**
 * Interop versions 5 (draft-03) and 6 (draft-05) as tus-js-client speaks them: it takes an offset that equals the length for the
 * end, and never says so of an empty file or of a stream that ends with a chunk. Everything else is held to draft-11 (version 8).
 */
export function iterationOf(fields: Fields): Iteration {
  const version = readInteropVersion(fields);
  return { holds: version !== 5 && version !== 6, labelsAppends: version !== 5 };
}

/** Whether a request bears one of the draft's marks. */
export const isMarked = ({ headers }: Request): boolean =>
  headers.has("Upload-Draft-Interop-Version") || headers.has("Upload-Complete") || isMediaType(headers.get("Content-Type"), PARTIAL_UPLOAD);

/**
 * Whether a marked request to a resource that takes whole bodies and ranges means the draft. Platforms mark any PUT and POST with
 * `Upload-Complete: ?1` and would be glad of resumption; what has a range, or is whole, is served as if it were not marked.
 */
export function isMeant(request: Request): boolean {
  if (!isMarked(request)) return false;
  const { method, headers } = request;
  if ((method !== "PUT" && method !== "POST") || headers.has("X-HTTP-Method-Override")) return true;
  return readUploadComplete(headers) === false && !headers.has("Content-Range");
}
