import pRetry from "p-retry";
import type { ObjectMetadata, ReplayableBytes, StoredObject, StoredPart } from "#domain/uploads/object-store.ts";
import { objectKeyOf } from "#domain/uploads/object-store.ts";
import { partNumber, slotCapacity, slotStart } from "#domain/uploads/part-plan.ts";
import { type Allowance, BLOCK_BYTES, readBackBudget } from "./block-budget.ts";
import type { EarlyLook } from "./early-look.ts";
import type { SessionHost } from "./host.ts";
import { attemptKeyOf, attemptKeysOf } from "./object-keys.ts";
import type { DigestMark, FullSlot } from "./writer.ts";
import type { Block } from "./writer-memory.ts";

/** The part number of the only part of an upload that was put as a whole. */
const WHOLE = 0;
/** Beside the slot on its way to R2 one more may be filled, none further. */
const FLIGHTS = 1;
/** How long a part waits for room to read its rows back, and how often it looks, in milliseconds. */
const ROOM_WAIT_MS = 60_000;
const ROOM_LOOK_MS = 5;

/** A slot has become a part: `before` of its `filled` bytes were durable already. */
export type SlotStored = { readonly filled: number; readonly before: number; readonly digest: DigestMark | null };

export type PartStoreHost = SessionHost & {
  /** Called in the transaction that records the part. */
  readonly slotStored: (stored: SlotStored) => void;
  /** Keeps what the beginning needs of a part, in the same transaction. */
  readonly early: EarlyLook;
  /** Something has been put into the outbox outside of any request. */
  readonly moreToDo: () => void;
};

/**
 * Takes full slots to R2. R2 knows no epochs, so every attempt goes under a number (or, for an upload of one slot, a key) that no
 * other attempt has: what lands late lands beside what was recorded. Where the numbers have run out, the slot's bytes stay staged
 * until the object is whole, so that a part which was overwritten late can be made again.
 */
export class PartStore {
  readonly #host: PartStoreHost;
  readonly #flights = new Map<number, Promise<boolean>>();
  #opening: Promise<string> | null = null;

  constructor(host: PartStoreHost) {
    this.#host = host;
  }

