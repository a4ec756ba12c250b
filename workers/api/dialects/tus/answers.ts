import type { Failure } from "#domain/failures.ts";
import type { UploadProgress } from "#domain/uploads/upload-session.ts";
import { httpDate } from "#api/headers/http-date.ts";
import { TUS_VERSION } from "#api/headers/tus.ts";
import { refusal, type Exchange } from "#api/dialects/exchange.ts";

export function tusAnswer(status: 200 | 201 | 204, headers: Readonly<Record<string, string>>): Response {
  return new Response(null, { status, headers: { "Tus-Resumable": TUS_VERSION, "Cache-Control": "no-store", ...headers } });
}

/** tus 1.0 expiration: on every answer about an upload "if the upload is going to expire". */
export const expiryOf = (progress: UploadProgress): Record<string, string> =>
  progress.status === "receiving" ? { "Upload-Expires": httpDate(progress.expiresAt) } : {};

/**
 * tus 1.0 concatenation, HEAD: "for a final upload SHOULD NOT contain the Upload-Offset header unless the concatenation has been
 * successfully finished".
 */
export const offsetOf = (progress: UploadProgress): Record<string, string> =>
  progress.kind === "final" && progress.status !== "completed" ? {} : { "Upload-Offset": String(progress.offset) };

export function refuseTus(exchange: Exchange, failure: Failure, headers: Readonly<Record<string, string>> = {}): Response {
  const status = statusOf(failure);
  return refusal(exchange, failure, {
    ...(status !== null && { status }),
    headers: { "Tus-Resumable": TUS_VERSION, ...evidenceOf(failure), ...headers },
  });
}

/** Where tus asks for another status than the table of problems has; null elsewhere. */
function statusOf(failure: Failure): number | null {
  switch (failure.code) {
    case "upload_gone":
      return failure.status === "cancelled" ? 404 : 410;
    case "checksum_mismatch":
      return 460;
    case "checksum_unsupported":
      return 400;
    case "upload_too_large":
    case "append_too_large":
    case "length_exceeded":
      return 413;
    case "offset_mismatch":
      return 409;
    case "upload_is_final":
      return 403;
    case "precondition_failed":
      return 412;
    case "unsupported_media_type":
      return 415;
    default:
      return null;
  }
}

function evidenceOf(failure: Failure): Record<string, string> {
  switch (failure.code) {
    case "offset_mismatch":
      return { "Upload-Offset": String(failure.expected) };
    case "superseded":
    case "body_cut":
    case "storage_unavailable":
      return { "Upload-Offset": String(failure.offset) };
    case "precondition_failed":
      return { "Tus-Version": TUS_VERSION };
    default:
      return {};
  }
}
