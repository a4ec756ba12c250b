import { DurableObject } from "cloudflare:workers";
import { webhookServices } from "#services";
import type { Failure } from "#domain/failures.ts";
import type { CreatorId, EventId } from "#domain/ids.ts";
import { pageOf, type Page, type PageRequest } from "#domain/page.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { DeliveryStatus, WebhookDelivery, WebhookMessage } from "#domain/webhooks/delivery.ts";
import type { EndpointHolder, EndpointOwner, WebhookEndpoint as Endpoint } from "#domain/webhooks/endpoint.ts";
import type { IssuedWebhook, WebhookDetail, WebhookDraft, WebhookSettings } from "#domain/webhooks/webhook.ts";
import type { EndpointHost } from "./host.ts";
import {
  again,
  decide,
  type EndpointCommand,
  type EndpointState,
  type EndpointStep,
  enqueued,
  opened,
  type Owner,
  pinged,
  SERVICE_ENDPOINT,
} from "./machine.ts";
import { Outbox } from "./outbox.ts";
import { Rows, shown, stateOf } from "./schema.ts";
import { Sending } from "./sending.ts";
import type { EndpointServices } from "./services.ts";
import { detailOf } from "./view.ts";

const NOT_FOUND = { code: "webhook_not_found" } as const;
/** Looks after a request whose process may have died in it. */
const WATCH_MS = 60_000;
const AFTER_A_BUG_MS = 15_000;

type Owned = { readonly state: EndpointState; readonly owner: Extract<Owner, { kind: "creator" }> };
type NotFound = Failure<"webhook_not_found">;

/**
 * Where one creator's events are sent, or all creators' completions. What it was handed are rows, each of which is sent by the
 * standard's schedule until the receiver has it (`sending`); rules are in `machine`. It is the owner of its settings and of its
 * secret, which it keeps sealed; D1 has a row for lists and for finding who wants an event (`outbox`).
 */
export class WebhookEndpoint extends DurableObject<Env> implements Endpoint {
  /** Replaced by tests that let it fail. */
  services: EndpointServices;
  readonly #rows: Rows;
  readonly #outbox: Outbox;
  readonly #sending: Sending;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.services = webhookServices(env);
    this.#rows = new Rows(ctx.storage);
    const host: EndpointHost = { rows: this.#rows, services: () => this.services, record: (step) => this.#record(step) };
    this.#outbox = new Outbox(host);
    this.#sending = new Sending(host);
  }

  // --- the webhook ---

