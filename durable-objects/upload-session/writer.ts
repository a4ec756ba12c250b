import type { ResumableDigest } from "#domain/uploads/digests.ts";
import { slotCapacity, slotOf, slotStart, type PartPlan } from "#domain/uploads/part-plan.ts";
import { HEAD_BYTES } from "#domain/uploads/media-types.ts";
import { type Block, WriterMemory } from "./writer-memory.ts";
import type { BlockBudget } from "./block-budget.ts";
import { drainReader, READ_BYTES } from "./drain.ts";

/** A slot whose last byte has come in, with the blocks of it that are in memory. */
export type FullSlot = { readonly slot: number; readonly blocks: readonly Block[]; readonly digest: DigestMark | null };

/** A digest that covers the upload's first `to` bytes. */
export type DigestMark = { readonly to: number; readonly state: ReturnType<ResumableDigest["save"]> };

export type BodyEnd = "clean" | "cut" | "excess" | "superseded" | "refused";

/** What the session does for its writers, each call in one go. */
export interface WriterHost {
  readonly plan: PartPlan;
  readonly budget: BlockBudget;
  readonly drainMs: number;
  length(): number | null;
  /** The first byte at or after `position` that is not stored and not being written by `writer`. */
  holeAfter(position: number): number;
  /** Puts everything in memory into rows. */
  stage(writer: Writer): void;
  /** A slot is full; resolves when the writer may read on, false when it must stop. */
  slotFull(writer: Writer, full: FullSlot): Promise<boolean>;
  /** Resolves when nothing of this upload is on its way to R2. */
  landed(): Promise<void>;
}

/** Reads one request's body into blocks. Which of them are durable, and when, the session decides. */
export class Writer {
  readonly claim: number;
  readonly start: number;
  /** Where its first kept byte goes. */
  readonly from: number;
  readonly limit: number;
  /** What it has received of the upload's first bytes, from `from`. */
  head = new Uint8Array(0);
  /** Under a request checksum: nothing counts until the whole body has been checked. */
  provisional: boolean;
  /** Staged provisionally, in rows. */
  spilled = false;
  superseded = false;
  /** Where the next kept byte goes. */
  position: number;
  receivedBytes = 0;
  readonly #host: WriterHost;
  readonly #memory: WriterMemory;
  readonly #digest: ResumableDigest | null;
  #hashedTo: number;
  #hashing: boolean;
  #readAt: number;
  #reader: ReadableStreamBYOBReader | null = null;
  #silence: ReturnType<typeof setTimeout> | null = null;

  constructor(
    host: WriterHost,
    options: { claim: number; start: number; writeAt: number; limit: number; provisional: boolean; digest: ResumableDigest | null },
  ) {
    this.#host = host;
    this.claim = options.claim;
    this.start = options.start;
    this.from = options.writeAt;
    this.limit = options.limit;
    this.provisional = options.provisional;
    this.position = options.writeAt;
    this.#readAt = options.start;
    this.#digest = options.digest;
    this.#hashing = options.digest !== null;
    this.#hashedTo = options.writeAt;
    this.#memory = new WriterMemory(host.budget);
  }

  /** Whether anything of `[start, limit)` is this writer's to write. */
  claims(start: number, limit: number): boolean {
    return start < this.limit && this.start < limit;
  }

  /**
   * A newer request goes on in its place. What it has received is the session's to keep or drop first; what it still sends is read
   * off for a while, because a sender whose body nobody reads does not get to read why.
   */
  supersede(): void {
    this.superseded = true;
    this.#memory.abandon();
    this.#silence ??= setTimeout(() => void this.#reader?.cancel("superseded").catch(() => undefined), this.#host.drainMs);
  }

  async read(body: ReadableStream<Uint8Array>, most: number, tap: ((bytes: Uint8Array) => void) | null): Promise<BodyEnd> {
    const reader = body.getReader({ mode: "byob" });
    this.#reader = reader;
    let scratch = new Uint8Array(READ_BYTES);
    for (;;) {
      let read: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;
      try {
        read = await reader.read(scratch);
      } catch {
        return this.superseded ? "superseded" : "cut";
      }
      if (this.superseded) return "superseded";
      if (read.done || read.value === undefined) return "clean";
      const bytes = read.value;
      this.receivedBytes += bytes.length;
      if (this.receivedBytes > most) return "excess";
      tap?.(bytes);
      const end = await this.#keep(bytes);
      if (end !== null) return end;
      scratch = new Uint8Array(bytes.buffer);
    }
  }

