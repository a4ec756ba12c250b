import type { EventId } from "#domain/ids.ts";
import type { AttemptFault, AttemptOutcome } from "#domain/webhooks/delivery.ts";
import type { WebhookTarget } from "#domain/webhooks/sender.ts";
import type { EndpointHost } from "./host.ts";
import { type EndpointState, sent, settle, slots } from "./machine.ts";
import { messageIn, stateOf } from "./schema.ts";
import type { DeliveryRow } from "./stored.ts";

/** An alarm may take fifteen minutes; the last requests of a run need their own time to end. */
const RUN_MS = 10 * 60_000;

/**
 * What is due goes out, several at once. Every request is recorded before it leaves and when it has ended; what a dead process
 * left on its way goes out again, under the same id.
 */
export class Sending {
  readonly #host: EndpointHost;
  readonly #onTheirWay = new Map<EventId, Promise<void>>();
  #until: number | null = null;

  constructor(host: EndpointHost) {
    this.#host = host;
  }

  get isRunning(): boolean {
    return this.#until !== null;
  }

  /** Until nothing is due, or time is up. */
  async run(): Promise<void> {
    if (this.isRunning) return;
    this.#until = this.#host.services().now() + RUN_MS;
    try {
      this.#recover();
      this.launch();
      while (this.#onTheirWay.size > 0) await Promise.race(this.#onTheirWay.values());
    } finally {
      this.#until = null;
    }
  }

  /** Fills the free slots of a run, without an `await`. */
  launch(): void {
    const now = this.#host.services().now();
    const state = this.#host.rows.load();
    if (this.#until === null || now >= this.#until || state === null) return;
    const free = slots(state, now) - this.#onTheirWay.size;
    if (free <= 0) return;
    const due = this.#host.rows.due(now, free);
    this.#host.rows.atomically(() => {
      for (const row of due) this.#host.rows.move(row.event_id, sent(stateOf(row), now));
    });
    for (const row of due) void this.start(row);
  }

  /** Makes one attempt for a row that is recorded as on its way. */
  start(row: DeliveryRow): Promise<void> {
    const ended = this.#attempt(row)
      .finally(() => this.#onTheirWay.delete(row.event_id))
      .then(() => this.launch())
      // Its row says that it is on its way: the next run finds it.
      .catch((cause: unknown) => {
        this.#host.services().log.error("webhook attempt not recorded", { event_id: row.event_id, cause });
      });
    this.#onTheirWay.set(row.event_id, ended);
    return ended;
  }

  #recover(): void {
    for (const row of this.#host.rows.onTheirWay()) {
      if (this.#onTheirWay.has(row.event_id)) continue;
      this.#settle(row.event_id, failed("interrupted"), row.since ?? row.created_at);
    }
  }

  async #attempt(row: DeliveryRow): Promise<void> {
    const { sender, now } = this.#host.services();
    const state = this.#host.rows.load();
    if (state === null) return;
    const at = now();
    const target = await this.#target(state);
    const outcome = typeof target === "string" ? failed(target) : await sender.send(target, messageIn(row));
    this.#settle(row.event_id, outcome, at);
  }

  /** One transaction: the attempt, where its delivery goes from here, what it means for the endpoint. */
  #settle(id: EventId, outcome: AttemptOutcome, at: number): void {
    const { rows } = this.#host;
    const { now, chance, schedule, log } = this.#host.services();
    rows.atomically(() => {
      const state = rows.load();
      const row = state === null ? null : rows.find(id);
      if (state === null || row?.status !== "delivering") return;
      const ended = now();
      const step = settle(state, stateOf(row), outcome, { now: ended, chance: chance(), schedule });
      this.#host.record(step);
      rows.move(id, step.delivery);
      const fault = outcome.taken ? null : outcome.fault;
      rows.addAttempt(row, { at, durationMs: Math.max(0, ended - at), status: outcome.status, fault });
      const webhook = state.owner.kind === "creator" ? { webhook_id: state.owner.id } : {};
      const fields = { request_id: row.request_id, event_id: id, attempt: row.attempt_count + 1, ...webhook };
      if (outcome.taken) {
        log.info("webhook taken", fields);
        return;
      }
      const level = step.delivery.stage.status === "failed" ? "warn" : "info";
      log[level]("webhook not taken", { ...fields, code: outcome.fault, ...(outcome.status === null ? {} : { status: outcome.status }) });
    });
  }

  async #target(state: EndpointState): Promise<WebhookTarget | AttemptFault> {
    const { completion, sealer, now, log } = this.#host.services();
    const { owner } = state;
    if (owner.kind === "service") {
      return completion === null ? "url_refused" : { url: completion.url, secrets: [completion.secret], isConfigured: true };
    }
    const secrets: string[] = [];
    for (const { sealed, until } of owner.secrets) {
      if (until !== null && until <= now()) continue;
      const opened = await sealer.open(sealed, owner.id);
      if (opened.ok) {
        secrets.push(opened.value.text);
        if (opened.value.stale) await this.#sealAgain(sealed, opened.value.text, owner.id);
      } else {
        log.error("webhook secret not readable", { webhook_id: owner.id, cause: new Error(opened.error.detail) });
        if (until === null) return "secret_unreadable";
      }
    }
    return { url: owner.settings.url, secrets, isConfigured: false };
  }

  /** Under the newest key, so that the one before it can go. */
  async #sealAgain(old: string, text: string, place: string): Promise<void> {
    const sealed = await this.#host.services().sealer.seal(text, place);
    const { rows } = this.#host;
    const state = rows.load();
    if (state?.owner.kind !== "creator") return;
    const secrets = state.owner.secrets.map((secret) => (secret.sealed === old ? { ...secret, sealed } : secret));
    rows.save({ ...state, owner: { ...state.owner, secrets } });
  }
}

const failed = (fault: AttemptFault): AttemptOutcome => ({ taken: false, fault, status: null, retryAfterMs: null });
