import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UploadProgress } from "#domain/uploads/upload-session.ts";
import { expectDescribed } from "../../contracts/event-data.ts";
import { Rig } from "./rig.ts";
import { aBody, anAppend, aQuery, HOLDER, noise, REQUEST, sha256 } from "./session-under-test.ts";

const PART = 1_000;

/** What a client, a network and a machine may do to an upload; offsets and lengths as fractions of what there is. */
type Step =
  | { type: "append"; length: number; cut: number | null; piece: number }
  | { type: "append-checked"; length: number; right: boolean; cut: number | null }
  | { type: "append-held"; length: number; crash: boolean }
  | { type: "append-elsewhere"; offset: number; length: number }
  | { type: "append-range"; slot: number; slots: number; cut: number | null }
  | { type: "overlap"; back: number; length: number }
  | { type: "take-over"; hang: number; by: "query" | "append" | "range" }
  | { type: "race"; length: number }
  | { type: "outage"; calls: number; after: boolean }
  | { type: "crash" }
  | { type: "query" };

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const cut = fc.option(fraction, { freq: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("append" as const), length: fraction, cut, piece: fc.integer({ min: 1, max: 900 }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("append-checked" as const), length: fraction, right: fc.boolean(), cut }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("append-held" as const), length: fc.oneof(fraction, fc.constant(1)), crash: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("append-elsewhere" as const), offset: fraction, length: fraction }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("append-range" as const), slot: fraction, slots: fc.integer({ min: 1, max: 2 }), cut }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("overlap" as const), back: fraction, length: fraction }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("take-over" as const), hang: fraction, by: fc.constantFrom("query", "append", "range") }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("race" as const), length: fraction }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("outage" as const), calls: fc.integer({ min: 1, max: 5 }), after: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant({ type: "crash" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "query" as const }) },
);

type Upload = {
  size: number;
  seed: number;
  deferred: boolean;
  declare: "nothing" | "right" | "wrong";
  steps: Step[];
  end: "finish" | "cancel" | "expire";
};

const upload: fc.Arbitrary<Upload> = fc.record({
  size: fc.oneof(fc.integer({ min: 0, max: 4_500 }), fc.constantFrom(0, 1, PART - 1, PART, PART + 1, 3 * PART)),
  seed: fc.integer({ min: 1, max: 2 ** 30 }),
  deferred: fc.boolean(),
  declare: fc.constantFrom("nothing", "right", "wrong"),
  steps: fc.array(step, { maxLength: 10 }),
  end: fc.constantFrom("finish", "finish", "finish", "cancel", "expire"),
});

/** The byte array that the upload must be a prefix of, and what has been promised of it. */
class Model {
  readonly content: Uint8Array;
  readonly rig: Rig;
  promised = 0;

  constructor(rig: Rig, content: Uint8Array) {
    this.rig = rig;
    this.content = content;
  }

  /** An answer's offset is a promise: no later one may be lower. */
  hears(progress: UploadProgress): void {
    expect(progress.offset).toBeGreaterThanOrEqual(this.promised);
    expect(progress.offset).toBeLessThanOrEqual(this.content.length);
    this.promised = progress.offset;
  }

  async ask(): Promise<UploadProgress | null> {
    const answer = await this.rig.stub.query(aQuery()).catch(() => null);
    if (answer === null || !answer.ok) return null;
    this.hears(answer.value);
    return answer.value;
  }

  async append(changes: Parameters<typeof anAppend>[0], body: ReadableStream<Uint8Array>): Promise<void> {
    const answer = await this.rig.stub.append(anAppend(changes), body).catch(() => null);
    if (answer?.ok === true) this.hears(answer.value);
    if (answer?.ok === false && "offset" in answer.error) expect(answer.error.offset).toBeGreaterThanOrEqual(this.promised);
  }

