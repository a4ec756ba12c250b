import { MIB } from "#domain/uploads/part-plan.ts";

/** Rows of staged bytes and blocks in memory are at most this long. */
export const BLOCK_BYTES = MIB;

/**
 * How much received data an isolate keeps in memory at once, over all of its uploads. A writer that gets no room stages its
 * blocks as rows instead: slower, as safe, and flat.
 */
export class BlockBudget {
  readonly #limit: number;
  #held = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get heldBytes(): number {
    return this.#held;
  }

  /** Room for `bytes` more, or false. */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.#limit) return false;
    this.#held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}

/** Of the 128 MB of an isolate: what is left is for 50 writers' own blocks, the runtime and a request's odds and ends. */
export const isolateBudget = new BlockBudget(32 * MIB);

/** What one writer may keep beside the block it fills. */
export const WRITER_BYTES = 24 * MIB;
