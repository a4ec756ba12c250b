import { migrate, isNew } from "#durable-objects/sql-migrations.ts";
import type { EventId } from "#domain/ids.ts";
import type { Attempt, DeliveryStatus, WebhookDelivery, WebhookMessage } from "#domain/webhooks/delivery.ts";
import type { DeliveryState, EndpointState } from "./machine.ts";
import { attemptsSchema, deliveryRow, endpointSchema, outboxRow, type DeliveryRow, type OutboxRow } from "./stored.ts";
import { MIGRATIONS } from "./tables.ts";

const KEPT_ATTEMPTS = 20;
const KEPT_MS = 30 * 24 * 3600_000;
const KEPT_ROWS = 10_000;
/** What has just ended stays, however much there is: its event may be handed over once more. */
const SETTLED_MS = 3600_000;
const PRUNING_MS = 3600_000;

/** Every statement of an endpoint. */
export class Rows {
  readonly #storage: DurableObjectStorage;
  #exists: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#exists = !isNew(storage.sql);
    if (this.#exists) migrate(storage.sql, MIGRATIONS);
  }

  atomically<T>(work: () => T): T {
    return this.#storage.transactionSync(work);
  }

  // --- the endpoint ---

  load(): EndpointState | null {
    if (!this.#exists) return null;
    const row = this.#storage.sql.exec<{ json: string }>("SELECT json FROM endpoint").toArray()[0];
    return row === undefined ? null : endpointSchema.parse(JSON.parse(row.json));
  }

  save(state: EndpointState): void {
    if (!this.#exists) migrate(this.#storage.sql, MIGRATIONS);
    this.#exists = true;
    this.#storage.sql.exec(
      "INSERT INTO endpoint (only, json) VALUES (1, ?) ON CONFLICT (only) DO UPDATE SET json = excluded.json",
      JSON.stringify(state),
    );
  }

  async forget(): Promise<void> {
    await this.#storage.deleteAlarm();
    await this.#storage.deleteAll();
    this.#exists = false;
  }

  // --- deliveries ---

  /** False: this event is here already. */
  insert({ id, type, resource, sequence, requestId, body }: WebhookMessage, state: DeliveryState, now: number): boolean {
    return (
      this.#storage.sql.exec(
        `INSERT INTO deliveries (event_id, type, resource, sequence, request_id, body, status, once, tries, begun_at, next_at, since, finished_at, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING`,
        ...[id, type, resource, sequence, requestId, body],
        ...columnsOf(state),
        now,
      ).rowsWritten > 0
    );
  }

  find(id: EventId): DeliveryRow | null {
    const row = this.#storage.sql.exec("SELECT * FROM deliveries WHERE event_id = ?", id).toArray()[0];
    return row === undefined ? null : deliveryRow.parse(row);
  }