  async open(draft: WebhookDraft): Promise<IssuedWebhook> {
    const secret = this.services.newSecret();
    const sealed = await this.services.sealer.seal(secret, draft.id);
    if (this.#rows.load() !== null) throw new Error("there is a webhook here");
    const state = opened(draft, sealed);
    this.#rows.atomically(() => this.#record({ state, effects: ["project"] }));
    await this.#tell();
    return { webhook: this.#detail(draft.creatorId), secret };
  }

  async view(creatorId: CreatorId): Promise<Result<WebhookDetail, NotFound>> {
    const owned = this.#owned(creatorId);
    return owned === null ? err(NOT_FOUND) : ok(detailOf(owned.owner, owned.state));
  }

  async update(
    creatorId: CreatorId,
    changes: Partial<WebhookSettings>,
    expected: readonly number[] | null,
  ): Promise<Result<WebhookDetail, NotFound | Failure<"precondition_failed">>> {
    const owned = this.#owned(creatorId);
    if (owned === null) return err(NOT_FOUND);
    if (expected !== null && !expected.includes(owned.state.sequence))
      return err({ code: "precondition_failed", detail: "The webhook has been changed since: read it again." });
    return this.#command(creatorId, { type: "update", changes });
  }

  async enable(creatorId: CreatorId): Promise<Result<WebhookDetail, NotFound>> {
    return this.#command(creatorId, { type: "enable" });
  }

  async disable(creatorId: CreatorId): Promise<Result<WebhookDetail, NotFound>> {
    return this.#command(creatorId, { type: "disable", now: this.services.now() });
  }

  async rotate(creatorId: CreatorId, overlapMs: number): Promise<Result<IssuedWebhook, NotFound>> {
    const owned = this.#owned(creatorId);
    if (owned === null) return err(NOT_FOUND);
    const secret = this.services.newSecret();
    const sealed = await this.services.sealer.seal(secret, owned.owner.id);
    const rotated = await this.#command(creatorId, { type: "rotate", sealed, overlapMs, now: this.services.now() });
    return rotated.ok ? ok({ webhook: rotated.value, secret }) : rotated;
  }

  async remove(creatorId: CreatorId): Promise<Result<true, NotFound>> {
    if (this.#owned(creatorId) === null) return err(NOT_FOUND);
    this.#apply({ type: "remove", now: this.services.now() });
    await this.#tell();
    return ok(true);
  }

  // --- deliveries ---

  async accept(owner: EndpointOwner, messages: readonly WebhookMessage[]): Promise<void> {
    this.#rows.atomically(() => {
      if (this.#rows.load() === null && owner === "service") this.#rows.save(SERVICE_ENDPOINT);
      const state = this.#rows.load();
      if (state?.stage.status !== "active") return;
      const now = this.services.now();
      for (const message of messages) if (takes(state, message)) this.#rows.insert(message, enqueued(now), now);
    });
    this.#sending.launch();
    await this.#arm();
  }

  async ping(creatorId: CreatorId, message: WebhookMessage): Promise<Result<WebhookDelivery, NotFound>> {
    if (this.#owned(creatorId) === null) return err(NOT_FOUND);
    const now = this.services.now();
    this.#rows.insert(message, pinged(now), now);
    const row = this.#rows.find(message.id);
    if (row === null) throw new Error("a ping has no row");
    const ended = this.#sending.start(row);
    await this.#arm();
    await ended;
    return this.#delivery(message.id);
  }

  async deliveries(
    whose: EndpointHolder,
    status: DeliveryStatus | null,
    { limit, before }: PageRequest<EventId>,
  ): Promise<Result<Page<WebhookDelivery>, NotFound>> {
    if (this.#held(whose) === null) return err(NOT_FOUND);
    return ok(pageOf(this.#rows.list(status, before, limit + 1).map(shown), limit));
  }

  async delivery(whose: EndpointHolder, eventId: EventId): Promise<Result<WebhookDelivery, NotFound | Failure<"delivery_not_found">>> {
    if (this.#held(whose) === null) return err(NOT_FOUND);
    const row = this.#rows.find(eventId);
    return row === null ? err({ code: "delivery_not_found" }) : ok(shown(row));
  }

  async redeliver(
    whose: EndpointHolder,
    eventId: EventId,
  ): Promise<Result<WebhookDelivery, NotFound | Failure<"delivery_not_found" | "webhook_disabled">>> {
    const state = this.#held(whose);
    if (state === null) return err(NOT_FOUND);
    const { stage } = state;
    if (stage.status === "disabled") return err({ code: "webhook_disabled", reason: stage.reason });
    const row = this.#rows.find(eventId);
    if (row === null) return err({ code: "delivery_not_found" });
    this.#rows.move(eventId, again(stateOf(row), this.services.now()));
    this.#sending.launch();
    await this.#arm();
    return this.#delivery(eventId);
  }

  async replay(creatorId: CreatorId, messages: readonly WebhookMessage[]): Promise<Result<number, NotFound | Failure<"webhook_disabled">>> {
    const owned = this.#owned(creatorId);
    if (owned === null) return err(NOT_FOUND);
    const { state } = owned;
    if (state.stage.status === "disabled") return err({ code: "webhook_disabled", reason: state.stage.reason });
    const queued = this.#rows.atomically(() => messages.filter((message) => takes(state, message) && this.#offer(message)).length);
    this.#sending.launch();
    await this.#arm();
    return ok(queued);
  }

  override async alarm(): Promise<void> {
    if (this.#rows.load() === null) return;
    try {
      await this.#outbox.deliver();
      await this.#sending.run();
      await this.#tell();
    } catch (cause) {
      // An alarm that keeps failing is dropped for good after six times: this one always sets the next.
      this.services.log.error("webhook alarm failed", { cause });
      await this.ctx.storage.setAlarm(this.services.now() + AFTER_A_BUG_MS);
    }
  }

  // --- state ---

  /** Tells the world what it has to know, forgets what is over, and comes back for the rest. */
  async #tell(): Promise<void> {
    await this.#outbox.deliver();
    const state = this.#rows.load();
    if (state === null) return;
    if (state.stage.status === "removed" && this.#rows.nextOutbox() === null) return this.#rows.forget();
    this.#rows.prune(this.services.now());
    await this.#arm();
  }

  /** Sets the alarm, unless an earlier one is set; a run that goes on sets it at its end. */
  async #arm(): Promise<void> {
    const state = this.#rows.load();
    if (state === null || this.#sending.isRunning) return;
    const times = [this.#rows.nextOutbox(), this.#rows.nextPruning()];
    if (this.#rows.onTheirWay().length > 0) times.push(this.services.now() + WATCH_MS);
    const delivery = this.#rows.nextDelivery();
    if (state.stage.status === "active" && delivery !== null) times.push(Math.max(delivery, state.health.pausedUntil ?? 0));
    const next = Math.min(...times.filter((at) => at !== null));
    if (next === Number.POSITIVE_INFINITY) return this.ctx.storage.deleteAlarm();
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > next) await this.ctx.storage.setAlarm(next);
  }

  async #command(creatorId: CreatorId, command: EndpointCommand): Promise<Result<WebhookDetail, NotFound>> {
    if (this.#owned(creatorId) === null) return err(NOT_FOUND);
    this.#apply(command);
    await this.#tell();
    return this.view(creatorId);
  }

  /** Load, decide, save and record the effects: one go, nothing interleaves. */
  #apply(command: EndpointCommand): void {
    this.#rows.atomically(() => {
      const state = this.#rows.load();
      if (state !== null) this.#record(decide(state, command));
    });
  }

  /** Part of a transaction, and so is the alarm: whoever dies behind it is woken for its effects. */
  #record({ state, effects }: EndpointStep): void {
    this.#rows.save(state);
    this.#outbox.record(state, effects);
    if (effects.length > 0) void this.ctx.storage.setAlarm(this.services.now());
  }

  /** True: it is due now and was not before. */
  #offer(message: WebhookMessage): boolean {
    const now = this.services.now();
    if (this.#rows.insert(message, enqueued(now), now)) return true;
    const row = this.#rows.find(message.id);
    if (row?.status !== "failed") return false;
    this.#rows.move(message.id, again(stateOf(row), now));
    return true;
  }

  #owned(creatorId: CreatorId): Owned | null {
    const state = this.#rows.load();
    if (state?.owner.kind !== "creator" || state.owner.creatorId !== creatorId || state.stage.status === "removed") return null;
    return { state, owner: state.owner };
  }

  #held(whose: EndpointHolder): EndpointState | null {
    if (whose !== "service") return this.#owned(whose)?.state ?? null;
    const state = this.#rows.load();
    return state?.owner.kind === "service" ? state : null;
  }

  #detail(creatorId: CreatorId): WebhookDetail {
    const owned = this.#owned(creatorId);
    if (owned === null) throw new Error("there is no webhook here");
    return detailOf(owned.owner, owned.state);
  }

  #delivery(id: EventId): Result<WebhookDelivery, NotFound> {
    const row = this.#rows.load() === null ? null : this.#rows.find(id);
    return row === null ? err(NOT_FOUND) : ok(shown(row));
  }
}

/** The directory may lag behind: the endpoint itself knows what it wants. */
function takes({ owner }: EndpointState, { type }: WebhookMessage): boolean {
  if (owner.kind === "service" || owner.settings.types.length === 0) return true;
  return owner.settings.types.some((wanted) => wanted === type);
}
