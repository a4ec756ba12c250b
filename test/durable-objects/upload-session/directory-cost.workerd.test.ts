import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { expect, it } from "vitest";
import { d1EventLog } from "#adapters/d1/event-log.ts";
import * as schema from "#adapters/d1/schema.ts";
import { d1SessionProjection } from "#adapters/d1/session-projection.ts";
import { d1UploadDirectory } from "#adapters/d1/upload-directory.ts";
import { directoryOver } from "#domain/identity/directory.ts";
import type { Look } from "#domain/media/media-info.ts";
import { aReservation, GENEROUS } from "../../fakes/builders.ts";
import { aBody, anAppend, aSpec, noise, progressIn, REQUEST, SECRET_HASH, stubOf, withServices } from "./session-under-test.ts";

const PART = 5 * 1024 * 1024;

/** D1 as it is, with a count of what it is billed by: rows written, one for each index that a row goes into, by what writes them. */
function counting() {
  const counted = { batches: 0, rowsWritten: 0, byStatement: Object.fromEntries<number>([]) };
  const texts = new WeakMap<D1PreparedStatement, string>();
  const named = (statement: D1PreparedStatement, text: string): D1PreparedStatement => {
    texts.set(statement, text);
    const bind = statement.bind.bind(statement);
    return Object.assign(statement, { bind: (...values: unknown[]) => named(bind(...values), text) });
  };
  const textOf = (statement: D1PreparedStatement | undefined): string => (statement === undefined ? "" : (texts.get(statement) ?? ""));
  const batch: D1Database["batch"] = async (statements) => {
    const results = await env.DIRECTORY.batch<never>(statements);
    counted.batches += 1;
    for (const [index, { meta }] of results.entries()) {
      counted.rowsWritten += meta.rows_written;
      const [, what = ""] = /^\s*((?:insert into|update) \S+)/i.exec(textOf(statements[index])) ?? [];
      if (meta.rows_written > 0) counted.byStatement[what] = (counted.byStatement[what] ?? 0) + meta.rows_written;
    }
    return results;
  };
  const database = new Proxy(env.DIRECTORY, {
    get: (target, name) => {
      if (name === "batch") return batch;
      if (name === "prepare") return (text: string) => named(target.prepare(text), text);
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
  return { counted, directory: directoryOver([drizzle(database, { schema })]) };
}

type Called = { readonly name: string | null; readonly externalId: string | null };

async function uploaded(chunks: readonly number[], look: Look | null = null, called: Called = { name: null, externalId: null }) {
  const { counted, directory } = counting();
  const length = chunks.reduce((sum, bytes) => sum + bytes, 0);
  const spec = aSpec({ ...called, length, plan: { partBytes: PART, attempts: 1 } });
  await withServices(spec.id, (services) => ({
    ...services,
    directory: d1SessionProjection(directory),
    events: d1EventLog(directory),
    early: { ...services.early, look: () => look },
  }));
  await d1UploadDirectory(directory).reserve(aReservation({ ...called, id: spec.id, creatorId: spec.creatorId, length }), GENEROUS);
  await stubOf(spec.id).open(spec, SECRET_HASH, REQUEST);
  const rows = async (table: string, column: string): Promise<number> =>
    (await env.DIRECTORY.prepare(`select count(*) as n from ${table} where ${column} = ?`).bind(spec.id).first<number>("n")) ?? 0;
  // A fast one tells of its beginning along with its end.
  await expect.poll(() => rows("events", "resource")).toBe(1);
  let at = 0;
  for (const bytes of chunks) {
    progressIn(await stubOf(spec.id).append(anAppend({ at: { kind: "exact", offset: at }, bodyBytes: bytes }), aBody(noise(bytes))));
    at += bytes;
  }
  await expect.poll(() => rows("events", "resource")).toBe(look === null ? 2 : 3);
  return {
    ...counted,
    uploads: await rows("uploads", "id"),
    assets: await rows("assets", "upload_id"),
    events: await rows("events", "resource"),
  };
}

it("costs the directory four rows in three transactions, however long it is and in however many pieces", async () => {
  const small = await uploaded([1_000]);
  const large = await uploaded([PART, 700, PART - 700, 3 * PART, 1, 99_999]);
  expect(small).toMatchObject({ batches: 3, uploads: 1, assets: 1, events: 2 });
  expect(large).toEqual(small);
  expect(small.byStatement).toEqual({
    // By creator while open; when it is due.
    "insert into uploads": 3,
    // By creator and status.
    'insert into "uploads"': 2,
    // By creator while it lives; to be inspected.
    'insert into "assets"': 3,
    // Two of them: by creator; by resource.
    'insert into "events"': 6,
  });
  expect(small.rowsWritten).toBe(14);
});

it("costs one transaction more to tell of a look", async () => {
  const chunks = [PART, PART];
  const without = await uploaded(chunks);
  const looked = await uploaded(chunks, { status: "unreadable", reason: "not_media" });
  expect(looked).toMatchObject({ batches: without.batches + 1, uploads: 1, assets: 1, events: 3 });
  expect(looked.byStatement).toEqual({ ...without.byStatement, 'update "uploads"': 1, 'insert into "events"': 9 });
});

it("costs no transaction more when the look and the end come together", async () => {
  const without = await uploaded([1_000]);
  const looked = await uploaded([1_000], { status: "unreadable", reason: "not_media" });
  expect(looked).toMatchObject({ batches: without.batches, uploads: 1, assets: 1, events: 3 });
  expect(looked.byStatement).toEqual({ ...without.byStatement, 'insert into "events"': 9 });
});

it("costs the directory two rows more for a name, and five for an external id", async () => {
  const nameless = await uploaded([1_000]);
  const named = await uploaded([1_000], null, { name: "a.mp4", externalId: null });
  const known = await uploaded([1_000], null, { name: null, externalId: "x-1" });
  expect([named.rowsWritten, known.rowsWritten].map((rows) => rows - nameless.rowsWritten)).toEqual([2, 5]);
});
