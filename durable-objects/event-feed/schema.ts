import { z } from "zod";
import { parseId, type CreatorId } from "#domain/ids.ts";
import { isNew, migrate } from "#durable-objects/sql-migrations.ts";
import { NEW_FEED, type FeedState, type Seat } from "./machine.ts";
import type { Watched } from "./pace.ts";

const MIGRATIONS: readonly string[] = [
  `CREATE TABLE feed (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    creator_id TEXT NOT NULL,
    floor INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    listened_at INTEGER NOT NULL,
    watched TEXT
  ) STRICT`,
  // A message is kept as it is sent; type and resource are there to be asked for.
  `CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    resource TEXT NOT NULL,
    message TEXT NOT NULL
  ) STRICT`,
];

const feedRow = z.object({
  creator_id: z.string(),
  floor: z.int(),
  newest: z.int(),
  kept: z.int(),
  listened_at: z.int(),
});

const keptRow = z.object({ position: z.int(), message: z.string() });

const savedWatch = z.object({
  isComplete: z.boolean(),
  askedAt: z.int(),
  uploads: z
    .array(
      z.object({
        uploadId: z.string(),
        offset: z.int(),
        length: z.int().nullable(),
        movedAt: z.int(),
        rateBps: z.number(),
        dueAt: z.int(),
      }),
    )
    .transform((entries) =>
      entries.flatMap((entry): Watched[] => {
        const uploadId = parseId("upl", entry.uploadId);
        return uploadId === null ? [] : [{ ...entry, uploadId }];
      }),
    ),
});

/** What is remembered of open uploads while the object is out of memory. */
export type SavedWatch = z.output<typeof savedWatch>;

export type KeptMessage = { readonly position: number; readonly type: string; readonly resource: string; readonly message: string };

/** Every statement that a feed makes, as verbs. All synchronous. */
export class Rows {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    if (!isNew(this.#sql)) migrate(this.#sql, MIGRATIONS);
  }

  /** All of `work` or nothing. */
  atomically<T>(work: () => T): T {
    return this.#storage.transactionSync(work);
  }

  creatorId(): CreatorId | null {
    return parseId("crt", this.#feed()?.creator_id ?? "");
  }

  load(): FeedState {
    const row = this.#feed();
    if (row === null) return NEW_FEED;
    return { floor: row.floor, newest: row.newest, kept: row.kept, listenedAt: row.listened_at };
  }

  save(creatorId: CreatorId, { floor, newest, kept, listenedAt }: FeedState): void {
    migrate(this.#sql, MIGRATIONS);
    this.#sql.exec(
      `INSERT INTO feed (only, creator_id, floor, newest, kept, listened_at) VALUES (1, ?, ?, ?, ?, ?)
       ON CONFLICT (only) DO UPDATE SET
         floor = excluded.floor, newest = excluded.newest, kept = excluded.kept, listened_at = excluded.listened_at`,
      creatorId,
      floor,
      newest,
      kept,
      listenedAt,
    );
  }

  keep({ position, type, resource, message }: KeptMessage): void {
    this.#sql.exec("INSERT INTO events (position, type, resource, message) VALUES (?, ?, ?, ?)", position, type, resource, message);
  }

  /** Drops all but the newest; the position of the newest that went, null when none did. */
  trimTo(count: number): number | null {
    const last = this.#sql
      .exec<{ position: number }>("SELECT position FROM events ORDER BY position DESC LIMIT 1 OFFSET ?", count)
      .toArray()[0]?.position;
    if (last === undefined) return null;
    this.#sql.exec("DELETE FROM events WHERE position <= ?", last);
    return last;
  }

  /** What is kept for this listener, oldest first. */
  page({ at, types, resource }: Seat, limit: number): { position: number; message: string }[] {
    if (isNew(this.#sql)) return [];
    const wanted = JSON.stringify(types);
    return this.#sql
      .exec(
        `SELECT position, message FROM events
         WHERE position > ?1 AND (?2 IS NULL OR resource = ?2)
           AND (json_array_length(?3) = 0 OR type IN (SELECT value FROM json_each(?3)))
         ORDER BY position LIMIT ?4`,
        at,
        resource,
        wanted,
        limit,
      )
      .toArray()
      .map((row) => keptRow.parse(row));
  }

  watched(): SavedWatch | null {
    if (isNew(this.#sql)) return null;
    const text = this.#sql.exec<{ watched: string | null }>("SELECT watched FROM feed").toArray()[0]?.watched ?? null;
    return text === null ? null : savedWatch.parse(JSON.parse(text));
  }

  setWatched(watch: SavedWatch | null): void {
    this.#sql.exec("UPDATE feed SET watched = ?", watch === null ? null : JSON.stringify(watch));
  }

  #feed(): z.infer<typeof feedRow> | null {
    if (isNew(this.#sql)) return null;
    const row = this.#sql.exec("SELECT creator_id, floor, newest, kept, listened_at FROM feed").toArray()[0];
    return row === undefined ? null : feedRow.parse(row);
  }
}
