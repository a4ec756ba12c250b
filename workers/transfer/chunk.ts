const MIB = 1024 * 1024;
/** Long enough that a request does not matter, short enough that its loss does not. */
const COMFORTABLE_MS = 20_000;

/** How much goes into one request: multiples of what the peer takes. */
export type ChunkPlan = {
  /** Nothing is known of the connection yet. */
  readonly first: number;
  /** What comes after `bytes` that have taken `ms`. */
  after(bytes: number, ms: number): number;
};

/** YouTube takes multiples of 256 KiB (https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol). */
export const YOUTUBE_CHUNKS = chunksOf({ grain: 256 * 1024, first: 8 * MIB, largest: 64 * MIB });

export function chunksOf({
  grain,
  first,
  largest,
}: {
  readonly grain: number;
  readonly first: number;
  readonly largest: number;
}): ChunkPlan {
  return {
    first,
    after: (bytes, ms) => {
      const comfortable = (bytes / Math.max(1, ms)) * COMFORTABLE_MS;
      return Math.max(grain, Math.min(largest, Math.floor(comfortable / grain) * grain));
    },
  };
}
