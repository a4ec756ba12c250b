import type { Result } from "#domain/result.ts";

export type SealBroken = { readonly code: "seal_broken"; readonly detail: string };

/** `id` names it in what it has sealed. 32 bytes. */
export type SealingKey = { readonly id: string; readonly bytes: Uint8Array<ArrayBuffer> };

/** Encryption of what is kept and has to be read again. */
export interface Sealer {
  /** Whoever opens it has to name the same place: what is sealed for one is worth nothing at another. */
  seal(text: string, place: string): Promise<string>;
  /** `stale`: sealed under a key that is no longer the newest. */
  open(sealed: string, place: string): Promise<Result<{ readonly text: string; readonly stale: boolean }, SealBroken>>;
}

/** Sealing with a key of its own for each text: when the sealing keys change, only the wrapping of that key does. */
export interface Envelope extends Sealer {
  readonly newestKey: string;
  readonly olderKeys: readonly string[];
  /** The same text under the newest key; it is not read. */
  rewrap(sealed: string, place: string): Promise<Result<string, SealBroken>>;
}

/** Where a sealed text lies; `version` grows when the same field comes to mean something else. */
export const sealPlace = (table: string, row: string, field: string, version: number): string => [table, row, field, version].join("|");
