import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

const COUNTED = ["uploads", "assets", "events", "idempotency_keys"] as const;
const counted = z.object({ n: z.int() });

export type RowCounts = Readonly<Record<(typeof COUNTED)[number], number>>;

/** What lies in the local D1, read from its own files. */
export function storedRows(stateDir: string): RowCounts {
  const directory = join(stateDir, "wrangler", "v3", "d1");
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".sqlite"));
  for (const file of files) {
    const database = new DatabaseSync(join(directory, file), { readOnly: true });
    try {
      if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'uploads'").get() === undefined) continue;
      const count = (table: string): number => counted.parse(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()).n;
      return {
        uploads: count("uploads"),
        assets: count("assets"),
        events: count("events"),
        idempotency_keys: count("idempotency_keys"),
      };
    } finally {
      database.close();
    }
  }
  throw new Error(`no directory was found in ${directory}`);
}
