import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { UploadKind } from "#domain/uploads/upload-session.ts";
import { invalidHeader, optionalField, type Fields } from "./field.ts";
import { nonNegativeInteger } from "./integer.ts";

export const requestHeaders = [
  "Tus-Resumable",
  "Upload-Offset",
  "Upload-Length",
  "Upload-Defer-Length",
  "Upload-Metadata",
  "Upload-Checksum",
  "Upload-Concat",
  "X-HTTP-Method-Override",
] as const;

export const responseHeaders = [
  "Tus-Resumable",
  "Tus-Version",
  "Tus-Extension",
  "Tus-Max-Size",
  "Tus-Checksum-Algorithm",
  "Upload-Offset",
  "Upload-Length",
  "Upload-Defer-Length",
  "Upload-Metadata",
  "Upload-Concat",
  "Upload-Expires",
] as const;

export const TUS_VERSION = "1.0.0";

/** tus 1.0, Tus-Resumable: "MUST be included in every request and response except for OPTIONS"; another version is answered 412. */
export function checkTusVersion(text: string | null): Result<typeof TUS_VERSION, Failure<"precondition_failed">> {
  return text === TUS_VERSION ? ok(TUS_VERSION) : err({ code: "precondition_failed", detail: `Tus-Resumable must be ${TUS_VERSION}` });
}

/** tus 1.0, Upload-Offset: "The value MUST be a non-negative integer." */
export const parseUploadOffset = (text: string): Result<number, Failure<"invalid_header">> => nonNegativeInteger("Upload-Offset", text);

/** tus 1.0, Upload-Length: "The value MUST be a non-negative integer." */
export const parseUploadLength = (text: string): Result<number, Failure<"invalid_header">> => nonNegativeInteger("Upload-Length", text);

/** tus 1.0 creation, Upload-Defer-Length: "The value MUST be 1"; any other value is answered 400. */
export function parseUploadDeferLength(text: string): Result<true, Failure<"invalid_header">> {
  return text === "1" ? ok(true) : invalidHeader("Upload-Defer-Length", "must be 1");
}

/**
 * The length that a creation announces, null when it is deferred or the upload is a final one.
 *
 * tus 1.0 creation: "The request MUST include one of" `Upload-Length` and `Upload-Defer-Length: 1`.
 * tus 1.0 concatenation: "The Client MUST NOT include the Upload-Length header in the final upload creation."
 */
export function readCreationLength(
  fields: Fields,
  kind: UploadKind,
): Result<number | null, Failure<"invalid_header"> | Failure<"missing_header">> {
  const length = optionalField(fields, "Upload-Length", parseUploadLength);
  if (!length.ok) return length;
  const deferred = optionalField(fields, "Upload-Defer-Length", parseUploadDeferLength);
  if (!deferred.ok) return deferred;

  if (kind === "final") {
    if (length.value !== null) return invalidHeader("Upload-Length", "a final upload has the length of its partials");
    if (deferred.value !== null) return invalidHeader("Upload-Defer-Length", "a final upload has the length of its partials");
    return ok(null);
  }
  if (length.value !== null && deferred.value !== null) {
    return invalidHeader("Upload-Defer-Length", "must not come together with Upload-Length");
  }
  if (length.value === null && deferred.value === null) return err({ code: "missing_header", header: "Upload-Length" });
  return ok(length.value);
}

const TUS_METHODS = ["HEAD", "POST", "PATCH", "DELETE"] as const;
export type TusMethod = (typeof TUS_METHODS)[number];

/** tus 1.0, X-HTTP-Method-Override: "MUST be interpreted as the request's method by the Server, if the header is presented." */
export function parseMethodOverride(text: string): Result<TusMethod, Failure<"invalid_header">> {
  const method = TUS_METHODS.find((known) => known === text);
  return method === undefined ? invalidHeader("X-HTTP-Method-Override", `must be one of ${TUS_METHODS.join(", ")}`) : ok(method);
}
