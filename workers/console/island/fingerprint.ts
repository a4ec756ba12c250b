import { hexOf, sha256 } from "./sha256.ts";

const SAMPLES = 8;
const SAMPLE_BYTES = 64 * 1024;

type Span = { readonly start: number; readonly end: number };

/** Where a file of this size is looked at: its beginning, its end and between, evenly. A small one is looked at whole. */
export function samplesOf(size: number): readonly Span[] {
  if (size <= SAMPLES * SAMPLE_BYTES) return [{ start: 0, end: size }];
  return Array.from({ length: SAMPLES }, (_, index) => {
    const start = Math.floor((index * (size - SAMPLE_BYTES)) / (SAMPLES - 1));
    return { start, end: start + SAMPLE_BYTES };
  });
}

/** Tells one file from another by its size and half a megabyte of it, so that a resumed upload is not finished with another's bytes. */
export async function fingerprintOf(file: Pick<Blob, "size" | "slice">): Promise<string> {
  const digest = sha256();
  for (const { start, end } of samplesOf(file.size)) digest.update(new Uint8Array(await file.slice(start, end).arrayBuffer()));
  return `v1:${file.size}:${hexOf(digest.digest())}`;
}