  /** Starts a slot's flight once the one before has landed; false when that one failed. */
  async launch(full: FullSlot): Promise<boolean> {
    while (this.#flights.size >= FLIGHTS) {
      const landed = await Promise.race(this.#flights.values());
      if (!landed) return false;
    }
    if (this.#flights.has(full.slot) || this.#host.rows.slot(full.slot).etag !== null) return true;
    for (const block of full.blocks) block.inFlight = true;
    this.#start(full);
    return true;
  }

  /** Slots that are staged whole (after a takeover, a crash or an outage) become parts. */
  resumeStaged(): void {
    for (const row of this.#host.rows.stagedSlots(this.#host.state().spec.plan)) {
      const { spec, length } = this.#host.state();
      if (row.filled < slotCapacity(spec.plan, row.slot, length) || this.#flights.has(row.slot)) continue;
      if (this.#flights.size >= FLIGHTS) return;
      this.#start({ slot: row.slot, blocks: [], digest: null });
    }
  }

  async landed(): Promise<void> {
    await Promise.all(this.#flights.values());
  }

  /** Waits for everything that is on its way, and for what is staged whole; false when some of it could not be stored. */
  async settled(): Promise<boolean> {
    for (;;) {
      this.resumeStaged();
      if (this.#flights.size === 0) return true;
      const landed = await Promise.all(this.#flights.values());
      if (landed.includes(false)) return false;
    }
  }

  /** Puts the object of an upload without bytes. */
  async putEmpty(): Promise<StoredObject> {
    return this.#putWhole({ length: 0, chunks: () => [] });
  }

  /** Sends slots again whose number was used twice: their bytes are still staged. */
  async repairContested(): Promise<boolean> {
    const { rows } = this.#host;
    const contested = rows.slots().filter((row) => row.etag !== null && row.attempts > this.#host.state().spec.plan.attempts);
    for (const row of contested) this.#start({ slot: row.slot, blocks: [], digest: null });
    const landed = await Promise.all(this.#flights.values());
    return contested.length > 0 && !landed.includes(false);
  }

  #start(full: FullSlot): void {
    const flight = this.#fly(full)
      .catch((cause: unknown) => {
        this.#host.log().warn("part not stored", { cause });
        return false;
      })
      .finally(() => {
        for (const block of full.blocks) block.inFlight = false;
        this.#flights.delete(full.slot);
      });
    this.#flights.set(full.slot, flight);
  }

  async #fly(full: FullSlot): Promise<boolean> {
    const readsBack = full.blocks[0]?.position !== slotStart(this.#host.state().spec.plan, full.slot);
    const room = readBackBudget.allowance();
    if (readsBack) await roomToReadBack(room);
    try {
      return await this.#send(full);
    } finally {
      room.give();
    }
  }

  async #send(full: FullSlot): Promise<boolean> {
    const { spec, length } = this.#host.state();
    const filled = slotCapacity(spec.plan, full.slot, length);
    const bytes = this.#bytesOf(full, filled);
    const whole = length !== null && length <= spec.plan.partBytes && this.#host.rows.multipart() === null;
    const stored = whole
      ? { part: { number: WHOLE, etag: (await this.#putWhole(bytes)).etag }, contested: false }
      : await this.#putPart(full.slot, bytes);
    this.#record(full, filled, stored.part, stored.contested);
    return true;
  }

  #record(full: FullSlot, filled: number, part: StoredPart, contested: boolean): void {
    const { rows } = this.#host;
    const { spec, stage } = this.#host.state();
    if (stage.status !== "receiving" && stage.status !== "completing") {
      // It was erased before it landed.
      if (part.number === WHOLE && stage.status !== "completed") this.#eraseAttempts();
      return;
    }
    const start = slotStart(spec.plan, full.slot);
    rows.atomically(() => {
      const before = rows.slot(full.slot).filled;
      this.#host.early.keep(start, this.#bytesOf(full, filled).chunks());
      if (contested) for (const block of full.blocks) rows.stage(block.position, block.bytes.subarray(0, block.used), null);
      else rows.dropPieces(start, start + spec.plan.partBytes);
      if (before === 0) rows.fillSlot(full.slot, filled);
      rows.recordPart(full.slot, filled, part);
      this.#host.slotStored({ filled, before, digest: full.digest });
    });
    for (const block of full.blocks) block.unsaved = false;
    this.#host.early.beginWhenDue();
  }

  async #putPart(slot: number, bytes: ReplayableBytes): Promise<{ part: StoredPart; contested: boolean }> {
    const { rows } = this.#host;
    const { spec } = this.#host.state();
    const multipartId = await this.#multipart();
    return pRetry(async () => {
      const { number, contested } = partNumber(spec.plan, slot, rows.countAttempt(slot));
      return { part: await this.#host.services().store.uploadPart(objectKeyOf(spec.id), multipartId, number, bytes), contested };
    }, this.#retries());
  }

  async #putWhole(bytes: ReplayableBytes): Promise<StoredObject> {
    return pRetry(async () => {
      const key = attemptKeyOf(this.#host.state().spec.id, this.#host.rows.nextObjectAttempt());
      const put = await this.#host.services().store.putNew(key, bytes, this.#metadata());
      if (put === null) throw new Error("the key of a new attempt is taken");
      return put;
    }, this.#retries());
  }

  async #multipart(): Promise<string> {
    const known = this.#host.rows.multipart();
    if (known !== null) return known.id;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #open(): Promise<string> {
    const { spec } = this.#host.state();
    const id = await pRetry(() => this.#host.services().store.createMultipart(objectKeyOf(spec.id), this.#metadata()), this.#retries());
    if (this.#host.state().stage.status !== "receiving") {
      await this.#host.services().store.abortMultipart(objectKeyOf(spec.id), id);
      throw new Error("the upload was closed while its multipart upload was opened");
    }
    this.#host.rows.setMultipart(id, this.#host.services().now());
    return id;
  }

  #retries(): { retries: number; minTimeout: number; maxTimeout: number; randomize: boolean } {
    const pause = this.#host.services().storePauseMs;
    return { retries: 2, minTimeout: pause, maxTimeout: pause * 10, randomize: true };
  }

  #metadata(): ObjectMetadata {
    const { spec, detectedType } = this.#host.state();
    return { uploadId: spec.id, contentType: detectedType ?? "application/octet-stream" };
  }

  #eraseAttempts(): void {
    const { rows, services, state, moreToDo } = this.#host;
    for (const key of attemptKeysOf(rows, state().spec.id))
      rows.enqueue(`erase:${key}`, "erase", { key }, rows.requestId(), services().now());
    moreToDo();
  }

  /** The rows of a slot, then its blocks: readable as often as it is tried. */
  #bytesOf(full: FullSlot, length: number): ReplayableBytes {
    const { rows } = this.#host;
    const start = slotStart(this.#host.state().spec.plan, full.slot);
    const blocks: readonly Block[] = full.blocks;
    const staged = blocks[0]?.position ?? start + length;
    return {
      length,
      *chunks() {
        let at = start;
        while (at < staged) {
          const piece = rows.piece(at, staged);
          if (piece === null) throw new Error(`nothing is staged at ${String(at)}`);
          yield piece.bytes;
          at = piece.position + piece.bytes.length;
        }
        for (const block of blocks) yield block.bytes.subarray(0, block.used);
      },
    };
  }
}

/**
 * Looked for again and again, because a request can't wait for another object's; not for ever, because who has the room may have
 * been thrown out with it.
 */
async function roomToReadBack(room: Allowance): Promise<void> {
  const until = Date.now() + ROOM_WAIT_MS;
  while (!room.take(BLOCK_BYTES)) {
    if (Date.now() > until) {
      room.need(BLOCK_BYTES);
      return;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, ROOM_LOOK_MS);
    });
  }
}
