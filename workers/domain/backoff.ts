export type Backoff = { readonly firstMs: number; readonly longestMs: number };

/**
 * The pause after `failures` in a row, in milliseconds: doubled with each, and spread by a quarter either way, so that what failed
 * together does not come back together. `chance` is from 0 to 1.
 */
export const backoffMs = ({ firstMs, longestMs }: Backoff, failures: number, chance: number): number =>
  Math.round(Math.min(longestMs, firstMs * 2 ** (failures - 1)) * (0.75 + chance / 2));
