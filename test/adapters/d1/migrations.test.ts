import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";

const MIGRATIONS = new URL("../../../migrations/", import.meta.url);

/** A database as it is after the migrations up to a number, and the step to the next. */
function migratedUpTo(last: string) {
  const database = new DatabaseSync(":memory:");
  const files = readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith(".sql"))
    .toSorted();
  const bring = (some: readonly string[]): void => {
    for (const file of some) {
      for (const statement of readFileSync(new URL(file, MIGRATIONS), "utf8").split("--> statement-breakpoint")) database.exec(statement);
    }
  };
  bring(files.filter((file) => file <= last));
  return { database, bringTheRest: () => bring(files.filter((file) => file > last)) };
}

test("0003 keeps every row, asks about each open upload in time, and goes on with the log's places", () => {
  const { database, bringTheRest } = migratedUpTo("0002_append_only_audit.sql");
  const upload = database.prepare(
    `insert into uploads (id, creator_id, kind, filename, status, "offset", reserved_bytes, created_at, expires_at, sequence)
     values (?, 'crt_1', 'whole', 'f', ?, 0, 1, 1000, 9000000, ?)`,
  );
  upload.run("upl_1", "receiving", 0);
  upload.run("upl_2", "receiving", 3);
  upload.run("upl_3", "completed", 4);
  const asset = database.prepare(
    `insert into assets (id, creator_id, upload_id, filename, content_type, size, object_key, etag, metadata, created_at, deleted_at, sequence)
     values (?, 'crt_1', ?, 'f', 'video/mp4', 1, 'k', 'e', '{}', 1, ?, 4)`,
  );
  asset.run("ast_1", "upl_3", null);
  asset.run("ast_2", "upl_0", 7);
  database.exec(`insert into events (id, creator_id, type, resource, sequence, happened_at, request_id, data)
    values ('evt_1', 'crt_1', 'upload.created', 'upl_1', 1, 1, 'req_1', '{}'), ('evt_2', 'crt_1', 'upload.created', 'upl_2', 1, 1, 'req_2', '{}')`);
  const rowsOf = (query: string) => database.prepare(query).all();
  const before = ["select * from assets order by id", "select * from events order by position"].map(rowsOf);

  bringTheRest();

  expect(["select * from assets order by id", "select * from events order by position"].map(rowsOf)).toEqual(before);
  expect(rowsOf("select id, status, sequence, due_at from uploads order by id")).toEqual([
    { id: "upl_1", status: "receiving", sequence: 0, due_at: 3_601_000 },
    { id: "upl_2", status: "receiving", sequence: 3, due_at: 9_000_000 },
    { id: "upl_3", status: "completed", sequence: 4, due_at: 9_000_000 },
  ]);
  expect(() => asset.run("ast_3", "upl_3", null)).toThrow("UNIQUE");
  expect(rowsOf("select name from pragma_table_list where wr = 1 and schema = 'main' order by name")).toEqual([
    { name: "assets" },
    { name: "uploads" },
  ]);
});
