import { z } from "zod";
import { QUOTA_BUCKETS, type QuotaBucket } from "#domain/quota/quota-ledger.ts";
import { isNew, migrate } from "#durable-objects/sql-migrations.ts";
import { type BucketDay, type Correction, type Moment, OPEN_FOR_MS, type Reservation, UNTOUCHED } from "./machine.ts";
import type { LedgerAccounts, Recent } from "./view.ts";

const KEPT_DAYS = 30;
/** Of more calls within an hour the oldest are forgotten: those that are open count as spent. */
const MOST_CALLS = 10_000;

const MIGRATIONS: readonly string[] = [
  `CREATE TABLE days (
    day TEXT NOT NULL,
    bucket TEXT NOT NULL,
    used INTEGER NOT NULL DEFAULT 0,
    exhausted_until INTEGER,
    PRIMARY KEY (day, bucket)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE methods (
    day TEXT NOT NULL,
    method TEXT NOT NULL,
    calls INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    PRIMARY KEY (day, method)
  ) STRICT, WITHOUT ROWID`,
  // The calls of the last hour, settled ones too: they are its pace.
  `CREATE TABLE calls (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    day TEXT NOT NULL,
    bucket TEXT NOT NULL,
    method TEXT NOT NULL,
    cost INTEGER NOT NULL,
    at INTEGER NOT NULL,
    open INTEGER NOT NULL
  ) STRICT`,
  "CREATE INDEX calls_by_id ON calls (id)",
];

const dayRow = z.object({ day: z.string(), bucket: z.string(), used: z.int(), exhausted_until: z.int().nullable() });
const bucketDay = ({ used, exhausted_until }: z.output<typeof dayRow>): BucketDay => ({ used, exhaustedUntil: exhausted_until });

const methodRow = z.object({ method: z.string(), calls: z.int(), cost: z.int() });
const recentRow = z.object({ bucket: z.string(), cost: z.int(), reserved: z.int() });

const callRow = z.object({
  id: z.string(),
  day: z.string(),
  bucket: z.enum(QUOTA_BUCKETS),
  method: z.string(),
  cost: z.int(),
  at: z.int(),
  open: z.int(),
});

/** Every statement that a ledger makes, as verbs. All synchronous. A ledger that is only asked about has no table. */
export class Rows {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  #exists: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#exists = !isNew(this.#sql);
    if (this.#exists) migrate(this.#sql, MIGRATIONS);
  }

  // --- deciding ---

