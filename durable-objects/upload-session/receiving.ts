import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { ResumableDigest } from "#domain/uploads/digests.ts";
import type { PartPlan } from "#domain/uploads/part-plan.ts";
import type { AppendCommand, AppendFailure, QueryFailure, UploadProgress } from "#domain/uploads/upload-session.ts";
import { isolateBudget } from "./block-budget.ts";
import type { SessionHost } from "./host.ts";
import { Head } from "./head.ts";
import type { Ledger } from "./ledger.ts";
import { closed, decide, type UploadState, wantedDigests } from "./machine.ts";
import type { PartStore } from "./part-store.ts";
import { nextHole, offsetFault, place } from "./placement.ts";
import { drainBody } from "./drain.ts";
import { type FullSlot, Writer, type WriterHost } from "./writer.ts";

/** What a request tells of the whole upload. */
type Told = Pick<UploadState, "length" | "declared" | "held">;

type LearningFailure = Failure<"length_mismatch" | "length_below_offset" | "upload_too_large" | "digest_conflict">;

export type ReceivingHost = SessionHost & {
  readonly parts: PartStore;
  readonly ledger: Ledger;
  /** After bytes were taken in: goes on to completion if that was the last of them. */
  readonly received: (waitMs: number) => Promise<Result<UploadProgress, QueryFailure | Failure<"storage_unavailable">>>;
};

/** Takes the bodies of requests in: who writes where, who takes over whom, what counts as received. */
export class Receiving implements WriterHost {
  readonly budget = isolateBudget;
  readonly #host: ReceivingHost;
  readonly #ledger: Ledger;
  readonly #head: Head;
  readonly #writers = new Set<Writer>();
  #claims = 0;

  constructor(host: ReceivingHost) {
    this.#host = host;
    this.#ledger = host.ledger;
    this.#head = new Head(host);
  }

  get plan(): PartPlan {
    return this.#state().spec.plan;
  }

  length(): number | null {
    return this.#state().length;
  }

  get drainMs(): number {
    return this.#host.services().drainMs;
  }

  get idle(): boolean {
    return this.#writers.size === 0;
  }