  async take(one: Step): Promise<void> {
    const { content, rig } = this;
    const known = await this.ask();
    const offset = known?.offset ?? this.promised;
    const left = content.length - offset;
    switch (one.type) {
      case "append": {
        const bytes = content.subarray(offset, offset + Math.ceil(one.length * left));
        const at = one.cut === null ? {} : { cutAt: Math.floor(one.cut * bytes.length) };
        return this.append({ at: { kind: "exact", offset }, bodyBytes: bytes.length }, aBody(bytes, { ...at, pieceBytes: one.piece }));
      }
      case "append-checked": {
        const bytes = content.subarray(offset, offset + Math.ceil(one.length * left));
        const sent = one.right ? bytes : noise(bytes.length, 99);
        const at = one.cut === null ? {} : { cutAt: Math.floor(one.cut * bytes.length) };
        const spoilt = !one.right || (one.cut !== null && bytes.length > 0);
        await this.append(
          { at: { kind: "exact", offset }, bodyBytes: bytes.length, checksum: { algorithm: "sha256", value: sha256(bytes) } },
          aBody(sent, { ...at, pieceBytes: 400 }),
        );
        if (spoilt && bytes.length > 0) expect((await this.ask())?.offset ?? offset).toBe(offset);
        return;
      }
      case "append-held": {
        const bytes = content.subarray(offset, offset + Math.ceil(one.length * left));
        const told = { at: { kind: "exact" as const, offset }, bodyBytes: bytes.length, length: content.length, holds: true };
        await this.append(told, aBody(bytes, { pieceBytes: 500 }));
        if (one.crash) await rig.revive();
        await rig.stub.sweep();
        const held = await rig.stub.query(aQuery({ holds: true }));
        if (known?.status === "receiving" && held.ok)
          expect(held.value).toMatchObject({ status: "receiving", offset: offset + bytes.length });
        return;
      }
      case "append-elsewhere": {
        const wrong = Math.floor(one.offset * content.length);
        if (wrong === offset) return;
        const bytes = noise(Math.ceil(one.length * 500), 7);
        const answer = await rig.stub
          .append(anAppend({ at: { kind: "exact", offset: wrong }, bodyBytes: bytes.length }), aBody(bytes))
          .catch(() => null);
        expect(answer?.ok ?? false).toBe(false);
        return;
      }
      case "append-range": {
        const start = Math.floor(one.slot * (content.length / PART)) * PART;
        const end = Math.min(content.length, start + one.slots * PART);
        if (end <= start) return;
        const at = one.cut === null ? {} : { cutAt: Math.floor(one.cut * (end - start)) };
        return this.append(
          { at: { kind: "range", start, end }, bodyBytes: end - start },
          aBody(content.subarray(start, end), { ...at, pieceBytes: 333 }),
        );
      }
      case "overlap": {
        const start = Math.floor(offset * (1 - one.back));
        const end = Math.min(content.length, offset + Math.ceil(one.length * left));
        if (end <= start) return;
        return this.append({ at: { kind: "range", start, end }, bodyBytes: end - start }, aBody(content.subarray(start, end)));
      }
      case "take-over":
        return this.#takeOver(one, offset, left);
      case "race": {
        const bytes = content.subarray(offset, offset + Math.ceil(one.length * left));
        const command = { at: { kind: "exact" as const, offset }, bodyBytes: bytes.length };
        await Promise.all([
          this.append(command, aBody(bytes, { pieceBytes: 97 })),
          this.append(command, aBody(bytes, { pieceBytes: 311 })),
        ]);
        return;
      }
      case "outage": {
        const from = rig.calls + 1;
        rig.faultAt = (call) => (call >= from && call < from + one.calls ? (one.after ? "die-after" : "die-before") : null);
        const bytes = content.subarray(offset);
        await this.append({ at: { kind: "exact", offset }, bodyBytes: bytes.length }, aBody(bytes));
        rig.faultAt = () => null;
        return rig.dead ? rig.revive() : undefined;
      }
      case "crash":
        return rig.revive();
      case "query":
        await this.ask();
    }
  }

  async #takeOver(one: Extract<Step, { type: "take-over" }>, offset: number, left: number): Promise<void> {
    const { content, rig } = this;
    const hangAt = Math.floor(one.hang * left);
    if (hangAt >= left) return;
    const hung = rig.stub
      .append(anAppend({ at: { kind: "exact", offset }, bodyBytes: left }), aBody(content.subarray(offset), { hangAt, pieceBytes: 201 }))
      .catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (one.by === "append") {
      // Whoever does not know how far the hung one came is told, and does not stop it.
      const known = (await this.ask())?.offset ?? offset;
      await this.append({ at: { kind: "exact", offset: known } }, aBody(content.subarray(known, known + 100)));
    } else if (one.by === "range") {
      await this.append({ at: { kind: "range", start: offset, end: content.length } }, aBody(content.subarray(offset)));
    } else await this.ask();
    await hung;
  }
}

