import { DurableObject } from "cloudflare:workers";
import { publisherServices } from "#publishing-services";
import type { Failure } from "#domain/failures.ts";
import type { CreatorId, DeliveryId, DestinationId } from "#domain/ids.ts";
import { accountKey, parseAccountKey, type AccountKey } from "#domain/publishing/account.ts";
import type { Delivery, DeliverySpec } from "#domain/publishing/delivery.ts";
import type { CarrierReport, Decision, DeliveryNotFound, Publisher as Contract, WorkOrder } from "#domain/publishing/publisher.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { Carriers } from "./carriers.ts";
import { Checks } from "./checks.ts";
import type { DeliveryCommand, DeliveryRefusal, DeliveryState, DeliveryStep } from "./delivery-state.ts";
import type { PublisherHost } from "./host.ts";
import { begin, decide, isActive } from "./machine.ts";
import { Outbox } from "./outbox.ts";
import { Rows } from "./schema.ts";
import type { PublisherServices } from "./services.ts";
import type { AccountState } from "./stored.ts";
import { viewOf } from "./view.ts";
import { Turns } from "./turns.ts";

const NOT_FOUND = { code: "delivery_not_found" } as const;
const AFTER_A_BUG_MS = 15_000;

/**
 * Who decides what goes out to one peer account. Rules are in `machine`; whose turn it is in `turns`; who carries it in `carriers`; how what the peer has is
 * coming along in `checks`; what the world is told in `outbox`. It moves no bytes: carriers do, under a lease, and ask before each
 * step whether they still hold it.
 */
