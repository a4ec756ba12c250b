import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { DigestAlgorithm } from "#domain/uploads/digests.ts";
import { parseWantReprDigest } from "#api/headers/digest-fields.ts";
import { optionalField, type Fields } from "#api/headers/field.ts";
import { readUploadLength } from "#api/headers/rufh.ts";
import type { IncomingBody } from "#api/dialects/exchange.ts";

/**
 * The whole length as a request tells it, by `Upload-Length` or by the end of a body that is the last; null when it tells none.
 * The draft, "Length": where both are present, "their indicated lengths MUST match".
 */
export function toldLength(
  fields: Fields,
  { offset, complete, body }: { readonly offset: number; readonly complete: boolean; readonly body: IncomingBody },
): Result<number | null, Failure<"length_mismatch">> {
  const announced = readUploadLength(fields);
  const implied = complete && body.bytes !== null ? offset + body.bytes : null;
  if (announced !== null && implied !== null && announced !== implied)
    return err({ code: "length_mismatch", expected: announced, received: implied });
  return ok(announced ?? implied);
}

/** What `Want-Repr-Digest` (RFC 9530 §4) asks for, null without it. */
export const wantedDigests = (fields: Fields): Result<readonly DigestAlgorithm[] | null, Failure<"invalid_header">> =>
  optionalField(fields, "Want-Repr-Digest", parseWantReprDigest);
