const WINDOW_MS = 10_000;

/** How fast a peer takes bytes, as a mean that forgets with a time constant of ten seconds. */
export type Pace = { readonly at: number; readonly bytes: number; readonly bytesPerSecond: number | null };

export function pacedBy(pace: Pace | null, at: number, bytes: number): Pace {
  if (pace === null || bytes < pace.bytes) return { at, bytes, bytesPerSecond: null };
  const elapsedMs = at - pace.at;
  if (elapsedMs <= 0) return pace;
  const current = ((bytes - pace.bytes) * 1000) / elapsedMs;
  if (pace.bytesPerSecond === null) return { at, bytes, bytesPerSecond: current };
  const weight = 1 - Math.exp(-elapsedMs / WINDOW_MS);
  return { at, bytes, bytesPerSecond: pace.bytesPerSecond + weight * (current - pace.bytesPerSecond) };
}
