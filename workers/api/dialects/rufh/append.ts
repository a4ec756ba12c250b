import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { DigestAlgorithm } from "#domain/uploads/digests.ts";
import type { AppendCommand } from "#domain/uploads/upload-session.ts";
import { parseContentDigest } from "#api/headers/digest-fields.ts";
import { optionalField } from "#api/headers/field.ts";
import { requireMediaType } from "#api/headers/media-type.ts";
import { PARTIAL_UPLOAD, readUploadComplete, readUploadOffset } from "#api/headers/rufh.ts";
import { admitByHandle } from "#api/dialects/admission.ts";
import { declaredDigests, type DeclaredFailure } from "#api/dialects/declared-digests.ts";
import { incomingBody, type IncomingBody, type UploadExchange } from "#api/dialects/exchange.ts";
import { refuseRufh } from "./answers.ts";
import { iterationOf } from "./iteration.ts";
import { answerTaken } from "./outcome.ts";
import { toldLength, wantedDigests } from "./told.ts";

/** The draft, "Upload Append": bytes at the current offset, and whether they are the last. */
export async function append(exchange: UploadExchange): Promise<Response> {
  const patch = readPatch(exchange);
  if (!patch.ok) return refuseRufh(exchange, patch.error);
  const found = await admitByHandle(exchange);
  if (!found.ok) return refuseRufh(exchange, found.error);
  const { body, wanted, ...told } = patch.value;
  const stored = await found.value.session.append(
    {
      ...told,
      requestId: exchange.context.requestId,
      access: found.value.access,
      bodyBytes: body.bytes,
      maxAppendBytes: exchange.intake.limits.maxAppendBytes,
    },
    body.stream,
  );
  if (!stored.ok) {
    // "If the client attempted to append a non-zero length document, the server MUST treat this as an inconsistent length failure."
    const beyond = stored.error.code === "upload_completed";
    return refuseRufh(exchange, stored.error, beyond ? { type: "inconsistent-upload-length" } : {});
  }
  const { final: complete, holds } = told;
  return answerTaken(exchange, found.value, stored.value, { complete, holds, wanted, status: 204, headers: {} });
}

type Patch = Pick<AppendCommand, "length" | "checksum" | "declared" | "final" | "holds"> & {
  readonly at: { readonly kind: "exact"; readonly offset: number };
  readonly body: IncomingBody;
  readonly wanted: readonly DigestAlgorithm[] | null;
};

function readPatch(
  exchange: UploadExchange,
): Result<Patch, DeclaredFailure | Failure<"unsupported_media_type" | "missing_header" | "append_too_large" | "length_mismatch">> {
  const { headers } = exchange.request;
  const { holds, labelsAppends } = iterationOf(headers);
  const media = labelsAppends ? requireMediaType(headers.get("Content-Type"), PARTIAL_UPLOAD) : ok(null);
  if (!media.ok) return media;
  const offset = readUploadOffset(headers);
  if (offset === null) return err({ code: "missing_header", header: "Upload-Offset" });
  const said = readUploadComplete(headers);
  if (said === null && holds) return err({ code: "missing_header", header: "Upload-Complete" });
  const complete = said ?? false;
  const checksum = optionalField(headers, "Content-Digest", parseContentDigest);
  if (!checksum.ok) return checksum;
  const declared = declaredDigests(headers);
  if (!declared.ok) return declared;
  const wanted = wantedDigests(headers);
  if (!wanted.ok) return wanted;
  const body = incomingBody(exchange);
  if (!body.ok) return body;
  const length = toldLength(headers, { offset, complete, body: body.value });
  if (!length.ok) return length;
  return ok({
    at: { kind: "exact", offset },
    length: length.value,
    final: complete,
    holds,
    checksum: checksum.value,
    declared: declared.value,
    body: body.value,
    wanted: wanted.value,
  });
}
