/** Applies the migrations that this object has not had yet, in order; the count is kept in a table, as `PRAGMA user_version` is not to be had. */
export function migrate(sql: SqlStorage, migrations: readonly string[]): void {
  sql.exec("CREATE TABLE IF NOT EXISTS schema_version (only INTEGER PRIMARY KEY CHECK (only = 1), applied INTEGER NOT NULL)");
  const applied = sql.exec<{ applied: number }>("SELECT applied FROM schema_version").toArray()[0]?.applied ?? 0;
  for (const statement of migrations.slice(applied)) sql.exec(statement);
  if (applied < migrations.length) {
    sql.exec(
      "INSERT INTO schema_version (only, applied) VALUES (1, ?) ON CONFLICT (only) DO UPDATE SET applied = excluded.applied",
      migrations.length,
    );
  }
}

/** Whether anything was ever stored here: an object that is only asked about must not begin to exist. */
export const isNew = (sql: SqlStorage): boolean =>
  sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").toArray().length === 0;
