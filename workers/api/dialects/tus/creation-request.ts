import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Checksum, Digests } from "#domain/uploads/digests.ts";
import type { UploadDraft } from "#domain/uploads/intake.ts";
import { invalidHeader, optionalField } from "#api/headers/field.ts";
import { parseMediaType, requireMediaType } from "#api/headers/media-type.ts";
import { parseUploadConcat } from "#api/headers/tus-concat.ts";
import { parseUploadMetadata } from "#api/headers/tus-metadata.ts";
import { readCreationLength } from "#api/headers/tus.ts";
import { declaredDigests, type DeclaredFailure } from "#api/dialects/declared-digests.ts";
import { draftOf } from "#api/dialects/draft.ts";
import { incomingBody, type Exchange, type IncomingBody } from "#api/dialects/exchange.ts";
import { filenameFrom } from "#api/dialects/file-names.ts";
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
  const described = describe(metadata.value?.values ?? {});
  if (!described.ok) return described;
  const declared = declaredDigests(headers, described.value.declared);
  if (!declared.ok) return declared;
  const checksum = bodyChecksum(headers);
  if (!checksum.ok) return checksum;
  const body = firstBody(exchange, kind === "final", length.value);
  if (!body.ok) return body;

  return ok({
    draft: {
      ...draftOf(described.value.filename),
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

type Description = {
  readonly filename: string;
  readonly contentType: string | null;
  readonly declared: Digests;
  readonly metadata: Readonly<Record<string, string>>;
};

/** The keys that clients agree on (`filename`, `filetype`) or that we give a meaning (`sha256`); the others are the creator's own. */
function describe(values: Readonly<Record<string, string>>): Result<Description, Failure<"invalid_header">> {
  const { filename, filetype, contentType, sha256, ...others } = values;
  // Browsers announce what they like, and nobody believes it: a type that is none is no reason to refuse.
  const media = parseMediaType("Upload-Metadata", filetype ?? contentType ?? "");
  if (sha256 !== undefined && !/^[0-9a-fA-F]{64}$/.test(sha256))
    return invalidHeader("Upload-Metadata", "sha256 must be 64 hexadecimal digits");
  return ok({
    filename: filenameFrom(filename ?? others["name"] ?? null),
    contentType: media.ok ? media.value : null,
    declared: sha256 === undefined ? {} : { sha256: sha256.toLowerCase() },
    metadata: others,
  });
}