export class Publisher extends DurableObject<Env> implements Contract {
  /** Replaced by tests that let it fail. */
  services: PublisherServices;
  readonly #rows: Rows;
  readonly #outbox: Outbox;
  readonly #turns: Turns;
  readonly #checks: Checks;
  readonly #carriers: Carriers;
  #running: Promise<void> | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.services = publisherServices(env);
    this.#rows = new Rows(ctx.storage);
    const host: PublisherHost = {
      rows: this.#rows,
      services: () => this.services,
      show: (state) => this.#show(state),
      record: (step) => this.#record(step),
    };
    this.#outbox = new Outbox(host);
    this.#turns = new Turns(host);
    this.#carriers = new Carriers(host);
    this.#checks = new Checks(host);
  }

  // --- creators ---

  async accept(account: AccountKey, specs: readonly DeliverySpec[]): Promise<readonly Delivery[]> {
    const taken = this.#rows.atomically(() => {
      if (this.#rows.account() === null) this.#rows.saveAccount(newAccount(account));
      return specs.map((spec) => {
        const known = this.#rows.find(spec.id) ?? this.#rows.living(spec.destinationId, spec.source.uploadId);
        if (known === null) this.#record(begin(spec));
        return known?.spec.id ?? spec.id;
      });
    });
    await this.#run();
    return taken.flatMap((id) => {
      const state = this.#rows.find(id);
      return state === null ? [] : [this.#show(state)];
    });
  }

  async view(creatorId: CreatorId, id: DeliveryId): Promise<Result<Delivery, DeliveryNotFound>> {
    const state = this.#owned(creatorId, id);
    return state === null ? err(NOT_FOUND) : ok(this.#show(state));
  }

  async cancel(creatorId: CreatorId, id: DeliveryId): Promise<Result<Delivery, DeliveryNotFound | Failure<"delivery_too_late">>> {
    return this.#command(creatorId, id, { type: "cancel", now: this.services.now() }, "delivery_too_late");
  }

  async retry(
    creatorId: CreatorId,
    id: DeliveryId,
  ): Promise<Result<Delivery, DeliveryNotFound | Failure<"delivery_not_failed" | "delivery_replaced">>> {
    const state = this.#owned(creatorId, id);
    const other = state?.stage.status === "failed" ? this.#rows.living(state.spec.destinationId, state.spec.source.uploadId) : null;
    if (other !== null) return err({ code: "delivery_replaced", deliveryId: other.spec.id });
    return this.#command(creatorId, id, { type: "retry", now: this.services.now() }, "delivery_not_failed");
  }

  async resolve(
    creatorId: CreatorId,
    id: DeliveryId,
    decision: Decision,
  ): Promise<Result<Delivery, DeliveryNotFound | Failure<"delivery_not_unknown">>> {
    return this.#command(creatorId, id, { type: "resolve", decision, now: this.services.now() }, "delivery_not_unknown");
  }

  async change(
    creatorId: CreatorId,
    id: DeliveryId,
    changes: Partial<Pick<DeliverySpec, "metadata" | "priority" | "scheduleAt">>,
  ): Promise<Result<Delivery, DeliveryNotFound | Failure<"delivery_too_late">>> {
    return this.#command(creatorId, id, { type: "change", changes, now: this.services.now() }, "delivery_too_late");
  }

  async pause(destinationId: DestinationId | null): Promise<void> {
    this.#setPaused(destinationId, this.services.now());
    await this.#run();
  }

  async resume(destinationId: DestinationId | null): Promise<void> {
    this.#setPaused(destinationId, null);
    await this.#run();
  }

  async reconnected(connectionId: DeliverySpec["connectionId"]): Promise<void> {
    const now = this.services.now();
    this.#rows.atomically(() => {
      if (this.#rows.account() === null) return;
      for (const state of this.#rows.waitingBy(connectionId)) this.#apply(state, { type: "reconnected", now });
    });
    await this.#run();
  }

  // --- carriers ---

  async take(held: { readonly deliveryId: DeliveryId; readonly epoch: number }): Promise<WorkOrder | null> {
    const order = await this.#carriers.take(held);
    await this.#arm();
    return order;
  }

  async report(report: CarrierReport): Promise<boolean> {
    const { believed, moves } = await this.#carriers.report(report);
    if (report.type === "accepted" && believed) this.#checks.soon();
    if (moves) {
      await this.#arm();
      this.ctx.waitUntil(this.#run());
    }
    return believed;
  }

  async sweep(): Promise<void> {
    if (this.#rows.account() !== null) this.#rows.projectAll(this.services.now());
    await this.#run();
  }

  override async alarm(): Promise<void> {
    await this.#inTurn();
  }

  // --- state ---

  /** What has been recorded is done, now or by the alarm: whoever dies in it has set that first. */
  async #run(): Promise<void> {
    if (this.#rows.account() === null) return;
    await this.#arm();
    await this.#inTurn();
  }

  /** Everything that is due, once at a time; always leaves an alarm for what is due later. */
  async #inTurn(): Promise<void> {
    while (this.#running !== null) await this.#running;
    if (this.#rows.account() === null) return;
    this.#running = this.#doWhatIsDue().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  async #doWhatIsDue(): Promise<void> {
    try {
      await this.#turns.next();
      await this.#checks.run();
      await this.#turns.next();
      await this.#outbox.deliver();
      this.#rows.prune(this.services.now());
      const next = this.#nextAt();
      await (next === null ? this.ctx.storage.deleteAlarm() : this.ctx.storage.setAlarm(next));
    } catch (cause) {
      // An alarm that keeps failing is dropped for good after six times: this one always sets the next.
      this.services.log.error("publisher failed", { account: this.#rows.account()?.account ?? "", cause });
      await this.ctx.storage.setAlarm(this.services.now() + AFTER_A_BUG_MS);
    }
  }

  /** Sets the alarm, unless an earlier one is set. */
  async #arm(): Promise<void> {
    const next = this.#nextAt();
    if (next === null) return;
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > next) await this.ctx.storage.setAlarm(next);
  }

  #nextAt(): number | null {
    const times = [this.#turns.nextAt(), this.#checks.nextAt(), this.#rows.nextOutbox(), this.#rows.nextPruning()];
    const known = times.filter((at) => at !== null);
    return known.length === 0 ? null : Math.min(...known);
  }

  async #command<C extends DeliveryRefusal["code"]>(
    creatorId: CreatorId,
    id: DeliveryId,
    command: DeliveryCommand,
    code: C,
  ): Promise<Result<Delivery, DeliveryNotFound | Extract<DeliveryRefusal, { code: C }>>> {
    const outcome = this.#rows.atomically(() => {
      const state = this.#owned(creatorId, id);
      return state === null ? null : this.#apply(state, command);
    });
    if (outcome === null) return err(NOT_FOUND);
    if (!outcome.ok) return err(expectRefusal(outcome.error, code));
    await this.#run();
    return ok(this.#show(this.#rows.find(id) ?? outcome.value));
  }

  /** Decide, save and record the effects: part of a transaction, nothing interleaves. */
  #apply(state: DeliveryState, command: DeliveryCommand): Result<DeliveryState, DeliveryRefusal> {
    const step = decide(state, command);
    if (!step.ok) return step;
    this.#record(step.value);
    return ok(step.value.state);
  }

  #record({ state, effects }: DeliveryStep): void {
    this.#carriers.linger(state);
    this.#rows.save(state);
    this.#outbox.record(state, effects);
    if (!isActive(state)) this.#carriers.forget(state.spec.id);
  }

  /** Also before the first delivery: it is what that will find. */
  #setPaused(destinationId: DestinationId | null, at: number | null): void {
    this.#rows.atomically(() => {
      const known = this.#rows.account();
      if (known === null && at === null) return;
      const account = known ?? newAccount(this.#ownAccount());
      this.#rows.saveAccount(destinationId === null ? { ...account, pausedAt: at } : account);
      if (destinationId === null) return;
      if (at === null) this.#rows.resume(destinationId);
      else this.#rows.pause(destinationId, at);
    });
  }

  #ownAccount(): AccountKey {
    const parsed = parseAccountKey(this.ctx.id.name ?? "");
    if (parsed === null) throw new Error("a publisher is named by its account");
    return accountKey(parsed.kind, parsed.name);
  }

  #owned(creatorId: CreatorId, id: DeliveryId): DeliveryState | null {
    const state = this.#rows.find(id);
    return state?.spec.creatorId === creatorId ? state : null;
  }

  #show(state: DeliveryState): Delivery {
    const account = this.#rows.account();
    if (account === null) throw new Error("a delivery without an account");
    return viewOf(state, {
      account,
      destinationPaused: this.#rows.isPaused(state.spec.destinationId),
      place: () => this.#rows.placeInLine({ id: state.spec.id, priority: state.spec.priority }),
      pace: this.#carriers.paceOf(state.spec.id),
      now: this.services.now(),
    });
  }
}

const newAccount = (account: AccountKey): AccountState => ({
  account,
  pausedAt: null,
  gate: null,
  checkAt: null,
  checks: 0,
  lingering: null,
});

function expectRefusal<C extends DeliveryRefusal["code"]>(refusal: DeliveryRefusal, code: C): Extract<DeliveryRefusal, { code: C }> {
  if (isRefusal(refusal, code)) return refusal;
  throw new Error(`${refusal.code} is no answer to this command`);
}

const isRefusal = <C extends DeliveryRefusal["code"]>(
  refusal: DeliveryRefusal,
  code: C,
): refusal is Extract<DeliveryRefusal, { code: C }> => refusal.code === code;
