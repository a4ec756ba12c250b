import { MIB } from "#domain/uploads/part-plan.ts";

/** Rows of staged bytes are at most this long, and so are the blocks of memory that become rows. */
export const BLOCK_BYTES = MIB;

/**
 * How much received data an isolate keeps in memory at once, over all of its uploads. A writer that gets no room stages its
 * blocks as rows instead: slower, as safe, and flat.
 */
export class BlockBudget {
  readonly limitBytes: number;
  heldBytes = 0;
  /** An object that the platform throws out never closes its allowances: what they held is free when it is collected. */
  readonly #lost = new FinalizationRegistry((held: { bytes: number }) => {
    this.heldBytes -= held.bytes;
  });

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  allowance(): Allowance {
    const held = { bytes: 0 };
    const allowance = new Allowance(this, held);
    this.#lost.register(allowance, held, allowance);
    return allowance;
  }
}

/** One holder's share of a budget. */
export class Allowance {
  readonly #budget: BlockBudget;
  readonly #held: { bytes: number };

  constructor(budget: BlockBudget, held: { bytes: number }) {
    this.#budget = budget;
    this.#held = held;
  }

  get heldBytes(): number {
    return this.#held.bytes;
  }

  /** Room for `bytes` more, or false. */
  take(bytes: number): boolean {
    if (this.#budget.heldBytes + bytes > this.#budget.limitBytes) return false;
    this.need(bytes);
    return true;
  }

  /** `bytes` that nobody can do without, counted whether or not there is room: the less remains for others. */
  need(bytes: number): void {
    this.#budget.heldBytes += bytes;
    this.#held.bytes += bytes;
  }

  give(bytes: number = this.#held.bytes): void {
    this.#budget.heldBytes -= bytes;
    this.#held.bytes -= bytes;
  }
}

/** Of the 128 MB of an isolate: the runtime and the code take some 25, and 50 writers with a block each use all of this. */
export const isolateBudget = new BlockBudget(48 * MIB);

/** What parts on their way have read back from rows, a piece each. */
export const readBackBudget = new BlockBudget(8 * MIB);

/** What one writer may keep, its own block included. */
export const WRITER_BYTES = 25 * MIB;
