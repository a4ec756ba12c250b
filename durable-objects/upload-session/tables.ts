import { z } from "zod";
import { idSchema } from "#domain/id-schema.ts";

export const MIGRATIONS: readonly string[] = [
  // What never changes, written once.
  "CREATE TABLE spec (only INTEGER PRIMARY KEY CHECK (only = 1), json TEXT NOT NULL) STRICT",
  // What every step may change: one row, small, written once a step.
  `CREATE TABLE state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    json TEXT NOT NULL,
    multipart_id TEXT,
    multipart_at INTEGER,
    object_attempt INTEGER NOT NULL DEFAULT 0,
    head BLOB,
    sha256 BLOB, crc32c BLOB, blake3 BLOB, md5 BLOB,
    wake_at INTEGER,
    projected_at INTEGER NOT NULL DEFAULT 0,
    request_id TEXT NOT NULL
  ) STRICT`,
  "CREATE TABLE handles (hash TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
  // One row for every slot that holds something.
  `CREATE TABLE slots (
    slot INTEGER PRIMARY KEY,
    filled INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    part_number INTEGER,
    etag TEXT
  ) STRICT`,
  // Staged bytes by their absolute position; a claim marks them as provisional.
  "CREATE TABLE pieces (position INTEGER PRIMARY KEY, claim INTEGER, bytes BLOB NOT NULL) STRICT",
  // Effects that are still to be had; the same key asked for again is one effect.
  `CREATE TABLE outbox (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    request_id TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL
  ) STRICT`,
  // The first megabytes, by their position, while their parts are in R2.
  "CREATE TABLE head (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
  "ALTER TABLE state ADD COLUMN look_attempts INTEGER NOT NULL DEFAULT 0",
];

export type SlotRow = { slot: number; filled: number; attempts: number; part_number: number | null; etag: string | null };

export const outboxRow = z.object({
  key: z.string(),
  kind: z.string(),
  payload: z.string(),
  request_id: idSchema("req"),
  attempts: z.number(),
  next_at: z.number(),
});
export type OutboxRow = z.output<typeof outboxRow>;

export const NO_SLOT: Omit<SlotRow, "slot"> = { filled: 0, attempts: 0, part_number: null, etag: null };
