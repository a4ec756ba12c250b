import type { Failure } from "#domain/failures.ts";
import { ok, type Result } from "#domain/result.ts";
import type { Digests } from "#domain/uploads/digests.ts";
import { invalidHeader } from "#api/headers/field.ts";
import { parseMediaType } from "#api/headers/media-type.ts";

type Description = {
  /** Null when no key tells it. */
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly declared: Digests;
  readonly metadata: Readonly<Record<string, string>>;
};

/** `Upload-Metadata` as a description of the file: the keys that clients agree on (`filename`, `filetype`) or that we give a meaning (`sha256`); the others are the creator's own. */
export function describeMetadata(values: Readonly<Record<string, string>>): Result<Description, Failure<"invalid_header">> {
  const { filename, filetype, contentType, sha256, ...others } = values;
  // Browsers announce what they like, and nobody believes it: a type that is none is no reason to refuse.
  const media = parseMediaType("Upload-Metadata", filetype ?? contentType ?? "");
  if (sha256 !== undefined && !/^[0-9a-fA-F]{64}$/.test(sha256))
    return invalidHeader("Upload-Metadata", "sha256 must be 64 hexadecimal digits");
  return ok({
    filename: filename ?? others["name"] ?? null,
    contentType: media.ok ? media.value : null,
    declared: sha256 === undefined ? {} : { sha256: sha256.toLowerCase() },
    metadata: others,
  });
}
