import { DurableObject } from "cloudflare:workers";
import { sessionServices } from "#services";
import type { Failure } from "#domain/failures.ts";
import type { CreatorId, RequestId } from "#domain/ids.ts";
import type { Log } from "#domain/log.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type {
  Access,
  AppendCommand,
  AppendFailure,
  CancelCommand,
  CompleteCommand,
  QueryCommand,
  QueryFailure,
  UploadProgress,
  UploadSession as Session,
  UploadSpec,
  UploadUnavailable,
  UploadView,
} from "#domain/uploads/upload-session.ts";
import { admitted } from "./admission.ts";
import { Assembly } from "./assembly.ts";
import { Completion } from "./completion.ts";
import type { SessionHost } from "./host.ts";
import { begin, closed, decide, isUnfinished, type MachineFailure, type UploadCommand, type UploadState } from "./machine.ts";
import { Ledger } from "./ledger.ts";
import { Outbox } from "./outbox.ts";
import { EarlyLook } from "./early-look.ts";
import { storedKeyOf } from "./object-keys.ts";
import { PartStore } from "./part-store.ts";
import { progressOf } from "./progress.ts";
import { rangesOf } from "./ranges.ts";
import { Receiving } from "./receiving.ts";
import { Schedule } from "./schedule.ts";
import { Rows } from "./schema.ts";
import type { SessionServices } from "./services.ts";
import { Writers } from "./writers.ts";

/** How long an append or a query waits for the outcome of completion: less than the edge waits for an answer. */
const COMPLETION_WAIT_MS = 90_000;
const RETIRED_MS = 3600_000;

/**
 * One resumable transfer into R2, spoken to in any dialect.
 *
 * The upload is cut into equal slots (`part-plan`). Received bytes fill blocks in memory (`writer`); a full slot becomes an R2
 * part (`part-store`), what does not fill one is staged in rows of this object's SQLite, in one transaction with the offset and
 * the digest state (`writers`). So a body that is cut anywhere loses nothing that had arrived, and an offset never falls.
 *
 * Writers are not locked out but taken over: a request that overlaps a running one puts its bytes into rows, cancels it and goes
 * on from there, all without an `await`. What a superseded writer still does changes nothing: it holds no claim any more.
 *
 * Completion (`completion`, `assembly`) is recorded first, then done, and gone on with by the alarm. What the world must learn of it waits in
 * the outbox.
 */
export class UploadSession extends DurableObject<Env> implements Session {
  /** Replaced by tests that let it fail. */
  services: SessionServices;
  readonly #rows: Rows;
  readonly #completion: Completion;
  readonly #outbox: Outbox;
  readonly #writers: Writers;
  readonly #receiving: Receiving;
  readonly #schedule: Schedule;
  readonly #early: EarlyLook;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.services = sessionServices(env);
    this.#rows = new Rows(ctx.storage);
    const host: SessionHost = {
      rows: this.#rows,
      services: () => this.services,
      state: () => this.#state(),
      log: () => this.#log(),
      apply: (command) => this.#apply(command),
    };
    const ledger = new Ledger(host);
    this.#early = new EarlyLook({ ...host, aside: (work) => this.ctx.waitUntil(work), found: () => this.#looked() });
    const parts = new PartStore({
      ...host,
      slotStored: (stored) => ledger.slotStored(stored),
      early: this.#early,
      moreToDo: () => this.ctx.waitUntil(this.#schedule.arm()),
    });
    const writing = { ...host, parts, ledger };
    this.#writers = new Writers(writing);
    this.#receiving = new Receiving({ ...writing, writers: this.#writers, received: (waitMs) => this.#received(waitMs) });
    this.#outbox = new Outbox(host);
    this.#schedule = new Schedule({ ...host, storage: ctx.storage, idle: () => this.#writers.idle });
    const assembly = new Assembly({ ...host, parts, receive: (command, body) => this.#receiving.receive(command, body, 0) });
    this.#completion = new Completion({ ...host, assembly, schedule: this.#schedule, deliver: () => this.#deliver() });
  }

  // --- commands ---

  async open(spec: UploadSpec, handleHash: string, requestId: RequestId): Promise<UploadProgress> {
    const known = this.#rows.load();
    if (known !== null) return progressOf(known);
    const { state, effects } = begin(spec);
    this.#rows.atomically(() => {
      this.#rows.create(state, handleHash, requestId);
      this.#outbox.record(state, effects);
    });
    await this.#schedule.arm();
    return progressOf(state);
  }

