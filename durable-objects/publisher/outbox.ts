import { backoffMs } from "#domain/backoff.ts";
import { eventSchema } from "#domain/events/event-schema.ts";
import type { SluiceEvent } from "#domain/events/event.ts";
import { type DeliveryId, parseId } from "#domain/ids.ts";
import { shownDelivery } from "#domain/publishing/shown-delivery.ts";
import type { DeliveryEffect, DeliveryEvent, DeliveryState } from "./delivery-state.ts";
import type { PublisherHost } from "./host.ts";
import { NEVER } from "./schema.ts";
import { abandonment, carriage, type OutboxRow } from "./stored.ts";

const RETRY = { firstMs: 2_000, longestMs: 3600_000 };
/** A session that can't be given up ends by itself. */
const MOST_ABANDONMENTS = 12;

/** Where the address of a session is sealed for: only its own delivery reads it. */
export const sessionPlace = (id: DeliveryId): string => `publisher|${id}|session`;

/** Effects, written in the transaction of the step that wants them and done from here, at least once. */
export class Outbox {
  readonly #host: Omit<PublisherHost, "record">;

  constructor(host: Omit<PublisherHost, "record">) {
    this.#host = host;
  }

  /** Part of a transaction. */
  record(state: DeliveryState, effects: readonly DeliveryEffect[]): void {
    for (const effect of effects) this.#record(state, effect);
  }

  /** Does what is due. Failures stay due. */
  async deliver(): Promise<void> {
    const { rows } = this.#host;
    const { now, chance, log } = this.#host.services();
    for (const row of rows.outboxDue(now())) {
      try {
        await this.#deliverOne(row);
      } catch (cause) {
        rows.postpone(row, now() + backoffMs(RETRY, row.attempts + 1, chance()));
        log.warn("publisher effect postponed", { phase: row.key.slice(0, row.key.indexOf(":")), attempt: row.attempts + 1, cause });
      }
    }
  }

  #record(state: DeliveryState, effect: DeliveryEffect): void {
    const { rows } = this.#host;
    const { now } = this.#host.services();
    const { id, requestId } = state.spec;
    switch (effect.type) {
      case "project":
        return rows.enqueue(`project:${id}`, { sequence: state.sequence }, now());
      case "announce":
        // Told with the row that it speaks of: never by itself.
        return rows.enqueue(`told:${id}:${String(state.sequence).padStart(12, "0")}`, this.#event(state, effect.event), NEVER);
      case "carry":
        return rows.enqueue(`carry:${id}`, { deliveryId: id, epoch: state.epoch, requestId }, now());
      case "abandon":
        return rows.enqueue(`abandon:${id}:${state.epoch}`, { deliveryId: id, session: effect.session }, now());
    }
  }

  async #deliverOne(row: OutboxRow): Promise<void> {
    const [kind, name = ""] = row.key.split(":");
    const payload: unknown = JSON.parse(row.payload);
    if (kind === "project") return this.#project(row, name);
    if (kind === "carry") await this.#carry(payload);
    if (kind === "abandon" && !(await this.#abandon(payload)) && row.attempts < MOST_ABANDONMENTS) {
      throw new Error("the session could not be given up");
    }
    this.#host.rows.settle(row);
  }

  async #project(row: OutboxRow, name: string): Promise<void> {
    const { rows, show } = this.#host;
    const { projection, relays, log } = this.#host.services();
    const id = parseId("dlv", name);
    const state = id === null ? null : rows.find(id);
    if (state === null) return rows.settle(row);
    const told = rows.outboxOf(`told:${state.spec.id}:`);
    const events = told.map(({ payload }): SluiceEvent => eventSchema.parse(JSON.parse(payload)));
    await projection.put(show(state), events);
    for (const each of [row, ...told]) rows.settle(each);
    if (events.length === 0) return;
    await relays.wake(state.spec.creatorId).catch((cause: unknown) => log.warn("relay not woken", { delivery_id: state.spec.id, cause }));
  }

  async #carry(payload: unknown): Promise<void> {
    const account = this.#host.rows.account();
    if (account === null) return;
    await this.#host.services().jobs.carry({ account: account.account, ...carriage.parse(payload) });
  }

  async #abandon(payload: unknown): Promise<boolean> {
    const { sealer, youtube, log } = this.#host.services();
    const { deliveryId, session } = abandonment.parse(payload);
    const opened = await sealer.open(session, sessionPlace(deliveryId));
    if (!opened.ok) {
      log.error("session not readable", { delivery_id: deliveryId, cause: new Error(opened.error.detail) });
      return true;
    }
    const answer = await youtube.abandon(opened.value.text);
    return answer.kind === "accepted" || (answer.kind === "refused" && (answer.refusal.kind === "gone" || answer.refusal.kind === "final"));
  }

  #event(state: DeliveryState, event: DeliveryEvent): SluiceEvent {
    const { newEventId, now } = this.#host.services();
    const { id, creatorId, requestId } = state.spec;
    const time = (epochMs: number): string => new Date(epochMs).toISOString();
    return {
      id: newEventId(),
      type: `delivery.${event}`,
      creatorId,
      resource: id,
      sequence: state.sequence,
      happenedAt: now(),
      requestId,
      data: shownDelivery(this.#host.show(state), time),
    };
  }
}
