import { type Allowance, BLOCK_BYTES, type BlockBudget, WRITER_BYTES } from "./block-budget.ts";

/** Consecutive received bytes, by their place in the upload. */
export type Block = {
  readonly position: number;
  readonly bytes: Uint8Array;
  used: number;
  hashed: number;
  /** Not in a row or a recorded part yet. */
  unsaved: boolean;
  /** A part that is on its way is made of it. */
  inFlight: boolean;
  /** Counted beside the writer's own block. */
  roomed: boolean;
};

/** The memory of one writer: one block of its own, and what more the isolate has room for. */
export class WriterMemory {
  readonly #allowance: Allowance;
  /** All blocks of the slot that is being filled, then what of earlier slots is unsaved or in flight. */
  #slotBlocks: Block[] = [];
  readonly #held = new Set<Block>();

  constructor(budget: BlockBudget) {
    this.#allowance = budget.allowance();
    this.#allowance.need(BLOCK_BYTES);
  }

  get slotBlocks(): readonly Block[] {
    return this.#slotBlocks;
  }

  /** Where the byte at `position` goes; a new block is as long as what may still come, `most`. */
  blockAt(position: number, most: number): Block {
    const last = this.#slotBlocks.at(-1);
    if (last !== undefined && last.unsaved && last.used < last.bytes.length && last.position + last.used === position) return last;
    const bytes = new Uint8Array(Math.min(BLOCK_BYTES, most));
    const block: Block = { position, bytes, used: 0, hashed: 0, unsaved: true, inFlight: false, roomed: false };
    this.#slotBlocks.push(block);
    this.#held.add(block);
    return block;
  }

  /** Whether a block that is full may stay. */
  hasRoomFor(block: Block): boolean {
    block.roomed ||= this.#allowance.heldBytes + BLOCK_BYTES <= WRITER_BYTES && this.#allowance.take(BLOCK_BYTES);
    return block.roomed;
  }

  /** What a slot that is full has in memory, to be sent. */
  closeSlot(): Block[] {
    const blocks = this.#slotBlocks.filter((block) => block.unsaved);
    this.#slotBlocks = [];
    return blocks;
  }

  /** What is in memory only, in order. */
  unsaved(): Block[] {
    return [...this.#held].filter((block) => block.unsaved && block.used > 0).toSorted((a, b) => a.position - b.position);
  }

  /** Lets go what is saved and not in flight. */
  release(): void {
    this.#keepOnly((block) => block.unsaved || block.inFlight);
    this.#slotBlocks = this.#slotBlocks.filter((block) => block.unsaved);
  }

  /** Nothing more is to be kept: only what is in flight stays. */
  abandon(): void {
    this.#slotBlocks = [];
    this.#keepOnly((block) => block.inFlight);
  }

  close(): void {
    this.#slotBlocks = [];
    this.#keepOnly(() => false);
    this.#allowance.give();
  }

  #keepOnly(isNeeded: (block: Block) => boolean): void {
    for (const block of this.#held) {
      if (isNeeded(block)) continue;
      this.#held.delete(block);
      if (block.roomed) this.#allowance.give(BLOCK_BYTES);
    }
  }
}
