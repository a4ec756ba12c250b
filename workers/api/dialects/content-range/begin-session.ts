import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { UploadDraft } from "#domain/uploads/intake.ts";
import { parseSessionRequest } from "#api/headers/google.ts";
import { declaredDigests } from "#api/dialects/declared-digests.ts";
import { draftOf } from "#api/dialects/draft.ts";
import type { Exchange } from "#api/dialects/exchange.ts";
import { filenameFrom } from "#api/dialects/file-names.ts";
import { locationOf } from "#api/dialects/locations.ts";
import { refuseRange } from "./answers.ts";
import { readText } from "./read-text.ts";

const MAX_RESOURCE_BYTES = 64 * 1024;

/** Whether a POST opens a session as Google's clients do. */
export const beginsSession = ({ url, request: { headers } }: Exchange): boolean =>
  url.searchParams.get("uploadType") === "resumable" || headers.has("X-Upload-Content-Length") || headers.has("X-Upload-Content-Type");

/** What the place at which a session is begun says about its upload. */
type Given = Partial<Pick<UploadDraft, "name" | "metadata" | "alsoCompute">>;

/** `POST …?uploadType=resumable`: 200 with the session's URL, to which the bytes then go. */
export async function beginSession(exchange: Exchange, given: Given = {}): Promise<Response> {
  const body = await readText(exchange.request.body, MAX_RESOURCE_BYTES);
  const draft =
    body === null
      ? err({ code: "invalid_json", detail: `the resource is larger than ${MAX_RESOURCE_BYTES} bytes` } as const)
      : readDraft(exchange, body, given);
  if (!draft.ok) return refuseRange(exchange, draft.error);
  const opened = await exchange.intake.open(draft.value, exchange.context, null);
  if (!opened.ok) return refuseRange(exchange, opened.error);
  return new Response(null, {
    status: 200,
    headers: { "Cache-Control": "no-store", Location: locationOf(exchange.origin, opened.value.handle) },
  });
}

function readDraft(
  { url, request: { headers } }: Exchange,
  body: string,
  given: Given,
): Result<UploadDraft, Failure<"invalid_request" | "invalid_json" | "invalid_header" | "digest_conflict">> {
  const query = new URLSearchParams(url.searchParams);
  if (!query.has("uploadType")) query.set("uploadType", "resumable");
  const asked = parseSessionRequest(query, headers, body);
  if (!asked.ok) return asked;
  const declared = declaredDigests(headers, asked.value.declared);
  if (!declared.ok) return declared;
  const { contentType, length } = asked.value;
  return ok({
    ...draftOf(given.name ?? filenameFrom(asked.value.name ?? asked.value.title)),
    ...given,
    contentType,
    length,
    declared: declared.value,
    metadata: { ...given.metadata, ...(asked.value.name !== null && { object: asked.value.name }), ...asked.value.metadata },
  });
}
