import { runInDurableObject } from "cloudflare:test";
import { ulid } from "ulid";
import { describe, expect, it } from "vitest";
import { idOf } from "#domain/ids.ts";
import { HEAD_BYTES } from "#domain/uploads/media-types.ts";
import { Rig } from "./rig.ts";
import { aBody, anAppend, noise, progressIn } from "./session-under-test.ts";

const PART = 1_000;
const PARTS = 16;
const LENGTH = PARTS * PART;
/** Until then the first bytes are kept as well, to tell the type by. */
const SETTLED = Math.ceil(HEAD_BYTES / PART);

const between = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index);

type Written = { rows: number; rowsRead: number; alarms: number };

/** Counts what storage is billed by from now on. */
async function counting(rig: Rig): Promise<() => Written> {
  const cursors: { rowsWritten: number; rowsRead: number }[] = [];
  let alarms = 0;
  await runInDurableObject(rig.stub, (_instance, { storage }) => {
    const { sql } = storage;
    const exec = sql.exec.bind(sql);
    sql.exec = <T extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlStorageValue[]) => {
      const cursor = exec<T>(query, ...bindings);
      cursors.push(cursor);
      return cursor;
    };
    const setAlarm = storage.setAlarm.bind(storage);
    storage.setAlarm = (...args) => {
      alarms += 1;
      return setAlarm(...args);
    };
  });
  return () => ({
    rows: cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0),
    rowsRead: cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
    alarms,
  });
}

/** Uploads in chunks of `chunkBytes`, as many requests with ids of their own; what had been written after each. */
async function uploadedIn(chunkBytes: number): Promise<{ rig: Rig; after: Written[] }> {
  const rig = await Rig.opened({ length: LENGTH, plan: { partBytes: PART, attempts: 4 } });
  const written = await counting(rig);
  const bytes = noise(LENGTH);
  const after: Written[] = [];
  for (let at = 0; at < LENGTH; at += chunkBytes) {
    const chunk = bytes.slice(at, at + chunkBytes);
    const command = anAppend({ requestId: idOf("req", ulid()), at: { kind: "exact", offset: at }, bodyBytes: chunk.length });
    progressIn(await rig.stub.append(command, aBody(chunk)));
    after.push(written());
  }
  expect(rig.assets).toHaveLength(1);
  return { rig, after };
}

describe("what an upload is billed", () => {
  it("costs as many rows for a late part in small chunks as for an early one", async () => {
    const { after } = await uploadedIn(PART / 8);
    const rows = after.map((each) => each.rows);
    const ofPart = (part: number): number => (rows[part * 8 + 7] ?? 0) - (rows[part * 8 - 1] ?? 0);
    // Eight request ids; seven chunks staged: piece, slot, state; the eighth sent: attempt, part, state; seven pieces dropped.
    expect(between(SETTLED, PARTS - 2).map(ofPart)).toEqual(between(SETTLED, PARTS - 2).map(() => 8 + 7 * 3 + 3 + 7));
  });

  it("reads as many rows for a late part as for an early one", async () => {
    const { after } = await uploadedIn(PART / 8);
    const read = after.map((each) => each.rowsRead);
    const ofPart = (part: number): number => (read[part * 8 + 7] ?? 0) - (read[part * 8 - 1] ?? 0);
    const parts = between(SETTLED, PARTS - 2).map(ofPart);
    expect(parts[0]).toBeGreaterThan(0);
    expect(new Set(parts).size).toBe(1);
  });

  it("costs four rows a part in chunks of two parts: no byte of them is staged", async () => {
    const { after } = await uploadedIn(2 * PART);
    const rows = after.map((each) => each.rows);
    const ofChunk = (chunk: number): number => (rows[chunk] ?? 0) - (rows[chunk - 1] ?? 0);
    const settled = between(Math.ceil(SETTLED / 2), PARTS / 2 - 2);
    // The request id; for either part: attempt, filling, part, state.
    expect(settled.map(ofChunk)).toEqual(settled.map(() => 1 + 2 * 4));
  });

  it("writes to the directory when it completes and not with its chunks", async () => {
    const { rig, after } = await uploadedIn(PART / 8);
    expect(rig.uploads).toEqual([]);
    expect(after.at(-2)?.alarms).toBe(0);
    expect(after.at(-1)?.alarms).toBeGreaterThan(0);
  });

  it("sends every part once and leaves no multipart upload open", async () => {
    const { rig } = await uploadedIn(PART / 8);
    const [multipart] = [...rig.store.multiparts.values()];
    expect(multipart?.parts.size).toBe(PARTS);
    expect(rig.store.openMultiparts()).toBe(0);
  });
});
