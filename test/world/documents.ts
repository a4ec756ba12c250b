import type { DatabaseSync } from "node:sqlite";

export const DOCUMENTS_DDL = `
  CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, record TEXT NOT NULL, UNIQUE (kind, id)
  );
  CREATE INDEX IF NOT EXISTS documents_by_parent ON documents (kind, parent);
`;

/** JSON records by kind and id, oldest first; a parent groups those of one kind. */
export interface Documents {
  get(kind: string, id: string): string | null;
  /** Replaces what has this id, which keeps its place in the order. */
  put(kind: string, id: string, parent: string, record: string): void;
  drop(kind: string, id: string): void;
  under(kind: string, parent: string): string[];
  all(kind: string): string[];
  countOf(kind: string): number;
  clear(kind: string): void;
  /** All of what is done in it, or nothing, whenever the process ends. */
  atomically(work: () => void): void;
  /** Keeps the newest of a kind. */
  trim(kind: string, kept: number): void;
}

export function documentsOn(database: DatabaseSync): Documents {
  const sql = {
    get: database.prepare("SELECT record FROM documents WHERE kind = ? AND id = ?"),
    put: database.prepare(
      "INSERT INTO documents (kind, id, parent, record) VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET parent = excluded.parent, record = excluded.record",
    ),
    drop: database.prepare("DELETE FROM documents WHERE kind = ? AND id = ?"),
    under: database.prepare("SELECT record FROM documents WHERE kind = ? AND parent = ? ORDER BY seq"),
    all: database.prepare("SELECT record FROM documents WHERE kind = ? ORDER BY seq"),
    count: database.prepare("SELECT count(*) AS n FROM documents WHERE kind = ?"),
    clear: database.prepare("DELETE FROM documents WHERE kind = ?"),
    trim: database.prepare(
      "DELETE FROM documents WHERE kind = ?1 AND seq <= (SELECT seq FROM documents WHERE kind = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
    ),
  };
  const record = (row: Record<string, unknown>): string => String(row["record"]);
  return {
    get(kind, id) {
      const row = sql.get.get(kind, id);
      return row === undefined ? null : record(row);
    },
    put(kind, id, parent, text) {
      sql.put.run(kind, id, parent, text);
    },
    drop(kind, id) {
      sql.drop.run(kind, id);
    },
    under: (kind, parent) => sql.under.all(kind, parent).map(record),
    all: (kind) => sql.all.all(kind).map(record),
    countOf: (kind) => Number(sql.count.get(kind)?.["n"] ?? 0),
    clear(kind) {
      sql.clear.run(kind);
    },
    atomically(work) {
      database.exec("BEGIN IMMEDIATE");
      try {
        work();
        database.exec("COMMIT");
      } catch (cause) {
        database.exec("ROLLBACK");
        throw cause;
      }
    },
    trim(kind, kept) {
      sql.trim.run(kind, kept);
    },
  };
}