  /** Stops every writer and keeps nothing of what is only in memory. */
  dropAll(): void {
    for (const writer of this.#writers) this.#drop(writer);
  }

  /** Whoever is writing at the offset makes room for somebody who is about to go on there. */
  takeOverAt(offset: number): void {
    for (const writer of this.#writers) if (writer.claims(offset, offset + 1)) this.#takeOver(writer);
  }

  learn(told: Told): Result<true, LearningFailure> {
    const learnt = this.#learning(told);
    if (!learnt.ok) return learnt;
    if (learnt.value !== this.#state()) this.#host.apply({ type: "learn", ...told, heldTo: this.#heldTo() });
    return ok(true);
  }

  /** The upload as it would be with what a request tells of it. */
  #learning({ length, declared, held }: Told): Result<UploadState, LearningFailure> {
    const state = this.#state();
    if ((length === null || length === state.length) && Object.keys(declared).length === 0 && held === state.held) return ok(state);
    const step = decide(state, { type: "learn", length, declared, held, heldTo: this.#heldTo() });
    if (step.ok) return ok(step.value.state);
    switch (step.error.code) {
      case "length_mismatch":
      case "length_below_offset":
      case "upload_too_large":
      case "digest_conflict":
        return err(step.error);
      default:
        throw new Error(`learning was refused with ${step.error.code}`);
    }
  }

  #heldTo(): number {
    const { stage, spec } = this.#state();
    return stage.status === "receiving" ? this.#host.rows.heldTo(spec.plan) : 0;
  }

  async receive(
    command: AppendCommand,
    body: ReadableStream<Uint8Array> | null,
    waitMs: number,
  ): Promise<Result<UploadProgress, AppendFailure>> {
    const state = this.#state();
    const refusal = closed(state);
    if (refusal !== null) return this.refuse(refusal, body);
    if (state.stage.status !== "receiving") return this.#again(command, body, waitMs);

    // From here to the writer's first read there is no await: what is decided holds.
    const rivals = this.#rivalsOf(command);
    for (const rival of rivals) if (!rival.provisional) this.stage(rival);
    const told: Told = { length: command.length, declared: command.declared, held: command.holds };
    const learnt = this.#learning(told);
    if (!learnt.ok) return this.refuse(offsetFault(command.at, this.#state().offset) ?? learnt.error, body);
    const { spec, length, offset } = learnt.value;
    const placement = place({ plan: spec.plan, length, offset, maxBytes: spec.maxBytes, held: this.#ledger.held }, command);
    if (!placement.ok) return this.refuse(placement.error, body);
    this.learn(told);
    for (const rival of rivals) this.#takeOver(rival);
    const now = this.#state();
    const { writeAt } = placement.value;

    const writer = new Writer(this, {
      claim: ++this.#claims,
      ...placement.value,
      provisional: command.checksum !== null,
      digest: now.hashedTo === writeAt ? this.#resumeDigest(now) : null,
    });
    this.#writers.add(writer);
    try {
      return await this.#write(writer, command, body, waitMs);
    } finally {
      this.#writers.delete(writer);
      writer.close();
    }
  }

  async #write(
    writer: Writer,
    command: AppendCommand,
    body: ReadableStream<Uint8Array> | null,
    waitMs: number,
  ): Promise<Result<UploadProgress, AppendFailure>> {
    this.#host.parts.resumeStaged();
    const checksum = command.checksum === null ? null : this.#host.services().digests.checksum(command.checksum.algorithm);
    const end =
      body === null
        ? "clean"
        : await writer.read(body, command.maxAppendBytes, checksum === null ? null : (bytes) => checksum.update(bytes));

    const late = this.#host.rows.load();
    const refusal = late === null ? { code: "upload_not_found" as const } : closed(late);
    if (refusal !== null) {
      await writer.drain();
      return err(refusal);
    }
    if (end === "superseded") {
      await writer.drain();
      return err({ code: "superseded", offset: this.#state().offset });
    }

    if (command.checksum !== null && checksum !== null) {
      if (end !== "clean" || checksum.value() !== command.checksum.value) {
        this.#drop(writer);
        if (end === "cut") return err({ code: "body_cut", offset: this.#state().offset });
        await writer.drain();
        return end === "clean"
          ? err({ code: "checksum_mismatch", algorithm: command.checksum.algorithm })
          : err(this.#excess(writer, command));
      }
      writer.provisional = false;
      this.stage(writer);
    }

    if (end === "clean" && command.final && (this.#state().length ?? writer.readTo) === writer.readTo) {
      const total = this.learn({ length: writer.readTo, declared: {}, held: false });
      if (!total.ok) return err(total.error);
    }
    const stored = await this.#finishWriting(writer);
    if (end === "cut") return err({ code: "body_cut", offset: this.#state().offset });
    if (end === "excess") {
      await writer.drain();
      return err(this.#excess(writer, command));
    }
    if (!stored || end === "refused") {
      await writer.drain();
      return err({ code: "storage_unavailable", offset: this.#state().offset });
    }
    if (!(await this.#head.accepts(writer))) return err(closed(this.#state()) ?? { code: "upload_not_found" });
    return this.#host.received(waitMs);
  }

  /** Everything that `writer` has taken in is made durable: full slots as parts, the rest as rows. */
  async #finishWriting(writer: Writer): Promise<boolean> {
    const stored = await this.#host.parts.settled();
    this.stage(writer);
    return stored && this.#host.parts.settled();
  }

  /** The same request again, or one more after the last byte. */
  async #again(
    command: AppendCommand,
    body: ReadableStream<Uint8Array> | null,
    waitMs: number,
  ): Promise<Result<UploadProgress, AppendFailure>> {
    const state = this.#state();
    const length = state.length ?? state.offset;
    const { at, length: told } = command;
    const fault = offsetFault(at, length);
    if (fault !== null) return this.refuse(fault, body);
    if (told !== null && told !== length) return this.refuse({ code: "length_mismatch", expected: length, received: told }, body);
    const end = at.kind === "exact" ? at.offset + (command.bodyBytes ?? 0) : (at.end ?? at.start + (command.bodyBytes ?? 0));
    if (end > length) return this.refuse({ code: "upload_completed", uploadId: state.spec.id }, body);
    await drainBody(body, this.drainMs);
    return this.#host.received(waitMs);
  }

  /** Answers once what is still coming has been read, so that the sender gets to read the answer. */
  async refuse<F extends AppendFailure>(failure: F, body: ReadableStream<Uint8Array> | null): Promise<Result<never, F>> {
    await drainBody(body, this.drainMs);
    return err(failure);
  }

  #excess(writer: Writer, command: AppendCommand): AppendFailure {
    if (writer.receivedBytes > command.maxAppendBytes) return { code: "append_too_large", maxBytes: command.maxAppendBytes };
    const { length, spec } = this.#state();
    if (length === null && writer.position >= spec.maxBytes)
      return { code: "upload_too_large", maxBytes: spec.maxBytes, receivedBytes: null };
    if (length !== null && writer.position >= length) return { code: "length_exceeded", length };
    return { code: "body_length_mismatch", expected: writer.limit - writer.start, received: writer.receivedBytes };
  }

  #rivalsOf(command: AppendCommand): Writer[] {
    const { at, bodyBytes } = command;
    const start = at.kind === "exact" ? at.offset : at.start;
    const end = at.kind === "range" && at.end !== null ? at.end : start + (bodyBytes ?? Number.MAX_SAFE_INTEGER);
    // An empty body at the offset is a question in some dialects: whoever is writing there is in its way.
    return [...this.#writers].filter((writer) => writer.claims(start, Math.max(end, start + 1)));
  }

  /** A newer request takes the place of `writer`: its bytes are kept, except provisional ones. */
  #takeOver(writer: Writer): void {
    if (writer.provisional) this.#drop(writer);
    else {
      this.stage(writer);
      this.#retire(writer);
    }
  }

  #drop(writer: Writer): void {
    if (writer.spilled) this.#host.rows.dropClaim(writer.claim);
    this.#retire(writer);
  }

  #retire(writer: Writer): void {
    this.#writers.delete(writer);
    writer.supersede();
  }

  // --- what a writer asks; each without an await until its effect is stored ---

  holeAfter(position: number): number {
    const { spec, length } = this.#state();
    return nextHole(spec.plan, length, this.#ledger.held, position);
  }

  stage(writer: Writer): void {
    if (!this.#writers.has(writer) || this.#state().stage.status !== "receiving") return;
    const blocks = writer.unsaved();
    if (blocks.length === 0 && !writer.spilled) return;
    const mark = writer.digestMark();
    this.#host.rows.atomically(() => {
      for (const block of blocks)
        this.#host.rows.stage(block.position, block.bytes.subarray(0, block.used), writer.provisional ? writer.claim : null);
      if (writer.provisional) return;
      if (writer.spilled) this.#host.rows.keepClaim(writer.claim);
      this.#ledger.hold(writer.spilled ? writer.from : (blocks[0]?.position ?? writer.position), writer.position, mark);
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

  #state(): UploadState {
    return this.#host.state();
  }
}
