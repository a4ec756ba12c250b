import type { Failure } from "#domain/failures.ts";
import type { UploadProgress } from "#domain/uploads/upload-session.ts";
import { PARTIAL_UPLOAD, writeUploadComplete, writeUploadLimit } from "#api/headers/rufh.ts";
import { refusal, type Exchange } from "#api/dialects/exchange.ts";

const TYPES = "https://iana.org/assignments/http-problem-types";

export function rufhAnswer(status: 201 | 204, headers: Readonly<Record<string, string>>): Response {
  return new Response(null, { status, headers: { "Cache-Control": "no-store", ...headers } });
}

/** Where an upload stands. Clients of the older iterations want the offset in every answer. */
export const standingOf = (exchange: Exchange, progress: UploadProgress): Record<string, string> => ({
  "Upload-Complete": writeUploadComplete(progress.status === "completed"),
  "Upload-Offset": String(progress.offset),
  "Upload-Limit": limitOf(exchange, progress),
});

/** The draft, "Limits": of an upload, or of any that could be created now (null). */
export function limitOf(exchange: Exchange, progress: UploadProgress | null): string {
  const { limits } = exchange.intake;
  const leftMs = progress === null ? limits.ttlMs : progress.expiresAt - exchange.now();
  const ends = progress === null || progress.status === "receiving";
  return writeUploadLimit({
    maxSize: limits.maxUploadBytes,
    maxAppendSize: limits.maxAppendBytes,
    maxAgeSeconds: ends ? Math.max(0, Math.floor(leftMs / 1000)) : null,
  });
}

type More = {
  readonly headers?: Readonly<Record<string, string>>;
  /** Fragment of the registered problem type, where the failure's own is not what the draft asks for. */
  readonly type?: ProblemType;
};

type ProblemType = "mismatching-upload-offset" | "completed-upload" | "inconsistent-upload-length";

export function refuseRufh(exchange: Exchange, failure: Failure, { headers = {}, type }: More = {}): Response {
  const registered = type ?? typeOf(failure);
  return refusal(exchange, failure, {
    headers: { "Upload-Complete": writeUploadComplete(isOutcome(failure)), ...evidenceOf(exchange, failure), ...headers },
    ...(registered !== null && { registered: { type: `${TYPES}#${registered}`, ...membersOf(failure) } }),
  });
}

/** The representation was processed, and this came of it: to resume would not help (the draft, "Upload Append", on `?1`). */
const isOutcome = ({ code }: Failure): boolean => code === "digest_mismatch" || code === "content_type_refused" || code === "upload_failed";

function typeOf(failure: Failure): ProblemType | null {
  switch (failure.code) {
    case "offset_mismatch":
      return "mismatching-upload-offset";
    case "upload_completed":
      return "completed-upload";
    case "length_mismatch":
    case "length_exceeded":
    case "length_below_offset":
      return "inconsistent-upload-length";
    default:
      return null;
  }
}

function membersOf(failure: Failure): Record<string, number> {
  return failure.code === "offset_mismatch" ? { "expected-offset": failure.expected, "provided-offset": failure.received } : {};
}

function evidenceOf(exchange: Exchange, failure: Failure): Record<string, string> {
  switch (failure.code) {
    case "offset_mismatch":
      return { "Upload-Offset": String(failure.expected) };
    case "superseded":
    case "body_cut":
    case "storage_unavailable":
      return { "Upload-Offset": String(failure.offset) };
    case "append_too_large":
    case "upload_too_large":
      return { "Upload-Limit": limitOf(exchange, null) };
    case "unsupported_media_type":
      return { "Accept-Patch": PARTIAL_UPLOAD };
    default:
      return {};
  }
}
