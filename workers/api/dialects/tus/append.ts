import type { Failure } from "#domain/failures.ts";
import { ok, type Result } from "#domain/result.ts";
import type { Checksum } from "#domain/uploads/digests.ts";
import type { AppendCommand } from "#domain/uploads/upload-session.ts";
import { parseContentDigest } from "#api/headers/digest-fields.ts";
import { optionalField, requiredField, type Fields } from "#api/headers/field.ts";
import { requireMediaType } from "#api/headers/media-type.ts";
import { parseUploadChecksum } from "#api/headers/tus-checksum.ts";
import { parseUploadLength, parseUploadOffset } from "#api/headers/tus.ts";
import { admitByHandle } from "#api/dialects/admission.ts";
import { declaredDigests, type DeclaredFailure } from "#api/dialects/declared-digests.ts";
import { incomingBody, type IncomingBody, type UploadExchange } from "#api/dialects/exchange.ts";
import { settled } from "#api/dialects/settlement.ts";
import { expiryOf, offsetOf, refuseTus, tusAnswer } from "./answers.ts";
import type { Operation } from "./operations.ts";

export const OFFSET_STREAM = "application/offset+octet-stream";

/** tus 1.0, PATCH: bytes at the current offset and nowhere else. */
export const append: Operation<UploadExchange> = { extensions: ["checksum", "expiration"], perform };

async function perform(exchange: UploadExchange): Promise<Response> {
  const patch = readPatch(exchange);
  if (!patch.ok) return refuseTus(exchange, patch.error);
  const found = await admitByHandle(exchange);
  if (!found.ok) return refuseTus(exchange, found.error);
  const { requestId } = exchange.context;
  const { body, ...wanted } = patch.value;
  const command: AppendCommand = {
    ...wanted,
    requestId,
    access: found.value.access,
    final: false,
    holds: false,
    bodyBytes: body.bytes,
    maxAppendBytes: exchange.intake.limits.maxAppendBytes,
  };
  const stored = await found.value.session.append(command, body.stream);
  if (!stored.ok) return refuseTus(exchange, stored.error);
  const progress = await settled(exchange, found.value, stored.value);
  if (!progress.ok) return refuseTus(exchange, progress.error);
  return tusAnswer(204, { ...offsetOf(progress.value), ...expiryOf(progress.value) });
}

type Patch = Pick<AppendCommand, "length" | "checksum" | "declared"> & {
  readonly at: { readonly kind: "exact"; readonly offset: number };
  readonly body: IncomingBody;
};

function readPatch(
  exchange: UploadExchange,
): Result<Patch, DeclaredFailure | Failure<"unsupported_media_type" | "missing_header" | "checksum_unsupported" | "append_too_large">> {
  const { headers } = exchange.request;
  const media = requireMediaType(headers.get("Content-Type"), OFFSET_STREAM);
  if (!media.ok) return media;
  const offset = requiredField(headers, "Upload-Offset", parseUploadOffset);
  if (!offset.ok) return offset;
  const length = optionalField(headers, "Upload-Length", parseUploadLength);
  if (!length.ok) return length;
  const checksum = bodyChecksum(headers);
  if (!checksum.ok) return checksum;
  const declared = declaredDigests(headers);
  if (!declared.ok) return declared;
  const body = incomingBody(exchange);
  if (!body.ok) return body;
  return ok({
    at: { kind: "exact", offset: offset.value },
    length: length.value,
    checksum: checksum.value,
    declared: declared.value,
    body: body.value,
  });
}

/** `Upload-Checksum`, or `Content-Digest` (RFC 9530 §2) of a client that knows no other: both are about the same bytes. */
export function bodyChecksum(fields: Fields): Result<Checksum | null, Failure<"invalid_header" | "checksum_unsupported">> {
  const checksum = optionalField(fields, "Upload-Checksum", parseUploadChecksum);
  if (!checksum.ok || checksum.value !== null) return checksum;
  return optionalField(fields, "Content-Digest", parseContentDigest);
}
