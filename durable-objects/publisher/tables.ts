export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE account (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    json TEXT NOT NULL
  ) STRICT`,
  // `ready_at`: what waits may begin then; 0: it may begin now; NULL: it does not wait.
  `CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    creator_id TEXT NOT NULL,
    destination_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    upload_id TEXT NOT NULL,
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,
    ready_at INTEGER,
    paused INTEGER NOT NULL,
    lease_until INTEGER,
    finished_at INTEGER,
    json TEXT NOT NULL
  ) STRICT`,
  "CREATE UNIQUE INDEX deliveries_living ON deliveries (destination_id, upload_id) WHERE status NOT IN ('failed', 'cancelled')",
  "CREATE INDEX deliveries_ripening ON deliveries (ready_at) WHERE ready_at > 0",
  "CREATE INDEX deliveries_in_turn ON deliveries (priority DESC, id) WHERE ready_at = 0 AND paused = 0",
  "CREATE INDEX deliveries_waiting ON deliveries (destination_id, id) WHERE status = 'waiting'",
  "CREATE INDEX deliveries_active ON deliveries (status, id) WHERE status IN ('transferring', 'committing')",
  "CREATE INDEX deliveries_processing ON deliveries (id) WHERE status = 'processing'",
  "CREATE INDEX deliveries_by_connection ON deliveries (connection_id, id) WHERE status = 'waiting'",
  "CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL",
  // Nothing of these begins.
  `CREATE TABLE paused (
    destination_id TEXT PRIMARY KEY,
    at INTEGER NOT NULL
  ) STRICT`,
  // What the world has still to be told, or asked.
  `CREATE TABLE outbox (
    key TEXT PRIMARY KEY,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL
  ) STRICT`,
  "CREATE INDEX outbox_due ON outbox (next_at)",
];
