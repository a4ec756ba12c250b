import type { Failure } from "#domain/failures.ts";

/** What `wrangler.toml` gives each of the platform's counters: requests in a window of a minute. */
export const RATES = {
  calls: { "calls-by-caller": 3_000, "calls-by-address": 6_000 },
  creations: { "creations-by-caller": 600, "creations-by-address": 1_200 },
} as const;

/** Seconds. */
export const RATE_WINDOW = 60;

export type Counted = keyof typeof RATES;

/** `authorization` as it came; `address` of the other end. What is null is not counted. */
export type Sender = { readonly authorization: string | null; readonly address: string | null };

/**
 * How often somebody may call. Counters are the platform's: one for each of its locations, and approximate. They hold off abuse; what
 * has to be exact is limited where room is reserved.
 */
export interface RateLimits {
  /** Counts one, and says whether that was too many. */
  exceeded(counted: Counted, sender: Sender): Promise<Failure<"rate_limited"> | null>;
}
