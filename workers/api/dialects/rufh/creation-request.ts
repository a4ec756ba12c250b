import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Checksum, DigestAlgorithm } from "#domain/uploads/digests.ts";
import type { UploadDraft } from "#domain/uploads/intake.ts";
import { parseFilename } from "#api/headers/content-disposition.ts";
import { parseContentDigest } from "#api/headers/digest-fields.ts";
import { optionalField, type Fields } from "#api/headers/field.ts";
import { parseMediaType } from "#api/headers/media-type.ts";
import { PARTIAL_UPLOAD, readUploadComplete } from "#api/headers/rufh.ts";
import { parseUploadMetadata } from "#api/headers/tus-metadata.ts";
import { declaredDigests, type DeclaredFailure } from "#api/dialects/declared-digests.ts";
import { describeMetadata } from "#api/dialects/described-metadata.ts";
import { draftOf } from "#api/dialects/draft.ts";
import { incomingBody, type Exchange, type IncomingBody } from "#api/dialects/exchange.ts";
import { filenameFrom } from "#api/dialects/file-names.ts";
import { iterationOf } from "./iteration.ts";
import { toldLength, wantedDigests } from "./told.ts";

export type Creation = {
  readonly draft: UploadDraft;
  readonly body: IncomingBody;
  readonly length: number | null;
  readonly checksum: Checksum | null;
  readonly complete: boolean;
  readonly holds: boolean;
  readonly wanted: readonly DigestAlgorithm[] | null;
};

type CreationFailure = DeclaredFailure | Failure<"missing_header" | "append_too_large" | "length_mismatch" | "length_exceeded">;

/** Everything that a creation says, before anything is opened. `name` is that of `/upload/{name}`. */
export function readCreation(exchange: Exchange, name: string | null): Result<Creation, CreationFailure> {
  const { headers } = exchange.request;
  const { holds } = iterationOf(headers);
  const complete = readUploadComplete(headers);
  if (complete === null) return err({ code: "missing_header", header: "Upload-Complete" });
  const described = describeRepresentation(headers);
  if (!described.ok) return described;
  const checksum = optionalField(headers, "Content-Digest", parseContentDigest);
  if (!checksum.ok) return checksum;
  const wanted = wantedDigests(headers);
  if (!wanted.ok) return wanted;
  const body = incomingBody(exchange);
  if (!body.ok) return body;
  const told = toldLength(headers, { offset: 0, complete, body: body.value });
  if (!told.ok) return told;
  const length = told.value;
  if (length !== null && body.value.bytes !== null && body.value.bytes > length) return err({ code: "length_exceeded", length });

  const { filename, ...representation } = described.value;
  return ok({
    draft: {
      ...draftOf(name ?? filenameFrom(filename)),
      ...representation,
      name,
      // Of no bytes there is no last one to wait for: held from its first append on, which tells the length.
      length: length === 0 && holds && !complete ? null : length,
      alsoCompute: wanted.value ?? [],
    },
    body: body.value,
    length,
    checksum: checksum.value,
    complete,
    holds,
    wanted: wanted.value,
  });
}

type Representation = Pick<UploadDraft, "contentType" | "declared" | "metadata" | "tusMetadata"> & { readonly filename: string | null };

/** The draft, "Upload Creation": `Content-Type` and `Content-Disposition`; of clients that come from tus, `Upload-Metadata` too. */
function describeRepresentation(headers: Fields): Result<Representation, DeclaredFailure> {
  const metadata = optionalField(headers, "Upload-Metadata", parseUploadMetadata);
  if (!metadata.ok) return metadata;
  const described = describeMetadata(metadata.value?.values ?? {});
  if (!described.ok) return described;
  const disposition = optionalField(headers, "Content-Disposition", parseFilename);
  if (!disposition.ok) return disposition;
  const media = optionalField(headers, "Content-Type", (text) => parseMediaType("Content-Type", text));
  if (!media.ok) return media;
  const declared = declaredDigests(headers, described.value.declared);
  if (!declared.ok) return declared;
  return ok({
    filename: disposition.value ?? described.value.filename,
    contentType: media.value === null || media.value === PARTIAL_UPLOAD ? described.value.contentType : media.value,
    declared: declared.value,
    metadata: described.value.metadata,
    tusMetadata: metadata.value?.raw ?? null,
  });
}
