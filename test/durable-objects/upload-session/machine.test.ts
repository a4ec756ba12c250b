import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idOf } from "#domain/ids.ts";
import type { UploadSpec } from "#domain/uploads/upload-session.ts";
import { begin, closed, decide, type UploadCommand, type UploadState, type UploadStep } from "#durable-objects/upload-session/machine.ts";
import { progressOf } from "#durable-objects/upload-session/progress.ts";

const ULID = "01jd3t0q8x4m5n6p7r8s9t0v1w";
const object = { key: "media/x", size: 10, etag: "e", uploadId: idOf("upl", ULID) };

function anUpload(changes: Partial<UploadState> = {}): UploadState {
  const { state } = begin(aSpec());
  return { ...state, ...changes };
}

function aSpec(changes: Partial<UploadSpec> = {}): UploadSpec {
  return {
    id: idOf("upl", ULID),
    creatorId: idOf("crt", ULID),
    kind: "whole",
    sources: [],
    name: null,
    filename: "film.mp4",
    contentType: null,
    length: 10,
    maxBytes: 10,
    plan: { partBytes: 5, attempts: 1 },
    declared: {},
    algorithms: ["sha256"],
    metadata: {},
    tusMetadata: null,
    tusConcat: null,
    externalId: null,
    atomId: null,
    acceptedTypes: ["video/*"],
    ttlMs: 1_000,
    createdAt: 0,
    asksBeforeCompletion: false,
    ...changes,
  };
}

const completing = (changes: Partial<UploadState> = {}) => anUpload({ offset: 10, stage: { status: "completing", object }, ...changes });
const verify = { type: "verify", digests: { sha256: "aa" }, assetId: idOf("ast", ULID), now: 5 } as const;

function stepOf(state: UploadState, command: UploadCommand) {
  const step = decide(state, command);
  return step.ok ? step.value : expect.fail(`refused: ${step.error.code}`);
}

