import type { IdByPrefix } from "./ids.ts";

/** Time and chance, which the domain takes from outside. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  newId<P extends keyof IdByPrefix>(prefix: P): IdByPrefix[P];
}
