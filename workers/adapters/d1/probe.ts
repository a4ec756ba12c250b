import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";

/** Whether the database answers a question that costs nothing. */
export async function answers(database: () => Database): Promise<boolean> {
  try {
    await database().run(sql`select 1`);
    return true;
  } catch {
    return false;
  }
}