  move(id: EventId, state: DeliveryState): void {
    this.#storage.sql.exec(
      "UPDATE deliveries SET status = ?, once = ?, tries = ?, begun_at = ?, next_at = ?, since = ?, finished_at = ? WHERE event_id = ?",
      ...columnsOf(state),
      id,
    );
  }

  addAttempt(row: DeliveryRow, attempt: Attempt): void {
    const attempts = [...attemptsOf(row), attempt].slice(-KEPT_ATTEMPTS);
    this.#storage.sql.exec(
      "UPDATE deliveries SET attempts = ?, attempt_count = attempt_count + 1 WHERE event_id = ?",
      JSON.stringify(attempts),
      row.event_id,
    );
  }

  /** The longest due first. */
  due(now: number, limit: number): DeliveryRow[] {
    return this.#deliveries("WHERE next_at <= ? ORDER BY next_at, event_id LIMIT ?", now, limit);
  }

  onTheirWay(): DeliveryRow[] {
    return this.#deliveries("WHERE since IS NOT NULL");
  }

  /** Everything that is pending is due, with a whole schedule before it. */
  resume(now: number): void {
    this.#storage.sql.exec("UPDATE deliveries SET next_at = ?, tries = 0, begun_at = NULL WHERE next_at IS NOT NULL", now);
  }

  list(status: DeliveryStatus | null, before: EventId | null, limit: number): DeliveryRow[] {
    const from = before ?? "~";
    return status === null
      ? this.#deliveries("WHERE event_id < ? ORDER BY event_id DESC LIMIT ?", from, limit)
      : this.#deliveries("WHERE status = ? AND event_id < ? ORDER BY event_id DESC LIMIT ?", status, from, limit);
  }

  /** Lets go what ended thirty days ago, and what is beyond the newest ten thousand. */
  prune(now: number): void {
    const { sql } = this.#storage;
    if (now - this.#prunedAt() < PRUNING_MS) return;
    sql.exec("DELETE FROM deliveries WHERE finished_at < ?", now - KEPT_MS);
    sql.exec(
      `DELETE FROM deliveries WHERE finished_at < ?
         AND event_id <= (SELECT event_id FROM deliveries ORDER BY event_id DESC LIMIT 1 OFFSET ${KEPT_ROWS})`,
      now - SETTLED_MS,
    );
    sql.exec("UPDATE endpoint SET pruned_at = ?", now);
  }

  // --- what is next ---

  nextDelivery(): number | null {
    return this.#earliest("SELECT min(next_at) AS at FROM deliveries WHERE next_at IS NOT NULL");
  }

  nextOutbox(): number | null {
    return this.#earliest("SELECT min(next_at) AS at FROM outbox");
  }

  nextPruning(): number | null {
    const oldest = this.#earliest("SELECT min(finished_at) AS at FROM deliveries WHERE finished_at IS NOT NULL");
    return oldest === null ? null : Math.max(oldest + KEPT_MS, this.#prunedAt() + PRUNING_MS);
  }

  // --- outbox ---

  enqueue(key: string, payload: unknown, now: number): void {
    this.#storage.sql.exec(
      `INSERT INTO outbox (key, payload, next_at) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET payload = excluded.payload, next_at = excluded.next_at, attempts = 0`,
      key,
      JSON.stringify(payload),
      now,
    );
  }

  outboxDue(now: number): OutboxRow[] {
    const rows = this.#storage.sql.exec("SELECT * FROM outbox WHERE next_at <= ? ORDER BY next_at, key", now).toArray();
    return rows.map((row) => outboxRow.parse(row));
  }

  postpone({ key, attempts }: OutboxRow, nextAt: number): void {
    this.#storage.sql.exec("UPDATE outbox SET attempts = ?, next_at = ? WHERE key = ?", attempts + 1, nextAt, key);
  }

  /** Unless it was asked for again meanwhile, with something else to say. */
  settleOutbox({ key, payload }: OutboxRow): void {
    this.#storage.sql.exec("DELETE FROM outbox WHERE key = ? AND payload = ?", key, payload);
  }

  #deliveries(rest: string, ...bindings: (string | number)[]): DeliveryRow[] {
    return this.#storage.sql
      .exec(`SELECT * FROM deliveries ${rest}`, ...bindings)
      .toArray()
      .map((row) => deliveryRow.parse(row));
  }

  #prunedAt(): number {
    return this.#earliest("SELECT pruned_at AS at FROM endpoint") ?? 0;
  }

  #earliest(query: string): number | null {
    return this.#storage.sql.exec<{ at: number | null }>(query).toArray()[0]?.at ?? null;
  }
}

type Columns = [string, number, number, number | null, number | null, number | null, number | null];

function columnsOf({ stage, tries, begunAt, once }: DeliveryState): Columns {
  return [
    stage.status,
    once ? 1 : 0,
    tries,
    begunAt,
    stage.status === "pending" ? stage.nextAt : null,
    stage.status === "delivering" ? stage.since : null,
    stage.status === "delivered" || stage.status === "failed" ? stage.at : null,
  ];
}

export function stateOf(row: DeliveryRow): DeliveryState {
  const { status, next_at: nextAt, since, finished_at: at, created_at: createdAt } = row;
  const known = { tries: row.tries, begunAt: row.begun_at, once: row.once === 1 };
  switch (status) {
    case "pending":
      return { ...known, stage: { status, nextAt: nextAt ?? createdAt } };
    case "delivering":
      return { ...known, stage: { status, since: since ?? createdAt } };
    case "delivered":
    case "failed":
      return { ...known, stage: { status, at: at ?? createdAt } };
  }
}

const attemptsOf = (row: DeliveryRow): Attempt[] => attemptsSchema.parse(JSON.parse(row.attempts));

export const messageIn = ({ event_id: id, type, resource, sequence, request_id: requestId, body }: DeliveryRow): WebhookMessage => ({
  ...{ id, type, resource, sequence, requestId, body },
});

export const shown = (row: DeliveryRow): WebhookDelivery => ({
  id: row.event_id,
  type: row.type,
  resource: row.resource,
  sequence: row.sequence,
  status: row.status,
  createdAt: row.created_at,
  nextAttemptAt: row.next_at,
  finishedAt: row.finished_at,
  attemptCount: row.attempt_count,
  attempts: attemptsOf(row),
});
