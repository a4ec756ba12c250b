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
