import type { Failure } from "#domain/failures.ts";
import type { Found } from "#domain/uploads/intake.ts";
import type { UploadProgress } from "#domain/uploads/upload-session.ts";
import { receivedRange } from "#api/headers/content-range.ts";
import { refuses308 } from "#api/headers/google.ts";
import { refusal, type Exchange } from "#api/dialects/exchange.ts";
import { receipt } from "#api/dialects/receipt.ts";
import { settled } from "#api/dialects/settlement.ts";

/** 200 with the receipt when the upload is complete, 308 with what is here while it is not. */
export async function answerStanding(exchange: Exchange, found: Found, progress: UploadProgress): Promise<Response> {
  const outcome = await settled(exchange, found, progress);
  if (!outcome.ok) return refuseRange(exchange, outcome.error);
  switch (outcome.value.status) {
    case "completed":
      return receipt(outcome.value);
    case "completing":
      return refuseRange(
        exchange,
        { code: "service_unavailable", detail: "every byte is here and the upload is being put together: ask again" },
        rangeOf(outcome.value.offset),
      );
    default:
      return incomplete(exchange.request, outcome.value.offset);
  }
}

/** Never with a `Location`: clients would follow it. */
function incomplete({ headers }: Request, offset: number): Response {
  const disguised = refuses308(headers.get("X-GUploader-No-308"));
  return new Response(null, {
    status: disguised ? 200 : 308,
    headers: { "Cache-Control": "no-store", ...(disguised && { "X-HTTP-Status-Code-Override": "308" }), ...rangeOf(offset) },
  });
}

/** Where it is known, a refusal says too how far the upload has got. */
export function refuseRange(exchange: Exchange, failure: Failure, headers: Readonly<Record<string, string>> = {}): Response {
  return refusal(exchange, failure, { headers: { ...evidenceOf(failure), ...headers } });
}

function evidenceOf(failure: Failure): Record<string, string> {
  switch (failure.code) {
    case "range_gap":
    case "offset_mismatch":
      return rangeOf(failure.expected);
    case "superseded":
    case "body_cut":
    case "storage_unavailable":
      return rangeOf(failure.offset);
    default:
      return {};
  }
}

function rangeOf(offset: number): Record<string, string> {
  const range = receivedRange(offset);
  return range === null ? {} : { Range: range };
}