  /** Reads on past what was refused, within bounds, so that the sender gets to read the answer. */
  async drain(): Promise<void> {
    if (this.#reader !== null) await drainReader(this.#reader, this.#host.drainMs);
  }

  /** Where the body has been read to. */
  get readTo(): number {
    return this.#readAt;
  }

  async #keep(bytes: Uint8Array): Promise<BodyEnd | null> {
    const { plan } = this.#host;
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#readAt < this.position) {
        const skipped = Math.min(rest.length, this.position - this.#readAt);
        this.#readAt += skipped;
        rest = rest.subarray(skipped);
        continue;
      }
      if (this.position >= this.limit) return "excess";
      const slot = slotOf(plan, this.position);
      const slotEnd = slotStart(plan, slot) + slotCapacity(plan, slot, this.#host.length());
      const block = this.#memory.blockAt(this.position, this.limit - this.position);
      const taken = rest.subarray(
        0,
        Math.min(rest.length, slotEnd - this.position, this.limit - this.position, block.bytes.length - block.used),
      );
      block.bytes.set(taken, block.used);
      block.used += taken.length;
      this.position += taken.length;
      this.#readAt += taken.length;
      rest = rest.subarray(taken.length);

      const from = this.position - taken.length;
      if (from < HEAD_BYTES) this.#keepHead(taken, from);
      if (this.position === slotEnd) {
        const goOn = await this.#closeSlot(slot);
        if (this.superseded) return "superseded";
        if (!goOn) return "refused";
      } else if (block.used === block.bytes.length) {
        this.#hash();
        await this.#makeRoom(block);
        if (this.superseded) return "superseded";
      }
    }
    return null;
  }

  #keepHead(bytes: Uint8Array, position: number): void {
    const more = bytes.subarray(0, HEAD_BYTES - position);
    const head = new Uint8Array(this.head.length + more.length);
    head.set(this.head);
    head.set(more, this.head.length);
    this.head = head;
  }

  /** The block that is full stays in memory if there is room for it, and otherwise everything goes into rows. */
  async #makeRoom(block: Block): Promise<void> {
    if (this.#memory.hasRoomFor(block)) return;
    await this.#host.landed();
    if (this.superseded) return;
    this.release();
    if (!this.#memory.hasRoomFor(block)) this.#host.stage(this);
  }

  async #closeSlot(slot: number): Promise<boolean> {
    this.#hash();
    // Where more is to come the slot's last block is one beside the writer's own while its part waits for its turn.
    const last = this.#memory.slotBlocks.at(-1);
    if (last !== undefined && this.position < this.limit && !this.#memory.hasRoomFor(last)) this.#host.stage(this);
    const full: FullSlot = { slot, digest: this.digestMark(), blocks: this.#memory.closeSlot() };
    const next = this.#host.holeAfter(this.position);
    if (next > this.position) this.#hashing = false;
    this.release();
    const goOn = await this.#host.slotFull(this, full);
    if (!this.superseded) this.position = Math.max(this.position, next);
    return goOn;
  }

  #hash(): void {
    for (const block of this.#memory.slotBlocks) {
      if (this.#digest !== null && this.#hashing && block.hashed < block.used) {
        this.#digest.update(block.bytes.subarray(block.hashed, block.used));
        this.#hashedTo = block.position + block.used;
      }
      block.hashed = block.used;
    }
  }

  /** The digest of all that has been received, if this writer carries it. */
  digestMark(): DigestMark | null {
    this.#hash();
    return this.#digest === null ? null : { to: this.#hashedTo, state: this.#digest.save() };
  }

  /** What is in memory only, in order. */
  unsaved(): Block[] {
    return this.#memory.unsaved();
  }

  release(): void {
    this.#memory.release();
  }

  close(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#memory.close();
  }
}