  async look(access: Access): Promise<Result<UploadProgress, Failure<"upload_not_found">>> {
    const state = admitted(this.#rows, access);
    return state === null ? err({ code: "upload_not_found" }) : ok(progressOf(state));
  }

  async view(access: Access): Promise<Result<UploadView, Failure<"upload_not_found">>> {
    const state = admitted(this.#rows, access);
    if (state === null) return err({ code: "upload_not_found" });
    return ok({ ...progressOf(state), ranges: rangesOf(state, this.#rows) });
  }

  async query(command: QueryCommand): Promise<Result<UploadProgress, QueryFailure>> {
    const state = admitted(this.#rows, command.access);
    if (state === null) return err({ code: "upload_not_found" });
    const refusal = closed(state);
    if (refusal !== null) return err(refusal);
    this.#rows.setRequestId(command.requestId);
    this.#writers.takeOverAt(state.offset);
    const learnt = this.#receiving.learn({ length: command.length, declared: command.declared, held: command.holds && state.held });
    if (!learnt.ok) return learnt;
    const outcome = await this.#completion.goOn(COMPLETION_WAIT_MS);
    if (outcome.ok) return outcome;
    // What is stored does not depend on whether it could be put together just now.
    return outcome.error.code === "storage_unavailable" ? ok(progressOf(this.#state())) : err(outcome.error);
  }

  async append(command: AppendCommand, body: ReadableStream<Uint8Array> | null): Promise<Result<UploadProgress, AppendFailure>> {
    const state = admitted(this.#rows, command.access);
    if (state === null) return this.#receiving.refuse({ code: "upload_not_found" }, body);
    if (state.spec.kind === "final") return this.#receiving.refuse({ code: "upload_is_final" }, body);
    this.#rows.setRequestId(command.requestId);
    return this.#receiving.receive(command, body, COMPLETION_WAIT_MS);
  }

  async complete(command: CompleteCommand): Promise<Result<UploadProgress, QueryFailure | Failure<"storage_unavailable">>> {
    const state = admitted(this.#rows, command.access);
    if (state === null) return err({ code: "upload_not_found" });
    const refusal = closed(state);
    if (refusal !== null) return err(refusal);
    this.#rows.setRequestId(command.requestId);
    if (!state.consented) this.#apply({ type: "consent" });
    return this.#completion.goOn(command.waitMs);
  }

  async cancel(
    command: CancelCommand,
  ): Promise<Result<UploadProgress, Failure<UploadUnavailable | "upload_completed" | "upload_in_progress">>> {
    const state = admitted(this.#rows, command.access);
    if (state === null) return err({ code: "upload_not_found" });
    if (state.stage.status === "completed" && !command.completedToo) return err({ code: "upload_completed", uploadId: state.spec.id });
    if (state.stage.status === "failed") return ok(progressOf(state));
    this.#rows.setRequestId(command.requestId);
    this.#writers.dropAll();
    const step = this.#apply({ type: "cancel", now: this.services.now() });
    if (!step.ok) {
      const { error } = step;
      if (error.code === "upload_gone" || error.code === "upload_in_progress") return err(error);
      throw new Error(`cancel was refused with ${error.code}`);
    }
    // Whoever dies in the middle of it is woken for the rest.
    await this.#schedule.arm();
    await this.#deliver();
    return ok(progressOf(this.#state()));
  }

  async admitHandle(access: Access, handleHash: string): Promise<Result<UploadProgress, Failure<UploadUnavailable>>> {
    const state = admitted(this.#rows, access);
    if (state === null) return err({ code: "upload_not_found" });
    const refusal = closed(state);
    if (refusal !== null) return err(refusal.code === "upload_gone" ? refusal : { code: "upload_failed", reason: refusal.code });
    this.#rows.admit(handleHash);
    return ok(progressOf(state));
  }

  async source(creatorId: CreatorId): Promise<{ key: string; size: number } | null> {
    const state = this.#rows.load();
    if (state?.spec.creatorId !== creatorId || state.spec.kind !== "partial" || state.stage.status !== "completed") return null;
    return { key: storedKeyOf(this.#rows, state.spec.id), size: state.stage.asset.size };
  }

  async retire(creatorId: CreatorId): Promise<void> {
    const state = this.#rows.load();
    if (state?.spec.creatorId !== creatorId || state.spec.kind !== "partial") return;
    this.#apply({ type: "retire", expiresAt: this.services.now() + RETIRED_MS });
    await this.#schedule.arm();
  }

  async sweep(): Promise<UploadProgress | null> {
    if (this.#rows.load() === null) return null;
    await this.#wake();
    const state = this.#rows.load();
    if (state === null) return null;
    await this.#outbox.restate();
    return progressOf(state);
  }

  override async alarm(): Promise<void> {
    if (this.#rows.load() === null) return;
    this.#rows.setWakeAt(null);
    try {
      await this.#wake();
    } catch (cause) {
      // An alarm that keeps failing is dropped for good after six times: this one always sets the next.
      this.#log().error("upload alarm failed", { cause });
      await this.#schedule.armSoon();
    }
  }

  // --- completion ---

  async #received(waitMs: number): Promise<Result<UploadProgress, QueryFailure | Failure<"storage_unavailable">>> {
    this.#early.beginWhenDue();
    await this.#projectNowAndThen();
    return this.#completion.goOn(waitMs);
  }

  // --- time ---

  async #wake(): Promise<void> {
    if (this.#schedule.hasExpired()) this.#apply({ type: "expire", now: this.services.now() });
    else if (isUnfinished(this.#state())) await this.#completion.goOn(COMPLETION_WAIT_MS * 6);
    await this.#outbox.deliver();
    if (this.#schedule.isOver()) {
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
      this.#rows.forget();
    } else await this.#schedule.arm();
  }

  async #projectNowAndThen(): Promise<void> {
    if (!this.#schedule.projectionIsDue()) return;
    this.#apply({ type: "touch" });
    await this.#deliver();
  }

  /** What is about to end tells everything at once. */
  async #looked(): Promise<void> {
    if (!isUnfinished(this.#state())) await this.#deliver();
  }

  async #deliver(): Promise<void> {
    await this.#outbox.deliver();
    await this.#schedule.arm();
  }

  // --- state ---

  #state(): UploadState {
    const state = this.#rows.load();
    if (state === null) throw new Error("there is no upload here");
    return state;
  }

  /** Load, decide, save and record the effects: one go, nothing interleaves. */
  #apply(command: UploadCommand): Result<UploadState, MachineFailure> {
    return this.#rows.atomically(() => {
      const step = decide(this.#state(), command);
      if (!step.ok) return step;
      const { state, effects } = step.value;
      this.#rows.save(state);
      this.#outbox.record(state, effects);
      return ok(state);
    });
  }

  #log(): Log {
    const state = this.#rows.load();
    return state === null ? this.services.log : this.services.log.with({ request_id: this.#rows.requestId(), upload_id: state.spec.id });
  }
}