describe("the upload's machine", () => {
  it("completes with its asset, tells the directory and the application", () => {
    const { state, effects } = stepOf(completing({ declared: { sha256: "aa" } }), verify);
    expect(progressOf(state)).toMatchObject({ status: "completed", asset: { size: 10, digests: { sha256: "aa" } }, sequence: 2 });
    expect(effects).toEqual([{ type: "project" }, { type: "announce", event: "upload.completed" }]);
  });

  it("fails on the same step when the declared digest is another", () => {
    const { state, effects } = stepOf(completing({ declared: { sha256: "ab" } }), verify);
    expect(closed(state)).toEqual({ code: "digest_mismatch", algorithm: "sha256", expected: "ab", received: "aa" });
    expect(effects).toEqual([{ type: "release" }, { type: "project" }, { type: "announce", event: "upload.failed" }]);
  });

  it("does not verify before there is an object", () => {
    const waiting = completing({ stage: { status: "completing", object: null } });
    expect(stepOf(waiting, verify)).toEqual({ state: waiting, effects: [] });
  });

  it("begins completion with the last byte, and not before", () => {
    expect(stepOf(anUpload({ offset: 9 }), { type: "begin-completion" }).state.stage.status).toBe("receiving");
    expect(stepOf(anUpload({ offset: 10 }), { type: "begin-completion" }).state.stage.status).toBe("completing");
    expect(stepOf(anUpload({ offset: 10, held: true }), { type: "begin-completion" }).state.stage.status).toBe("receiving");
  });

  it("expires at its time and not a millisecond before", () => {
    expect(stepOf(anUpload(), { type: "expire", now: 999 }).state.stage.status).toBe("receiving");
    expect(stepOf(anUpload(), { type: "expire", now: 1_000 }).state.stage.status).toBe("expired");
    expect(stepOf(completing(), { type: "expire", now: 1_000 }).state.stage.status).toBe("completing");
  });

  it("can't be cancelled once it is being put together", () => {
    expect(decide(completing(), { type: "cancel", now: 1 })).toMatchObject({ ok: false, error: { code: "upload_in_progress" } });
    expect(stepOf(anUpload(), { type: "cancel", now: 1 }).effects).toEqual([
      { type: "release" },
      { type: "project" },
      { type: "announce", event: "upload.cancelled" },
    ]);
  });

  it("is withdrawn when it is complete: its asset goes, and nothing is told of the upload again", () => {
    const { state, effects } = stepOf(stepOf(completing(), verify).state, { type: "cancel", now: 3 });
    expect(state.stage).toEqual({ status: "cancelled", finishedAt: 3 });
    expect(effects).toEqual([{ type: "delete-asset", assetId: verify.assetId }, { type: "project" }]);
  });

  it("refuses what the first bytes show when it is not accepted", () => {
    expect(stepOf(anUpload(), { type: "sniffed", contentType: "video/mp4", now: 1 }).state.stage.status).toBe("receiving");
    expect(closed(stepOf(anUpload(), { type: "sniffed", contentType: "image/png", now: 1 }).state)).toMatchObject({
      code: "content_type_refused",
    });
  });

  it("takes no second digest that differs from the first", () => {
    const learn = (sha256: string) => ({ type: "learn", length: null, declared: { sha256 }, held: false, heldTo: 0 }) as const;
    expect(stepOf(anUpload({ declared: { sha256: "aa" } }), learn("aa")).state.declared).toEqual({ sha256: "aa" });
    expect(decide(anUpload({ declared: { sha256: "aa" } }), learn("bb"))).toMatchObject({ ok: false, error: { code: "digest_conflict" } });
  });

  it("has one terminal state and never leaves it, save that a completed upload may be withdrawn", () => {
    const time = fc.integer({ min: 0, max: 3_000 });
    const command: fc.Arbitrary<UploadCommand> = fc.oneof(
      time.map((now) => ({ type: "cancel", now }) as const),
      time.map((now) => ({ type: "expire", now }) as const),
      fc.constant({ type: "begin-completion" } as const),
      fc.constant({ type: "assembled", object } as const),
      fc.constant(verify),
      time.map((now) => ({ type: "vanished", reason: "gone", now }) as const),
      fc.constantFrom("video/mp4", "image/png").map((contentType) => ({ type: "sniffed", contentType, now: 1 }) as const),
      fc.constant({ type: "touch" } as const),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
        let state = anUpload({ offset: 10 });
        for (const one of commands) {
          const before = state.stage.status;
          const step = decide(state, one);
          if (!step.ok) continue;
          const after = step.value.state.stage.status;
          if (["cancelled", "expired", "failed"].includes(before)) expect(after).toBe(before);
          if (before === "completed") expect(["completed", "cancelled"]).toContain(after);
          if (before === "completing") expect(after).not.toBe("receiving");
          expect(step.value.state.sequence).toBeGreaterThanOrEqual(state.sequence);
          state = step.value.state;
        }
      }),
    );
  });

  const finishing: readonly UploadCommand[] = [
    { type: "cancel", now: 1 },
    { type: "expire", now: 3_000 },
    { type: "vanished", reason: "gone", now: 1 },
    { type: "sniffed", contentType: "image/png", now: 1 },
    { type: "begin-completion" },
    { type: "assembled", object },
    verify,
    { type: "touch" },
  ];

  /** What is told of an upload to which this happens, each with the number of its step. */
  function toldOf(kind: UploadSpec["kind"], commands: readonly UploadCommand[]) {
    const opened = begin(aSpec({ kind }));
    let state: UploadState = { ...opened.state, offset: 10 };
    const eventsOf = ({ effects }: UploadStep): { event: string; sequence: number }[] =>
      effects.flatMap((effect) => (effect.type === "announce" ? [{ event: effect.event, sequence: state.sequence }] : []));
    const told = eventsOf(opened);
    for (const command of commands) {
      const step = decide(state, command);
      if (!step.ok) continue;
      ({ state } = step.value);
      told.push(...eventsOf(step.value));
    }
    return { told, status: state.stage.status };
  }

  it("tells of its beginning and of its one end, with numbers that grow, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...finishing), { maxLength: 12 }), (commands) => {
        const { told, status } = toldOf("whole", commands);
        const [first, ...others] = told.map(({ event }) => event);
        expect(first).toBe("upload.created");
        if (["receiving", "completing"].includes(status)) expect(others).toEqual([]);
        else expect(others).toHaveLength(1);
        if (status !== "cancelled") expect(others).toEqual(others.map(() => `upload.${status}`));
        // A completed upload that is withdrawn is told of as its asset's deletion.
        else expect(["upload.cancelled", "upload.completed"]).toContain(others[0]);
        const sequences = told.map(({ sequence }) => sequence);
        expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
      }),
    );
  });

  it("tells nothing of a partial", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...finishing), { maxLength: 12 }), (commands) => {
        expect(toldOf("partial", commands).told).toEqual([]);
      }),
    );
  });
});
