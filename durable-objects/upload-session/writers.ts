import type { ResumableDigest } from "#domain/uploads/digests.ts";
import type { PartPlan } from "#domain/uploads/part-plan.ts";
import type { AppendCommand } from "#domain/uploads/upload-session.ts";
import { isolateBudget } from "./block-budget.ts";
import { Head } from "./head.ts";
import type { SessionHost } from "./host.ts";
import type { Ledger } from "./ledger.ts";
import { type UploadState, wantedDigests } from "./machine.ts";
import type { PartStore } from "./part-store.ts";
import { nextHole, type Placement } from "./placement.ts";
import { type FullSlot, Writer, type WriterHost } from "./writer.ts";

export type WritersHost = SessionHost & { readonly parts: PartStore; readonly ledger: Ledger };

/** Who is writing: never two at the same bytes. A newer request takes a writer's place, and what that had received stays. */
export class Writers implements WriterHost {
  readonly budget = isolateBudget;
  readonly #host: WritersHost;
  readonly #head: Head;
  readonly #writers = new Set<Writer>();
  #claims = 0;

  constructor(host: WritersHost) {
    this.#host = host;
    this.#head = new Head(host);
  }

  get plan(): PartPlan {
    return this.#host.state().spec.plan;
  }

  length(): number | null {
    return this.#host.state().length;
  }

  get drainMs(): number {
    return this.#host.services().drainMs;
  }

  get idle(): boolean {
    return this.#writers.size === 0;
  }

  /** Stops every writer and keeps nothing of what is only in memory. */
  dropAll(): void {
    for (const writer of this.#writers) this.drop(writer);
  }

  /** Whoever is writing at the offset makes room for somebody who is about to go on there. */
  takeOverAt(offset: number): void {
    for (const writer of this.#writers) if (writer.claims(offset, offset + 1)) this.takeOver(writer);
  }

  begin(placement: Placement, provisional: boolean): Writer {
    const state = this.#host.state();
    const digest = state.hashedTo === placement.writeAt ? this.#resumeDigest(state) : null;
    const writer = new Writer(this, { claim: ++this.#claims, ...placement, provisional, digest });
    this.#writers.add(writer);
    return writer;
  }

  end(writer: Writer): void {
    this.#writers.delete(writer);
    writer.close();
  }

  /** Who writes where `command` wants to. */
  rivalsOf(command: AppendCommand): Writer[] {
    const { at, bodyBytes } = command;
    const start = at.kind === "exact" ? at.offset : at.start;
    const end = at.kind === "range" && at.end !== null ? at.end : start + (bodyBytes ?? Number.MAX_SAFE_INTEGER);
    // An empty body at the offset is a question in some dialects: whoever is writing there is in its way.
    return [...this.#writers].filter((writer) => writer.claims(start, Math.max(end, start + 1)));
  }

  /** A newer request takes the place of `writer`: its bytes are kept, except provisional ones. */
  takeOver(writer: Writer): void {
    if (writer.provisional) this.drop(writer);
    else {
      this.stage(writer);
      this.#retire(writer);
    }
  }

  /** Nothing of it counts. */
  drop(writer: Writer): void {
    if (writer.spilled) this.#host.rows.dropClaim(writer.claim);
    this.#retire(writer);
  }

  #retire(writer: Writer): void {
    this.#writers.delete(writer);
    writer.supersede();
  }

  // --- what a writer asks; each without an await until its effect is stored ---

  holeAfter(position: number): number {
    const { spec, length } = this.#host.state();
    return nextHole(spec.plan, length, this.#host.ledger.held, position);
  }

  stage(writer: Writer): void {
    if (!this.#writers.has(writer) || this.#host.state().stage.status !== "receiving") return;
    const blocks = writer.unsaved();
    if (blocks.length === 0 && !writer.spilled) return;
    const mark = writer.digestMark();
    this.#host.rows.atomically(() => {
      for (const block of blocks)
        this.#host.rows.stage(block.position, block.bytes.subarray(0, block.used), writer.provisional ? writer.claim : null);
      if (writer.provisional) return;
      if (writer.spilled) this.#host.rows.keepClaim(writer.claim);
      this.#host.ledger.hold(writer.spilled ? writer.from : (blocks[0]?.position ?? writer.position), writer.position, mark);
    });
    for (const block of blocks) block.unsaved = false;
    writer.spilled = writer.provisional;
    writer.release();
  }

  async slotFull(writer: Writer, full: FullSlot): Promise<boolean> {
    if (writer.provisional) return true;
    return (await this.#head.accepts(writer)) && this.#host.parts.launch(full);
  }

  landed(): Promise<void> {
    return this.#host.parts.landed();
  }

  #resumeDigest(state: UploadState): ResumableDigest | null {
    if (state.hashedTo === 0) return this.#host.services().digests.begin(wantedDigests(state));
    return this.#host.services().digests.resume(this.#host.rows.digest());
  }
}
