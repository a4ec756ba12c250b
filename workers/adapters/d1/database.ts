import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import { directoryOver, type Directory } from "#domain/identity/directory.ts";
import * as schema from "./schema.ts";

export type Database = DrizzleD1Database<typeof schema> & { readonly $client: D1Database };

const connected = new WeakMap<D1Database, Directory<Database>>();

/** One database today; more are more arguments here, and their buckets copied first. */
export function d1Directory(binding: D1Database): Directory<Database> {
  const known = connected.get(binding) ?? directoryOver([drizzle(binding, { schema })]);
  connected.set(binding, known);
  return known;
}
