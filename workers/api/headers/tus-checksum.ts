import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Checksum, ChecksumAlgorithm } from "#domain/uploads/digests.ts";
import { base64ToHex, hexToBase64 } from "./base64.ts";
import { invalidHeader } from "./field.ts";

const DIGEST_BYTES = { sha1: 20, sha256: 32, crc32c: 4, md5: 16 } as const satisfies Record<ChecksumAlgorithm, number>;

/** The names of `Tus-Checksum-Algorithm`; sha1 is the one that "the Server MUST support at least" (tus 1.0 checksum). */
export const CHECKSUM_ALGORITHMS = ["sha1", "sha256", "crc32c", "md5"] as const satisfies readonly ChecksumAlgorithm[];

const FORM = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([^ ]+)$/;

/**
 * tus 1.0 checksum, Upload-Checksum: "the name of the used checksum algorithm and the Base64 encoded checksum separated by a space";
 * an algorithm that is not supported is answered 400.
 */
export function parseUploadChecksum(text: string): Result<Checksum, Failure<"invalid_header"> | Failure<"checksum_unsupported">> {
  const [, name, encoded] = FORM.exec(text) ?? [];
  if (name === undefined || encoded === undefined) return refuse("must be an algorithm, one space and a base64 digest");
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name);
  if (algorithm === undefined) return err({ code: "checksum_unsupported", algorithm: name, supported: CHECKSUM_ALGORITHMS });
  const value = base64ToHex(encoded, DIGEST_BYTES[algorithm]);
  return value === null ? refuse(`${algorithm} is base64 of ${DIGEST_BYTES[algorithm]} bytes`) : ok({ algorithm, value });
}

export const writeUploadChecksum = ({ algorithm, value }: Checksum): string => `${algorithm} ${hexToBase64(value)}`;

const refuse = (detail: string) => invalidHeader("Upload-Checksum", detail);
