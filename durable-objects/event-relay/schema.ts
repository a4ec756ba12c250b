import { z } from "zod";
import { idSchema } from "#domain/id-schema.ts";
import { migrate } from "#durable-objects/sql-migrations.ts";
import { applied, type Lag, type RelayState, type RelayStep } from "./machine.ts";

const MIGRATIONS: readonly string[] = [
  // Which log this is the relay of, and how far it has been read.
  "CREATE TABLE relay (only INTEGER PRIMARY KEY CHECK (only = 1), log INTEGER NOT NULL, cursor INTEGER NOT NULL) STRICT",
  `CREATE TABLE lags (
    subscriber TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    after INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    PRIMARY KEY (subscriber, creator_id)
  ) STRICT, WITHOUT ROWID`,
];

const lagRow = z
  .object({ subscriber: z.string(), creator_id: idSchema("crt"), after: z.number(), attempts: z.number(), next_at: z.number() })
  .transform(({ subscriber, creator_id, after, attempts, next_at }): Lag => {
    return { subscriber, creatorId: creator_id, after, attempts, nextAt: next_at };
  });

/** Every statement that a relay makes, as verbs. All synchronous. */
export class Rows {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  /** As the rows have it. */
  #cached: RelayState | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    migrate(this.#sql, MIGRATIONS);
  }

  /** A new relay begins with the first event that the log has. */
  begin(log: number): void {
    this.#sql.exec("INSERT INTO relay (only, log, cursor) VALUES (1, ?, 0) ON CONFLICT DO NOTHING", log);
  }

  /** Which log this is the relay of; null before anybody has said so. */
  log(): number | null {
    return this.#sql.exec<{ log: number }>("SELECT log FROM relay").toArray()[0]?.log ?? null;
  }

  load(): RelayState {
    this.#cached ??= {
      cursor: this.#sql.exec<{ cursor: number }>("SELECT cursor FROM relay").one().cursor,
      lags: this.#sql
        .exec("SELECT * FROM lags")
        .toArray()
        .map((row) => lagRow.parse(row)),
    };
    return this.#cached;
  }

  save(step: RelayStep): void {
    const { cursor, behind, abreast } = step;
    const next = applied(this.load(), step);
    this.#cached = null;
    this.#storage.transactionSync(() => {
      this.#sql.exec("UPDATE relay SET cursor = ? WHERE cursor <> ?", cursor, cursor);
      for (const { subscriber, creatorId: id, after, attempts, nextAt } of behind) {
        this.#sql.exec(
          "INSERT OR REPLACE INTO lags (subscriber, creator_id, after, attempts, next_at) VALUES (?, ?, ?, ?, ?)",
          ...[subscriber, id, after, attempts, nextAt],
        );
      }
      for (const ear of abreast) {
        this.#sql.exec("DELETE FROM lags WHERE subscriber = ? AND creator_id = ?", ear.subscriber, ear.creatorId);
      }
    });
    this.#cached = next;
  }
}
