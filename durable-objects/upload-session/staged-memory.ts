import type { BlockBudget } from "./block-budget.ts";

/**
 * Staged pieces as they lie in their rows, in memory too while nobody needs the room: chunks smaller than a part then become one
 * without being read back. A piece that is not here is in its row.
 */
export class StagedMemory {
  readonly #budget: BlockBudget;
  readonly #pieces = new Map<number, { readonly bytes: Uint8Array; readonly giveBack: () => void }>();

  constructor(budget: BlockBudget) {
    this.#budget = budget;
  }

  /** `bytes` do not change any more. */
  keep(position: number, bytes: Uint8Array): void {
    this.forget(position, position + 1);
    // Holds on to the pieces alone: the object that they belong to may be gone before the loan is.
    const pieces = this.#pieces;
    const giveBack = this.#budget.lend(bytes.buffer.byteLength, () => pieces.delete(position));
    if (giveBack !== null) pieces.set(position, { bytes, giveBack });
  }

  at(position: number): Uint8Array | null {
    return this.#pieces.get(position)?.bytes ?? null;
  }

  forget(start: number, end: number): void {
    for (const [position, { giveBack }] of this.#pieces) {
      if (position < start || position >= end) continue;
      this.#pieces.delete(position);
      giveBack();
    }
  }
}