  bucket(day: string, bucket: QuotaBucket): BucketDay {
    if (!this.#exists) return UNTOUCHED;
    const row = this.#sql.exec("SELECT * FROM days WHERE day = ? AND bucket = ?", day, bucket).toArray()[0];
    return row === undefined ? UNTOUCHED : bucketDay(dayRow.parse(row));
  }

  /** The newest call under this id, open or not. */
  call(id: string): (Reservation & { readonly isOpen: boolean }) | null {
    if (!this.#exists) return null;
    const row = this.#sql.exec("SELECT * FROM calls WHERE id = ? ORDER BY number DESC LIMIT 1", id).toArray()[0];
    if (row === undefined) return null;
    const { open, ...reservation } = callRow.parse(row);
    return { ...reservation, isOpen: open === 1 };
  }

  // --- recording ---

  take({ id, day, bucket, method, cost, at }: Reservation): void {
    this.#begin();
    this.#storage.transactionSync(() => {
      this.#sql.exec("UPDATE calls SET open = 0 WHERE id = ?", id);
      this.#sql.exec(
        "INSERT INTO calls (id, day, bucket, method, cost, at, open) VALUES (?, ?, ?, ?, ?, ?, 1)",
        ...[id, day, bucket, method, cost, at],
      );
      this.#sql.exec(`DELETE FROM calls WHERE number <= (SELECT max(number) FROM calls) - ${MOST_CALLS}`);
      this.#add({ day, bucket, method, cost, calls: 1 });
    });
  }

  settle(id: string, cost: number, correction: Correction): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec("UPDATE calls SET open = 0, cost = ? WHERE id = ? AND open = 1", cost, id);
      this.#add(correction);
    });
  }

  exhaust(day: string, bucket: QuotaBucket, until: number): void {
    this.#begin();
    this.#sql.exec(
      `INSERT INTO days (day, bucket, exhausted_until) VALUES (?, ?, ?)
       ON CONFLICT (day, bucket) DO UPDATE SET exhausted_until = excluded.exhausted_until`,
      ...[day, bucket, until],
    );
  }

  /** Lets go what nothing asks for any more; how many calls nobody has settled. */
  tidy(now: number): number {
    if (!this.#exists) return 0;
    const old = now - OPEN_FOR_MS;
    const unsettled = this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM calls WHERE at <= ? AND open = 1", old).one().count;
    this.#storage.transactionSync(() => {
      this.#sql.exec("DELETE FROM calls WHERE at <= ?", old);
      const kept = `SELECT DISTINCT day FROM days ORDER BY day DESC LIMIT ${KEPT_DAYS}`;
      this.#sql.exec(`DELETE FROM methods WHERE day NOT IN (${kept})`);
      this.#sql.exec(`DELETE FROM days WHERE day NOT IN (${kept})`);
    });
    return unsettled;
  }

  /** When the oldest call was made; null when none is kept. */
  oldestCallAt(): number | null {
    if (!this.#exists) return null;
    return this.#sql.exec<{ at: number | null }>("SELECT min(at) AS at FROM calls").one().at;
  }

  // --- looking ---

  accounts({ day, now }: Moment): LedgerAccounts {
    if (!this.#exists) return { days: new Map(), recent: new Map(), methods: [] };
    return { days: this.#days(), recent: this.#recent(day, now), methods: this.#methods(day) };
  }

  #days(): Map<string, Map<string, BucketDay>> {
    const days = new Map<string, Map<string, BucketDay>>();
    for (const row of this.#sql.exec("SELECT * FROM days ORDER BY day DESC").toArray()) {
      const known = dayRow.parse(row);
      days.set(known.day, (days.get(known.day) ?? new Map<string, BucketDay>()).set(known.bucket, bucketDay(known)));
    }
    return days;
  }

  #recent(day: string, now: number): Map<string, Recent> {
    const rows = this.#sql.exec(
      `SELECT bucket, sum(cost) AS cost, sum(CASE WHEN open = 1 AND day = ? THEN cost ELSE 0 END) AS reserved
       FROM calls WHERE at > ? GROUP BY bucket`,
      ...[day, now - OPEN_FOR_MS],
    );
    return new Map(
      rows.toArray().map((row) => {
        const { bucket, cost, reserved } = recentRow.parse(row);
        return [bucket, { cost, reserved }];
      }),
    );
  }

  #methods(day: string): LedgerAccounts["methods"] {
    return this.#sql
      .exec("SELECT method, calls, cost FROM methods WHERE day = ? AND calls > 0 ORDER BY cost DESC, method", day)
      .toArray()
      .map((row) => methodRow.parse(row));
  }

  #add({ day, bucket, method, cost, calls }: Correction): void {
    this.#sql.exec(
      "INSERT INTO days (day, bucket, used) VALUES (?, ?, ?) ON CONFLICT (day, bucket) DO UPDATE SET used = used + excluded.used",
      ...[day, bucket, cost],
    );
    this.#sql.exec(
      `INSERT INTO methods (day, method, calls, cost) VALUES (?, ?, ?, ?)
       ON CONFLICT (day, method) DO UPDATE SET calls = calls + excluded.calls, cost = cost + excluded.cost`,
      ...[day, method, calls, cost],
    );
  }

  #begin(): void {
    if (!this.#exists) migrate(this.#sql, MIGRATIONS);
    this.#exists = true;
  }
}
