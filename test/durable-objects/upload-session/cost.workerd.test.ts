import { runInDurableObject } from "cloudflare:test";
import { ulid } from "ulid";
import { describe, expect, it } from "vitest";
import { idOf } from "#domain/ids.ts";
import { Rig } from "./rig.ts";
import { aBody, anAppend, noise, progressIn } from "./session-under-test.ts";

const PART = 1_000;
const PARTS = 16;
const LENGTH = PARTS * PART;

type Written = { rows: number; alarms: number };

/** Counts what storage is billed by from now on. */
async function counting(rig: Rig): Promise<() => Written> {
  const cursors: { rowsWritten: number }[] = [];
  let alarms = 0;
  await runInDurableObject(rig.stub, (_instance, { storage }) => {
    const { sql } = storage;
    const exec = sql.exec.bind(sql);
    sql.exec = (query, ...bindings) => {
      const cursor = exec(query, ...bindings);
      cursors.push(cursor);
      return cursor as never;
    };
    const setAlarm = storage.setAlarm.bind(storage);
    storage.setAlarm = (...args) => {
      alarms += 1;
      return setAlarm(...args);
    };
  });
  return () => ({ rows: cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0), alarms });
}

/** Uploads in chunks of `chunkBytes`, as many requests with ids of their own; what had been written after each. */
async function uploadedIn(chunkBytes: number): Promise<{ rig: Rig; after: Written[]; calls: number }> {
  const rig = await Rig.opened({ length: LENGTH, plan: { partBytes: PART, attempts: 4 } });
  const written = await counting(rig);
  const bytes = noise(LENGTH);
  const after: Written[] = [];
  for (let at = 0; at < LENGTH; at += chunkBytes) {
    const chunk = bytes.slice(at, at + chunkBytes);
    const command = anAppend({ requestId: idOf("req", ulid()), at: { kind: "exact", offset: at }, bodyBytes: chunk.length });
    console.log(JSON.stringify(progressIn(await rig.stub.append(command, aBody(chunk)))).slice(0, 900));
    after.push(written());
  }
  expect(rig.uploads.at(-1)).toMatchObject({ status: "completed" });
  return { rig, after, calls: rig.calls };
}

describe("what an upload is billed", () => {
  it("costs as many rows for the last part in small chunks as for the second", async () => {
    const { after } = await uploadedIn(PART / 8);
    const ofPart = (part: number): number => (after[part * 8 + 7]?.rows ?? 0) - (after[part * 8 - 1]?.rows ?? 0);
    const parts = Array.from({ length: PARTS - 2 }, (_, index) => ofPart(index + 1));
    expect(new Set(parts)).toEqual(new Set([ofPart(1)]));
    // Eight chunks: a request id each; seven staged: piece, slot, state; one sent: attempt, part, state; seven pieces dropped.
    expect(ofPart(1)).toBe(39);
  });

  it("costs a few rows a part in chunks of two parts, and no byte of them is staged", async () => {
    const { after } = await uploadedIn(2 * PART);
    const ofChunk = (chunk: number): number => (after[chunk]?.rows ?? 0) - (after[chunk - 1]?.rows ?? 0);
    const chunks = Array.from({ length: PARTS / 2 - 2 }, (_, index) => ofChunk(index + 1));
    expect(new Set(chunks)).toEqual(new Set([ofChunk(1)]));
    expect(ofChunk(1)).toBe(7);
  });

  it("writes to the directory when it completes and not with its chunks", async () => {
    const { rig, after } = await uploadedIn(PART / 8);
    expect(rig.uploads.map(({ status }) => status)).toEqual(["completed"]);
    expect(after.at(-2)?.alarms).toBe(0);
  });

  it("asks the storage once for every part, and four times for the whole", async () => {
    const { rig } = await uploadedIn(PART / 8);
    const [multipart] = [...rig.store.multiparts.values()];
    expect(multipart?.parts.size).toBe(PARTS);
    expect(rig.store.openMultiparts()).toBe(0);
  });
});
