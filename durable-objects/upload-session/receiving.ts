import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { AppendCommand, AppendFailure, QueryFailure, UploadProgress } from "#domain/uploads/upload-session.ts";
import type { SessionHost } from "./host.ts";
import { Head } from "./head.ts";
import type { Ledger } from "./ledger.ts";
import { closed, decide, type UploadState } from "./machine.ts";
import type { PartStore } from "./part-store.ts";
import { offsetFault, place } from "./placement.ts";
import { drainBody } from "./drain.ts";
import type { Writer } from "./writer.ts";
import type { Writers } from "./writers.ts";

/** What a request tells of the whole upload. */
type Told = Pick<UploadState, "length" | "declared" | "held">;

type LearningFailure = Failure<"length_mismatch" | "length_below_offset" | "upload_too_large" | "digest_conflict">;

export type ReceivingHost = SessionHost & {
  readonly parts: PartStore;
  readonly ledger: Ledger;
  readonly writers: Writers;
  /** After bytes were taken in: goes on to completion if that was the last of them. */
  readonly received: (waitMs: number) => Promise<Result<UploadProgress, QueryFailure | Failure<"storage_unavailable">>>;
};

/** Takes the bodies of requests in: what they tell, where their bytes go, what they are answered. */
export class Receiving {
  readonly #host: ReceivingHost;
  readonly #head: Head;

  constructor(host: ReceivingHost) {
    this.#host = host;
    this.#head = new Head(host);
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
    const { writers, ledger } = this.#host;
    const rivals = writers.rivalsOf(command);
    for (const rival of rivals) if (!rival.provisional) writers.stage(rival);
    const told: Told = { length: command.length, declared: command.declared, held: command.holds };
    const learnt = this.#learning(told);
    if (!learnt.ok) return this.refuse(offsetFault(command.at, this.#state().offset) ?? learnt.error, body);
    const { spec, length, offset } = learnt.value;
    const placement = place({ plan: spec.plan, length, offset, maxBytes: spec.maxBytes, held: ledger.held }, command);
    if (!placement.ok) return this.refuse(placement.error, body);
    this.learn(told);
    for (const rival of rivals) writers.takeOver(rival);
    const writer = writers.begin(placement.value, command.checksum !== null);
    try {
      return await this.#write(writer, command, body, waitMs);
    } finally {
      writers.end(writer);
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
        this.#host.writers.drop(writer);
        if (end === "cut") return err({ code: "body_cut", offset: this.#state().offset });
        await writer.drain();
        return end === "clean"
          ? err({ code: "checksum_mismatch", algorithm: command.checksum.algorithm })
          : err(this.#excess(writer, command));
      }
      writer.provisional = false;
      this.#host.writers.stage(writer);
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
    this.#host.writers.stage(writer);
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
    await drainBody(body, this.#host.services().drainMs);
    return this.#host.received(waitMs);
  }

  /** Answers once what is still coming has been read, so that the sender gets to read the answer. */
  async refuse<F extends AppendFailure>(failure: F, body: ReadableStream<Uint8Array> | null): Promise<Result<never, F>> {
    await drainBody(body, this.#host.services().drainMs);
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

  #state(): UploadState {
    return this.#host.state();
  }
}
