import type { ConnectionId, DeliveryId, DestinationId, UploadId } from "#domain/ids.ts";
import { isNew, migrate } from "#durable-objects/sql-migrations.ts";
import type { DeliveryState } from "./delivery-state.ts";
import { type AccountState, accountStateSchema, deliverySchema, outboxRow, type OutboxRow } from "./stored.ts";
import { MIGRATIONS } from "./tables.ts";

/** What came to nothing stays as long for questions; the directory has it for ever. */
const KEPT_MS = 30 * 24 * 3600_000;

/** In the outbox: not by itself. */
export const NEVER = Number.MAX_SAFE_INTEGER;

type Bindings = (string | number | null)[];

/** Every statement of a publisher. */
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

  // --- the account ---

  account(): AccountState | null {
    if (!this.#exists) return null;
    const row = this.#storage.sql.exec<{ json: string }>("SELECT json FROM account").toArray()[0];
    return row === undefined ? null : accountStateSchema.parse(JSON.parse(row.json));
  }

  saveAccount(state: AccountState): void {
    this.#create();
    this.#storage.sql.exec(
      "INSERT INTO account (only, json) VALUES (1, ?) ON CONFLICT (only) DO UPDATE SET json = excluded.json",
      JSON.stringify(state),
    );
  }

  // --- deliveries ---

  find(id: DeliveryId): DeliveryState | null {
    return this.#exists ? (this.#states("WHERE id = ?", id)[0] ?? null) : null;
  }

  /** What is going there already, or has gone. */
  living(destinationId: DestinationId, uploadId: UploadId): DeliveryState | null {
    return (
      this.#states("WHERE destination_id = ? AND upload_id = ? AND status NOT IN ('failed', 'cancelled')", destinationId, uploadId)[0] ??
      null
    );
  }

  save(state: DeliveryState): void {
    const { spec, stage, lease } = state;
    const { status } = stage;
    // What has gone out stays: it must not go there twice.
    const forgettable = status === "failed" || status === "cancelled" ? stage.at : null;
    this.#storage.sql.exec(
      `INSERT INTO deliveries (id, creator_id, destination_id, connection_id, upload_id, status, priority, ready_at, lease_until, finished_at, json, paused)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, EXISTS (SELECT 1 FROM paused WHERE destination_id = ?))
         ON CONFLICT (id) DO UPDATE SET status = excluded.status, priority = excluded.priority, ready_at = excluded.ready_at,
           paused = excluded.paused, lease_until = excluded.lease_until, finished_at = excluded.finished_at, json = excluded.json`,
      ...[spec.id, spec.creatorId, spec.destinationId, spec.connectionId, spec.source.uploadId, stage.status, spec.priority],
      ...[readyAt(state), lease?.until ?? null, forgettable, JSON.stringify(state), spec.destinationId],
    );
  }

  /** What may begin by now takes its place in the line. */
  ripen(now: number): void {
    this.#storage.sql.exec("UPDATE deliveries SET ready_at = 0 WHERE ready_at > 0 AND ready_at <= ?", now);
  }

  /** Whose turn it is: by priority, then age. */
  first(): DeliveryState | null {
    return this.#states("WHERE ready_at = 0 AND paused = 0 ORDER BY priority DESC, id LIMIT 1")[0] ?? null;
  }

  /** From 1. */
  placeInLine({ id, priority }: { readonly id: DeliveryId; readonly priority: number }): number {
    return this.#number(
      "SELECT count(*) AS value FROM deliveries WHERE ready_at = 0 AND paused = 0 AND (priority > ? OR (priority = ? AND id <= ?))",
      ...[priority, priority, id],
    );
  }

  active(): DeliveryState[] {
    return this.#states("WHERE status IN ('transferring', 'committing') ORDER BY id");
  }

  /** After `after`, in the order of their ids. */
  processing(after: string, limit: number): DeliveryState[] {
    return this.#states("WHERE status = 'processing' AND id > ? ORDER BY id LIMIT ?", after, limit);
  }

  waitingBy(connectionId: ConnectionId): DeliveryState[] {
    return this.#states("WHERE connection_id = ? AND status = 'waiting' ORDER BY id", connectionId);
  }

  prune(now: number): void {
    this.#storage.sql.exec("DELETE FROM deliveries WHERE finished_at <= ?", now - KEPT_MS);
  }

  // --- pauses ---

  /** Also before anything has ever gone there. */
  pause(id: DestinationId, at: number): void {
    this.#create();
    this.#storage.sql.exec("INSERT INTO paused (destination_id, at) VALUES (?, ?) ON CONFLICT (destination_id) DO NOTHING", id, at);
    this.#storage.sql.exec("UPDATE deliveries SET paused = 1 WHERE destination_id = ? AND status = 'waiting'", id);
  }

  resume(id: DestinationId): void {
    if (!this.#exists) return;
    this.#storage.sql.exec("DELETE FROM paused WHERE destination_id = ?", id);
    this.#storage.sql.exec("UPDATE deliveries SET paused = 0 WHERE destination_id = ? AND status = 'waiting'", id);
  }

  isPaused(id: DestinationId): boolean {
    return this.#number("SELECT count(*) AS value FROM paused WHERE destination_id = ?", id) > 0;
  }

  // --- what is next ---

  nextRipe(): number | null {
    return this.#earliest("SELECT min(ready_at) AS value FROM deliveries WHERE ready_at > 0");
  }

  nextPruning(): number | null {
    const oldest = this.#earliest("SELECT min(finished_at) AS value FROM deliveries WHERE finished_at IS NOT NULL");
    return oldest === null ? null : oldest + KEPT_MS;
  }

  nextOutbox(): number | null {
    return this.#earliest(`SELECT min(next_at) AS value FROM outbox WHERE next_at < ${NEVER}`);
  }

  // --- outbox ---

  enqueue(key: string, payload: unknown, now: number): void {
    this.#storage.sql.exec(
      `INSERT INTO outbox (key, payload, next_at) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET payload = excluded.payload, next_at = excluded.next_at, attempts = 0`,
      ...[key, JSON.stringify(payload), now],
    );
  }

  outboxDue(now: number): OutboxRow[] {
    return this.#outbox("WHERE next_at <= ? ORDER BY next_at, key LIMIT 100", now);
  }

  /** Everything whose key begins so. */
  outboxOf(prefix: string): OutboxRow[] {
    return this.#outbox("WHERE key >= ? AND key < ? ORDER BY key", prefix, `${prefix}~`);
  }

  postpone({ key, attempts }: OutboxRow, nextAt: number): void {
    this.#storage.sql.exec("UPDATE outbox SET attempts = ?, next_at = ? WHERE key = ?", attempts + 1, nextAt, key);
  }

  /** Every delivery is told of again. */
  projectAll(now: number): void {
    this.#storage.sql.exec(
      `INSERT INTO outbox (key, payload, next_at)
         SELECT 'project:' || id, json_object('sequence', json_extract(json, '$.sequence')), ? FROM deliveries WHERE true
         ON CONFLICT (key) DO NOTHING`,
      now,
    );
  }

  /** Unless it was asked for again meanwhile, with something else to say. */
  settle({ key, payload }: OutboxRow): void {
    this.#storage.sql.exec("DELETE FROM outbox WHERE key = ? AND payload = ?", key, payload);
  }

  #create(): void {
    if (!this.#exists) migrate(this.#storage.sql, MIGRATIONS);
    this.#exists = true;
  }

  #states(rest: string, ...bindings: Bindings): DeliveryState[] {
    const rows = this.#storage.sql.exec<{ json: string }>(`SELECT json FROM deliveries ${rest}`, ...bindings).toArray();
    return rows.map(({ json }) => deliverySchema.parse(JSON.parse(json)));
  }

  #outbox(rest: string, ...bindings: Bindings): OutboxRow[] {
    return this.#storage.sql
      .exec(`SELECT * FROM outbox ${rest}`, ...bindings)
      .toArray()
      .map((row) => outboxRow.parse(row));
  }

  #earliest(query: string): number | null {
    return this.#storage.sql.exec<{ value: number | null }>(query).toArray()[0]?.value ?? null;
  }

  #number(query: string, ...bindings: Bindings): number {
    return this.#storage.sql.exec<{ value: number }>(query, ...bindings).one().value;
  }
}

/** When what waits may begin, as far as it has to do with itself; 0 once it may is the line's own (`ripen`). */
function readyAt({ spec, stage }: DeliveryState): number | null {
  if (stage.status !== "waiting") return null;
  return Math.max(1, stage.hold?.until ?? 1, spec.scheduleAt ?? 1);
}
