const WINDOW_MS = 10_000;

/** How fast acknowledged bytes come, as a mean that forgets with a time constant of ten seconds. */
export type Pace = { readonly bytesPerSecond: number | null; readonly at: number; readonly bytes: number };

export const paceFrom = (at: number, bytes: number): Pace => ({ bytesPerSecond: null, at, bytes });

export function pacedBy(pace: Pace, at: number, bytes: number): Pace {
  const elapsedMs = at - pace.at;
  if (elapsedMs <= 0 || bytes < pace.bytes) return pace;
  const current = ((bytes - pace.bytes) * 1000) / elapsedMs;
  if (pace.bytesPerSecond === null) return { bytesPerSecond: current, at, bytes };
  const weight = 1 - Math.exp(-elapsedMs / WINDOW_MS);
  return { bytesPerSecond: pace.bytesPerSecond + weight * (current - pace.bytesPerSecond), at, bytes };
}

/** Null while nothing can be said. */
export function secondsLeft({ bytesPerSecond }: Pace, remainingBytes: number): number | null {
  return bytesPerSecond === null || bytesPerSecond < 1 ? null : remainingBytes / bytesPerSecond;
}
