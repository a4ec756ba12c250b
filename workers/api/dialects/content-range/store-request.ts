import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Checksum, Digests } from "#domain/uploads/digests.ts";
import { parseContentRange, type ContentRange } from "#api/headers/content-range.ts";
import { parseContentDigest } from "#api/headers/digest-fields.ts";
import { invalidHeader, optionalField } from "#api/headers/field.ts";
import { declaredDigests, type DeclaredFailure } from "#api/dialects/declared-digests.ts";
import { incomingBody, type Exchange, type IncomingBody } from "#api/dialects/exchange.ts";

export type Question = { readonly kind: "question"; readonly length: number | null; readonly declared: Digests };

export type Delivery = {
  readonly kind: "delivery";
  /** There is no `Content-Range`: the body is the whole file. */
  readonly whole: boolean;
  readonly start: number;
  /** Exclusive; null when the body's end tells it. */
  readonly end: number | null;
  readonly length: number | null;
  /** The clean end of the body is the end of the upload. */
  readonly final: boolean;
  readonly declared: Digests;
  readonly checksum: Checksum | null;
  readonly body: IncomingBody;
};

export type StoreRequest = Question | Delivery;

export type StoreRequestFailure = DeclaredFailure | Failure<"append_too_large" | "body_length_mismatch" | "length_exceeded">;

/** What a PUT (or POST) of this dialect wants, before any byte of it is read. */
export function readStoreRequest(exchange: Exchange): Result<StoreRequest, StoreRequestFailure> {
  const { headers } = exchange.request;
  const range = optionalField(headers, "Content-Range", parseContentRange);
  if (!range.ok) return range;
  const declared = declaredDigests(headers);
  if (!declared.ok) return declared;
  const checksum = optionalField(headers, "Content-Digest", parseContentDigest);
  if (!checksum.ok) return checksum;
  const body = incomingBody(exchange);
  if (!body.ok) return body;

  const carried = { declared: declared.value, checksum: checksum.value, body: body.value };
  if (range.value === null)
    return ok({ kind: "delivery", whole: true, start: 0, end: body.value.bytes, length: body.value.bytes, final: true, ...carried });
  if (range.value.kind === "range") return readRange(range.value, carried);
  if (body.value.bytes !== null && body.value.bytes > 0) return invalidHeader("Content-Range", "a request without a range has no body");
  if (range.value.kind === "empty" && range.value.start === 0 && range.value.total === 0) {
    return ok({ kind: "delivery", whole: false, start: 0, end: 0, length: 0, final: false, ...carried });
  }
  // `a-(a-1)/T` tells the length as `*/T` does: so ends Google's Node client when its last chunk has no bytes.
  return ok({ kind: "question", length: range.value.total, declared: declared.value });
}

function readRange(
  { start, end, total }: Extract<ContentRange, { kind: "range" }>,
  carried: Pick<Delivery, "declared" | "checksum" | "body">,
): Result<StoreRequest, Failure<"body_length_mismatch" | "length_exceeded">> {
  const { bytes } = carried.body;
  if (bytes !== null && end !== null && bytes !== end - start)
    return err({ code: "body_length_mismatch", expected: end - start, received: bytes });
  if (bytes !== null && total !== null && start + bytes > total) return err({ code: "length_exceeded", length: total });
  return ok({
    kind: "delivery",
    whole: false,
    start,
    end: end ?? (bytes === null ? null : start + bytes),
    length: total,
    final: end === null && total === null,
    ...carried,
  });
}
