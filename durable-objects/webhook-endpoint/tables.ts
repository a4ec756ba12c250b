export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE endpoint (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    json TEXT NOT NULL,
    pruned_at INTEGER NOT NULL DEFAULT 0
  ) STRICT`,
  // One row for every event that was handed over; what is sent is written once.
  `CREATE TABLE deliveries (
    event_id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    resource TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL,
    once INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    begun_at INTEGER,
    next_at INTEGER,
    since INTEGER,
    finished_at INTEGER,
    created_at INTEGER NOT NULL,
    attempt_count INTEGER NOT NULL DEFAULT 0,
    attempts TEXT NOT NULL DEFAULT '[]'
  ) STRICT`,
  "CREATE INDEX deliveries_due ON deliveries (next_at, event_id) WHERE next_at IS NOT NULL",
  "CREATE INDEX deliveries_on_their_way ON deliveries (since) WHERE since IS NOT NULL",
  "CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL",
  "CREATE INDEX deliveries_by_status ON deliveries (status, event_id)",
  // What the directory and the log of events have still to be told.
  `CREATE TABLE outbox (
    key TEXT PRIMARY KEY,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL
  ) STRICT`,
];
