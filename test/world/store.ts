import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { err, ok, type Result } from "#domain/result.ts";
import { type Documents, DOCUMENTS_DDL, documentsOn } from "./documents.ts";

const KEPT = 10_000;

const DDL = `
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS faults (id INTEGER PRIMARY KEY AUTOINCREMENT, fault TEXT NOT NULL, remaining INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS authentications (seq INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS callbacks (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, record TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS callbacks_by_id ON callbacks (id);
  CREATE TABLE IF NOT EXISTS webhooks (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, record TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS webhooks_by_id ON webhooks (id);
`;

export type StateInUse = { readonly code: "state_in_use"; readonly directory: string; readonly pid: number | null };

type KeyedRecords = { all(): string[]; add(id: string, record: string): void; countOf(id: string): number; clear(): void };

/** What a world remembers, in one SQLite file per state directory. */
export interface Store {
  settings: { get(name: string): string | null; set(name: string, value: string): void };
  faults: {
    all(): { id: number; fault: string; remaining: number }[];
    insert(fault: string, remaining: number): number;
    /** A fault with nothing remaining is forgotten. */
    setRemaining(id: number, remaining: number): void;
    clear(): void;
  };
  /** JSON records, oldest first; the newest 10,000 are kept. */
  authentications: { all(): string[]; add(record: string): void; clear(): void };
  callbacks: KeyedRecords;
  webhooks: KeyedRecords;
  documents: Documents;
  close(): void;
}

/**
 * Opens the store and holds it against every other world with the same state directory. SQLite's own file lock is the
 * lock: the kernel drops it with the process, so a killed world leaves nothing behind that could be stale.
 */
export function openStore(directory: string): Result<Store, StateInUse> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, "world.sqlite");
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT;");
  } catch (cause) {
    database.close();
    if (cause instanceof Error && cause.message.includes("locked"))
      return err({ code: "state_in_use", directory, pid: readPid(directory) });
    throw cause;
  }
  database.exec(DDL + DOCUMENTS_DDL);
  writeFileSync(join(directory, "world.pid"), `${process.pid}\n`);
  return ok(storeOn(database));
}

function storeOn(database: DatabaseSync): Store {
  const sql = {
    setting: database.prepare("SELECT value FROM settings WHERE name = ?"),
    setSetting: database.prepare(
      "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    ),
    faults: database.prepare("SELECT id, fault, remaining FROM faults ORDER BY id"),
    addFault: database.prepare("INSERT INTO faults (fault, remaining) VALUES (?, ?)"),
    setRemaining: database.prepare("UPDATE faults SET remaining = ? WHERE id = ?"),
    dropSpent: database.prepare("DELETE FROM faults WHERE remaining <= 0"),
    authentications: database.prepare("SELECT record FROM authentications ORDER BY seq"),
    addAuthentication: database.prepare("INSERT INTO authentications (record) VALUES (?)"),
    trimAuthentications: database.prepare("DELETE FROM authentications WHERE seq <= ?"),
  };
  return {
    settings: {
      get(name) {
        const row = sql.setting.get(name);
        return row === undefined ? null : String(row["value"]);
      },
      set(name, value) {
        sql.setSetting.run(name, value);
      },
    },
    faults: {
      all: () =>
        sql.faults.all().map((row) => ({ id: Number(row["id"]), fault: String(row["fault"]), remaining: Number(row["remaining"]) })),
      insert: (fault, remaining) => Number(sql.addFault.run(fault, remaining).lastInsertRowid),
      setRemaining(id, remaining) {
        sql.setRemaining.run(remaining, id);
        sql.dropSpent.run();
      },
      clear: () => database.exec("DELETE FROM faults"),
    },
    authentications: {
      all: () => sql.authentications.all().map((row) => String(row["record"])),
      add(record) {
        const { lastInsertRowid } = sql.addAuthentication.run(record);
        sql.trimAuthentications.run(Number(lastInsertRowid) - KEPT);
      },
      clear: () => database.exec("DELETE FROM authentications"),
    },
    callbacks: keyedRecords(database, "callbacks"),
    webhooks: keyedRecords(database, "webhooks"),
    documents: documentsOn(database),
    close: () => database.close(),
  };
}

function keyedRecords(database: DatabaseSync, table: "callbacks" | "webhooks"): KeyedRecords {
  const all = database.prepare(`SELECT record FROM ${table} ORDER BY seq`);
  const add = database.prepare(`INSERT INTO ${table} (id, record) VALUES (?, ?)`);
  const trim = database.prepare(`DELETE FROM ${table} WHERE seq <= ?`);
  const count = database.prepare(`SELECT count(*) AS n FROM ${table} WHERE id = ?`);
  return {
    all: () => all.all().map((row) => String(row["record"])),
    add(id, record) {
      const { lastInsertRowid } = add.run(id, record);
      trim.run(Number(lastInsertRowid) - KEPT);
    },
    countOf: (id) => Number(count.get(id)?.["n"] ?? 0),
    clear: () => database.exec(`DELETE FROM ${table}`),
  };
}

function readPid(directory: string): number | null {
  try {
    const pid = Number(readFileSync(join(directory, "world.pid"), "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}
