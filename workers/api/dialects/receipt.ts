import type { DigestAlgorithm } from "#domain/uploads/digests.ts";
import type { UploadProgress } from "#domain/uploads/upload-session.ts";
import { hexToBase64 } from "#api/headers/base64.ts";
import { writeReprDigest } from "#api/headers/digest-fields.ts";
import { writeGoogHash } from "#api/headers/goog-hash.ts";

/** What a completed upload is to its sender, the same however often it asks and in whichever dialect the bytes came. */
export type Receipt = {
  readonly id: string;
  readonly status: "completed";
  /** Null of a partial upload, which is no asset. */
  readonly asset_id: string | null;
  readonly name: string;
  readonly content_type: string | null;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string | null;
  /** Base64 of four bytes, big-endian, as Cloud Storage writes it and its clients compare it. */
  readonly crc32c: string | null;
  /** As Cloud Storage names and writes it; only of its clients and where the sender declared one. */
  readonly md5Hash?: string;
};

export function receipt(
  { id, filename, contentType, offset, asset }: UploadProgress,
  reported: readonly DigestAlgorithm[] = ["sha256"],
): Response {
  const digests = asset?.digests ?? {};
  const body: Receipt = {
    id,
    status: "completed",
    asset_id: asset?.id ?? null,
    name: filename,
    content_type: asset?.contentType ?? contentType,
    size: asset?.size ?? offset,
    sha256: digests.sha256 ?? null,
    crc32c: digests.crc32c === undefined ? null : hexToBase64(digests.crc32c),
    ...(digests.md5 !== undefined && { md5Hash: hexToBase64(digests.md5) }),
  };
  const representation = writeReprDigest(digests, reported);
  const google = writeGoogHash(digests);
  // Google's Python client takes no other status than 200 for the end.
  return Response.json(body, {
    status: 200,
    headers: {
      "Cache-Control": "no-store",
      ...(representation !== null && { "Repr-Digest": representation }),
      ...(google !== null && { "X-Goog-Hash": google }),
    },
  });
}
