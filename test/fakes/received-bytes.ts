import { createHash } from "node:crypto";
import { crc32, md5, sha1, sha256 } from "hash-wasm";
import type { ChecksumAlgorithm, Digests } from "#domain/uploads/digests.ts";

const CRC32C_POLYNOMIAL = 0x82f63b78;

export const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

export const digestsOf = async (bytes: Uint8Array): Promise<Required<Pick<Digests, "sha256" | "crc32c" | "md5">>> => ({
  sha256: await sha256(bytes),
  crc32c: await crc32(bytes, CRC32C_POLYNOMIAL),
  md5: await md5(bytes),
});

export const checksumOf = (algorithm: ChecksumAlgorithm, bytes: Uint8Array): Promise<string> =>
  ({ sha1: () => sha1(bytes), sha256: () => sha256(bytes), md5: () => md5(bytes), crc32c: () => crc32(bytes, CRC32C_POLYNOMIAL) })[
    algorithm
  ]();

export type Received = { readonly bytes: Uint8Array; readonly end: "clean" | "cut" | "taken" };

export async function readAll(body: ReadableStream<Uint8Array> | null, onWriter: (takeOver: () => void) => void): Promise<Received> {
  if (body === null) return { bytes: new Uint8Array(), end: "clean" };
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let taken = false;
  onWriter(() => {
    taken = true;
    void reader.cancel();
  });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { bytes: concatenate(chunks), end: taken ? "taken" : "clean" };
      chunks.push(value);
    }
  } catch {
    return { bytes: concatenate(chunks), end: "cut" };
  }
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
