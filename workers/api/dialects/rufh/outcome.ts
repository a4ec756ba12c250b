import type { DigestAlgorithm } from "#domain/uploads/digests.ts";
import type { Found } from "#domain/uploads/intake.ts";
import type { UploadProgress } from "#domain/uploads/upload-session.ts";
import { writeReprDigest } from "#api/headers/digest-fields.ts";
import type { Exchange } from "#api/dialects/exchange.ts";
import { receipt } from "#api/dialects/receipt.ts";
import { settled } from "#api/dialects/settlement.ts";
import { refuseRufh, rufhAnswer, standingOf } from "./answers.ts";

/** What was wanted at creation is known then, and computed: the receipt reports it without being asked again. */
const REPORTED = ["sha256", "md5", "crc32c"] as const satisfies readonly DigestAlgorithm[];

type Taken = {
  /** The request said that it carries the last of the representation. */
  readonly complete: boolean;
  /** Every byte is not enough. */
  readonly holds: boolean;
  /** The digests that this request asks for. */
  readonly wanted: readonly DigestAlgorithm[] | null;
  /** Of the answer while the upload is not complete. */
  readonly status: 201 | 204;
  /** In every answer. */
  readonly headers: Readonly<Record<string, string>>;
};

/** The answer to bytes that were taken: the target's own when the upload is complete, the draft's while it is not. */
export async function answerTaken(exchange: Exchange, found: Found, stored: UploadProgress, taken: Taken): Promise<Response> {
  const { complete, holds, headers } = taken;
  const progress = await settled(exchange, found, stored);
  if (!progress.ok) return refuseRufh(exchange, progress.error, { headers });
  const standing = { ...standingOf(exchange, progress.value), ...headers };
  switch (progress.value.status) {
    case "completed":
      // An empty append that does not complete, to an upload that is: the draft has it rejected.
      if (!complete && holds)
        return refuseRufh(
          exchange,
          { code: "upload_completed", uploadId: found.id },
          { headers: { ...standing, "Upload-Complete": "?0" } },
        );
      return withHeaders(receipt(progress.value, taken.wanted ?? REPORTED), standing);
    case "completing":
      return refuseRufh(
        exchange,
        { code: "service_unavailable", detail: "every byte is here and the upload is being put together: ask again" },
        { headers: standing },
      );
    default: {
      const { length, offset } = progress.value;
      if (complete && length !== null)
        return refuseRufh(exchange, { code: "length_mismatch", expected: length, received: offset }, { headers: standing });
      return rufhAnswer(taken.status, standing);
    }
  }
}

/** Digests of a completed upload, for an answer without a body. */
export function digestOf({ asset }: UploadProgress, wanted: readonly DigestAlgorithm[] | null): Record<string, string> {
  const field = asset === null ? null : writeReprDigest(asset.digests, wanted ?? REPORTED);
  return field === null ? {} : { "Repr-Digest": field };
}

function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}
