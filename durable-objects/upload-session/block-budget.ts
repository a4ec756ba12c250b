import { MIB } from "#domain/uploads/part-plan.ts";

/** Rows of staged bytes and blocks in memory are at most this long. */
export const BLOCK_BYTES = MIB;

type Loan = { readonly bytes: number; readonly takeBack: () => void };

/**
 * How much received data an isolate keeps in memory at once, over all of its uploads. A writer that gets no room stages its
 * blocks as rows instead: slower, as safe, and flat.
 */
export class BlockBudget {
  readonly #limit: number;
  #held = 0;
  #lent = 0;
  /** The oldest first. */
  readonly #loans = new Set<Loan>();

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get heldBytes(): number {
    return this.#held;
  }

  /** Room for `bytes` more, or false. */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.#limit) return false;
    this.#makeRoom(bytes);
    this.#held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }

  /** Room for what can be done without: `takeBack` is called when another needs it more. Null, or what gives it back before. */
  lend(bytes: number, takeBack: () => void): (() => void) | null {
    if (this.#held + bytes > this.#limit) return null;
    this.#makeRoom(bytes);
    const loan: Loan = { bytes, takeBack };
    this.#loans.add(loan);
    this.#lent += bytes;
    return () => this.#end(loan);
  }

  #makeRoom(bytes: number): void {
    for (const loan of this.#loans) {
      if (this.#held + this.#lent + bytes <= this.#limit) return;
      this.#end(loan);
      loan.takeBack();
    }
  }

  #end(loan: Loan): void {
    if (this.#loans.delete(loan)) this.#lent -= loan.bytes;
  }
}

/** Of the 128 MB of an isolate: what is left is for 50 writers' own blocks, the runtime and a request's odds and ends. */
export const isolateBudget = new BlockBudget(32 * MIB);

/** What one writer may keep beside the block it fills. */
export const WRITER_BYTES = 24 * MIB;
