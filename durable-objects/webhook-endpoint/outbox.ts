import { backoffMs, type Backoff } from "#domain/backoff.ts";
import { eventSchema } from "#domain/events/event-schema.ts";
import type { SluiceEvent } from "#domain/events/event.ts";
import type { Webhook } from "#domain/webhooks/webhook.ts";
import type { EndpointHost } from "./host.ts";
import type { EndpointEffect, EndpointState, Owner } from "./machine.ts";
import type { OutboxRow } from "./stored.ts";
import { detailOf } from "./view.ts";

const RETRIES: Backoff = { firstMs: 5_000, longestMs: 3_600_000 };

/** What the directory and the log of events learn of an endpoint, written with the step that changed it, told at least once. */
export class Outbox {
  readonly #host: Omit<EndpointHost, "record">;

  constructor(host: Omit<EndpointHost, "record">) {
    this.#host = host;
  }

  /** Part of a transaction. */
  record(state: EndpointState, effects: readonly EndpointEffect[]): void {
    const { rows } = this.#host;
    const { owner } = state;
    if (owner.kind === "service") return;
    const now = this.#host.services().now();
    for (const effect of effects) {
      if (effect === "project") rows.enqueue("project", { sequence: state.sequence }, now);
      if (effect === "announce") rows.enqueue(`announce:${state.sequence}`, this.#event(owner, state), now);
      if (effect === "resume") rows.resume(now);
    }
  }

  /** Does what is due. Failures stay due. */
  async deliver(): Promise<void> {
    const { rows } = this.#host;
    const { now, chance, log } = this.#host.services();
    for (const row of rows.outboxDue(now())) {
      try {
        await this.#deliverOne(row);
        rows.settleOutbox(row);
      } catch (cause) {
        rows.postpone(row, now() + backoffMs(RETRIES, row.attempts + 1, chance()));
        log.warn("webhook effect postponed", { attempt: row.attempts + 1, cause });
      }
    }
  }

  async #deliverOne({ key, payload }: OutboxRow): Promise<void> {
    const { directory } = this.#host.services();
    if (key !== "project") return this.#announce(eventSchema.parse(JSON.parse(payload)));
    const state = this.#host.rows.load();
    if (state?.owner.kind !== "creator") return;
    const webhook: Webhook = detailOf(state.owner, state);
    if (state.stage.status === "removed") await directory.remove(webhook, state.stage.at);
    else await directory.put(webhook);
  }

  async #announce(event: SluiceEvent): Promise<void> {
    const { events, relays, log } = this.#host.services();
    await events.append([event]);
    relays.wake(event.creatorId).catch((cause: unknown) => {
      log.warn("relay not woken", { event_id: event.id, cause });
    });
  }

  #event({ id, creatorId, settings }: Extract<Owner, { kind: "creator" }>, { stage, sequence }: EndpointState): unknown {
    const { newEventId, newRequestId, now } = this.#host.services();
    return {
      id: newEventId(),
      type: "webhook.disabled",
      creatorId,
      resource: id,
      sequence,
      happenedAt: now(),
      requestId: newRequestId(),
      data: { webhook_id: id, url: settings.url, reason: stage.status === "disabled" ? stage.reason : null },
    };
  }
}
