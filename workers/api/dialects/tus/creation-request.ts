import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Checksum } from "#domain/uploads/digests.ts";
import type { UploadDraft } from "#domain/uploads/intake.ts";
import { optionalField } from "#api/headers/field.ts";
import { requireMediaType } from "#api/headers/media-type.ts";
import { parseUploadConcat } from "#api/headers/tus-concat.ts";
import { parseUploadMetadata } from "#api/headers/tus-metadata.ts";
import { readCreationLength } from "#api/headers/tus.ts";
import { declaredDigests, type DeclaredFailure } from "#api/dialects/declared-digests.ts";
import { draftOf } from "#api/dialects/draft.ts";
import { incomingBody, type Exchange, type IncomingBody } from "#api/dialects/exchange.ts";
import { filenameFrom } from "#api/dialects/file-names.ts";
import { describeMetadata } from "#api/dialects/described-metadata.ts";
import { handleIn } from "#api/dialects/locations.ts";
import { bodyChecksum, OFFSET_STREAM } from "./append.ts";

export type Creation = { readonly draft: UploadDraft; readonly body: IncomingBody; readonly checksum: Checksum | null };

type CreationFailure =
  | DeclaredFailure
  | Failure<
      | "missing_header"
      | "unsupported_media_type"
      | "checksum_unsupported"
      | "append_too_large"
      | "concatenation_invalid"
      | "length_exceeded"
    >;

/** Everything that a creation says, before anything is opened. */
export function readCreation(exchange: Exchange): Result<Creation, CreationFailure> {
  const { headers } = exchange.request;
  const concat = optionalField(headers, "Upload-Concat", (text) => parseUploadConcat(text, handleIn));
  if (!concat.ok) return concat;
  const kind = concat.value?.kind ?? "whole";
  const length = readCreationLength(headers, kind);
  if (!length.ok) return length;
  const metadata = optionalField(headers, "Upload-Metadata", parseUploadMetadata);
  if (!metadata.ok) return metadata;
  const described = describeMetadata(metadata.value?.values ?? {});
  if (!described.ok) return described;
  const declared = declaredDigests(headers, described.value.declared);
  if (!declared.ok) return declared;
  const checksum = bodyChecksum(headers);
  if (!checksum.ok) return checksum;
  const body = firstBody(exchange, kind === "final", length.value);
  if (!body.ok) return body;

  return ok({
    draft: {
      ...draftOf(filenameFrom(described.value.filename)),
      kind,
      partials: concat.value?.kind === "final" ? concat.value.handles : [],
      contentType: described.value.contentType,
      length: length.value,
      declared: declared.value,
      metadata: described.value.metadata,
      tusMetadata: metadata.value?.raw ?? null,
      tusConcat: concat.value?.raw ?? null,
    },
    body: body.value,
    checksum: checksum.value,
  });
}

function firstBody(
  exchange: Exchange,
  joins: boolean,
  length: number | null,
): Result<
  IncomingBody,
  Failure<"invalid_header" | "unsupported_media_type" | "append_too_large" | "concatenation_invalid" | "length_exceeded">
> {
  const body = incomingBody(exchange);
  if (!body.ok || body.value.stream === null) return body;
  if (joins) return err({ code: "concatenation_invalid", detail: "a final upload takes its bytes from its partial uploads" });
  const media = requireMediaType(exchange.request.headers.get("Content-Type"), OFFSET_STREAM);
  if (!media.ok) return media;
  if (length !== null && body.value.bytes !== null && body.value.bytes > length) return err({ code: "length_exceeded", length });
  return body;
}
