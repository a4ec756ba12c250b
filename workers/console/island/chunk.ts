const KIB = 1024;
export const SMALLEST_CHUNK = 256 * KIB;
/** Nothing is known of the connection yet, and what is stored should soon be seen. */
const FIRST_CHUNK = 1024 * KIB;
/** Short enough that progress is seen, long enough that its request does not matter. */
const CHUNK_SECONDS = 4;

/** What one request may carry at most, in whole parts where at least one fits. */
export function chunkCeiling({ partBytes, maxAppendBytes }: { readonly partBytes: number; readonly maxAppendBytes: number }): number {
  return maxAppendBytes < partBytes ? maxAppendBytes : Math.floor(maxAppendBytes / partBytes) * partBytes;
}

/** After something in between refused or broke a chunk of this size. */
export const halved = (bytes: number): number => Math.max(SMALLEST_CHUNK, Math.floor(bytes / 2 / SMALLEST_CHUNK) * SMALLEST_CHUNK);

export type Stretch = {
  readonly offset: number;
  readonly size: number;
  readonly partBytes: number;
  readonly ceiling: number;
  readonly bytesPerSecond: number | null;
};

/** Where the next chunk ends: on the edge of a part where it reaches one, because parts go straight to the storage. */
export function chunkEnd({ offset, size, partBytes, ceiling, bytesPerSecond }: Stretch): number {
  const comfortable = bytesPerSecond === null ? FIRST_CHUNK : Math.max(SMALLEST_CHUNK, Math.floor(bytesPerSecond * CHUNK_SECONDS));
  const end = offset + Math.min(ceiling, comfortable);
  if (end >= size) return size;
  const edge = Math.floor(end / partBytes) * partBytes;
  return edge > offset ? edge : end;
}