async function finish(model: Model, deferred: boolean): Promise<UploadProgress | "failed"> {
  const { content, rig } = model;
  for (let turn = 0; turn < 20; turn++) {
    const asked = await rig.stub.query(aQuery({ length: content.length }));
    if (!asked.ok) return asked.error.code === "digest_mismatch" ? "failed" : expect.fail(`refused: ${JSON.stringify(asked.error)}`);
    if (asked.value.status === "completed") return asked.value;
    model.hears(asked.value);
    const { offset } = asked.value;
    const rest = content.subarray(offset);
    await rig.stub.append(anAppend({ at: { kind: "exact", offset }, ...(deferred ? { final: true } : {}) }), aBody(rest));
    if (offset === content.length) await rig.stub.complete({ requestId: REQUEST, access: HOLDER, waitMs: 5_000 });
  }
  return expect.fail("the upload did not come to an end");
}

/** The log against what the upload says of itself: its beginning and its end, each once, in their order, and nothing else. */
async function expectHistory(rig: Rig): Promise<void> {
  await drained(rig);
  const view = await rig.stub.view(HOLDER);
  const progress = view.ok ? view.value : expect.fail("the upload is unknown");
  expect(rig.told).toEqual(["upload.created", `upload.${progress.status}`]);
  const { logged } = rig.log;
  for (const event of logged) expectDescribed(event);
  expect(new Set(logged.map(({ id }) => id)).size).toBe(2);
  expect(logged.map(({ resource, creatorId }) => [resource, creatorId])).toEqual(logged.map(() => [rig.spec.id, rig.spec.creatorId]));
  expect(logged[0]).toMatchObject({ sequence: 1, happenedAt: rig.spec.createdAt });
  expect(logged[1]).toMatchObject({
    sequence: progress.sequence,
    happenedAt: progress.finishedAt,
    data: {
      upload_id: rig.spec.id,
      size: progress.offset,
      ...(progress.asset === null ? {} : { asset_id: progress.asset.id, ...progress.asset.digests }),
      ...(progress.failure === null ? {} : { error: { code: progress.failure.code } }),
    },
  });
  expect(rig.woken).toBeGreaterThan(0);
}

async function drained(rig: Rig): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    rig.now += 3_600_000;
    if (!(await rig.alarm())) return;
    if ((await rig.rows()).outbox === 0) return;
  }
}

const RUNS = 100;

describe("an upload against a byte array", () => {
  it("keeps what it acknowledged and ends in one state with nothing left over", { timeout: 180_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(upload, async ({ size, seed, deferred, declare, steps, end }) => {
        const content = noise(size, seed);
        const declared = declare === "nothing" ? {} : { sha256: declare === "right" ? sha256(content) : sha256(noise(5_001, seed)) };
        const rig = await Rig.opened({ length: deferred ? null : size, maxBytes: 10_000, declared });
        const model = new Model(rig, content);
        for (const one of steps) await model.take(one);

        if (end === "cancel" || end === "expire") {
          if (end === "cancel") await rig.stub.cancel({ requestId: REQUEST, access: HOLDER, completedToo: false });
          else {
            // After its time, and before a completed one would be forgotten.
            rig.now += 6 * 24 * 3_600_000 + 1;
            await rig.stub.sweep();
          }
          const view = await rig.stub.view(HOLDER);
          const status = view.ok ? view.value.status : expect.fail("the upload is unknown");
          expect(["cancelled", "expired", "completed", "failed"]).toContain(status);
          if (status !== "completed") {
            await drained(rig);
            expect(rig.store.objects.size).toBe(0);
            expect(rig.assets).toEqual([]);
          }
        } else {
          const done = await finish(model, deferred);
          if (done === "failed") {
            expect(declare).toBe("wrong");
            await drained(rig);
            expect(rig.store.objects.size).toBe(0);
            expect(rig.assets).toEqual([]);
          } else {
            expect(declare).not.toBe("wrong");
            expect(done.asset?.digests.sha256).toBe(sha256(content));
            await drained(rig);
            expect([...rig.store.objects.values()].map(({ bytes }) => sha256(bytes))).toEqual([sha256(content)]);
            expect(rig.assets.at(-1)?.progress.asset).toEqual(done.asset);
          }
        }
        await expectHistory(rig);
        expect(await rig.rows()).toEqual({ pieces: 0, slots: 0, outbox: 0 });
        // A multipart whose id was lost with the process is R2's own to end.
        if (!steps.some(({ type }) => type === "outage" || type === "crash")) expect(rig.store.openMultiparts()).toBe(0);
      }),
      { numRuns: RUNS, plugins: [fc.interruptAfterTimeLimit(90_000)] },
    );
  });
});
