import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { mergeDigests, type Digests } from "#domain/uploads/digests.ts";
import { parseReprDigest } from "#api/headers/digest-fields.ts";
import { optionalField, type Fields } from "#api/headers/field.ts";
import { parseGoogHash } from "#api/headers/goog-hash.ts";

export type DeclaredFailure = Failure<"invalid_header" | "digest_conflict">;

/** What a request says about the whole upload: `Repr-Digest` (RFC 9530 §3), `X-Goog-Hash`, and what it said elsewhere. */
export function declaredDigests(fields: Fields, elsewhere: Digests = {}): Result<Digests, DeclaredFailure> {
  const representation = optionalField(fields, "Repr-Digest", parseReprDigest);
  if (!representation.ok) return representation;
  const google = optionalField(fields, "X-Goog-Hash", parseGoogHash);
  if (!google.ok) return google;
  const both = merged(representation.value ?? {}, google.value ?? {});
  return both.ok ? merged(both.value, elsewhere) : both;
}

function merged(a: Digests, b: Digests): Result<Digests, Failure<"digest_conflict">> {
  const outcome = mergeDigests(a, b);
  if ("merged" in outcome) return ok(outcome.merged);
  const algorithm = outcome.conflict;
  return err({ code: "digest_conflict", algorithm, declared: a[algorithm] ?? "", received: b[algorithm] ?? "" });
}
