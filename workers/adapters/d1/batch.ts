import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import type { SQL } from "drizzle-orm";
import type { Database } from "./database.ts";

const dialect = new SQLiteAsyncDialect();

/** Written statements in one transaction, with the rows of the last: drizzle's own `batch` knows built ones only. */
export async function lastOfBatch({ $client }: Database, statements: readonly SQL[]): Promise<readonly unknown[]> {
  const prepared = statements.map((statement) => {
    const { sql, params } = dialect.sqlToQuery(statement);
    return $client.prepare(sql).bind(...params);
  });
  const results = await $client.batch<unknown>(prepared);
  return results.at(-1)?.results ?? [];
}
