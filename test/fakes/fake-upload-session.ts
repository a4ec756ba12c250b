import { begin, closed, decide, isReady, type UploadCommand, type UploadState } from "#durable-objects/upload-session/machine.ts";
import { progressOf } from "#durable-objects/upload-session/progress.ts";
import { nextHole, offsetFault, place, type Placement } from "#durable-objects/upload-session/placement.ts";
import type { Failure } from "#domain/failures.ts";
import { idOf } from "#domain/ids.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Digests } from "#domain/uploads/digests.ts";
import { UNKNOWN_TYPE } from "#domain/uploads/media-types.ts";
import { checksumOf, concatenate, digestsOf, readAll } from "./received-bytes.ts";
import type { AppendCommand, AppendFailure, UploadProgress, UploadSession, UploadSpec } from "#domain/uploads/upload-session.ts";

const TEXT_FILE = "#!";

/** What a test wants to go wrong, or to know. */
export type FakeControls = {
  now(): number;
  /** R2 does not answer: the next append stores nothing, the next completion does not happen. */
  outage: boolean;
  /** Completion goes on behind whoever waits for it. */
  slowCompletion: boolean;
  sourceBytes(id: string): Uint8Array;
};

export type FakeUploadSession = UploadSession & {
  progress(): UploadProgress | null;
  bytes(): Uint8Array;
  expire(): void;
  consent(): void;
};

type RunningWriter = { readonly start: number; readonly end: number; readonly cancel: () => void };

/** The rules of the real session (its machine and its placement) over bytes in memory. */
export function fakeUploadSession(controls: FakeControls): FakeUploadSession {
  let state: UploadState | null = null;
  const handles = new Set<string>();
  const slots = new Map<number, Uint8Array>();
  const writers = new Set<RunningWriter>();
  const takeOver = (start: number, end: number): void => {
    for (const writer of writers) if (start < writer.end && writer.start < end) writer.cancel();
  };

  const missing: Failure<"upload_not_found"> = { code: "upload_not_found" };
  const admits = (access: Parameters<UploadSession["view"]>[0], { spec }: UploadState): boolean =>
    access.by === "handle" ? handles.has(access.secretHash) : access.creatorId === spec.creatorId;
  const known = (access: Parameters<UploadSession["view"]>[0]): UploadState | null =>
    state !== null && admits(access, state) ? state : null;
  const held = (slot: number): number => slots.get(slot)?.byteLength ?? 0;
  const bytes = (): Uint8Array => concatenate([...slots.entries()].toSorted(([a], [b]) => a - b).map(([, part]) => part));

  const apply = (now: UploadState, command: UploadCommand): ReturnType<typeof decide> => {
    const step = decide(now, command);
    if (step.ok) state = step.value.state;
    return step;
  };

  const write = (now: UploadState, { start, writeAt, limit }: Placement, received: Uint8Array): UploadState => {
    const { plan } = now.spec;
    let at = writeAt;
    const end = Math.min(limit, start + received.byteLength);
    let added = 0;
    while (at < end) {
      const slot = Math.floor(at / plan.partBytes);
      const until = Math.min(end, (slot + 1) * plan.partBytes);
      const from = slot * plan.partBytes + held(slot);
      if (from < until) {
        const piece = received.slice(from - start, until - start);
        slots.set(slot, concatenate([slots.get(slot) ?? new Uint8Array(), piece]));
        added += piece.byteLength;
      }
      at = until;
    }
    const offset = nextHole(plan, now.length, held, 0);
    const expiresAt = controls.now() + now.spec.ttlMs;
    const step = decide(now, { type: "advance", offset, hashedTo: offset, addedBytes: added, expiresAt });
    if (!step.ok) return now;
    state = step.value.state;
    return state;
  };

  const finish = async (): Promise<void> => {
    if (state === null || !isReady(state) || !state.consented) return;
    // A final is joined before it is put together: here its bytes are the partials'.
    apply(state.spec.kind === "final" ? { ...state, offset: state.length ?? 0 } : state, { type: "begin-completion" });
    if (controls.slowCompletion || controls.outage) return;
    await assemble();
  };

  const assemble = async (): Promise<void> => {
    if (state?.stage.status !== "completing") return;
    const { spec } = state;
    const whole = spec.kind === "final" ? concatenate(spec.sources.map(({ uploadId }) => controls.sourceBytes(uploadId))) : bytes();
    if (spec.kind === "final") slots.set(0, whole);
    const { sha256: sha, crc32c, md5: md } = await digestsOf(whole);
    const object = { key: spec.id, size: whole.byteLength, etag: sha, uploadId: spec.id };
    const assembled = apply(state, { type: "assembled", object });
    if (!assembled.ok) return;
    const digests: Digests = {
      sha256: sha,
      crc32c,
      ...((spec.algorithms.includes("md5") || assembled.value.state.declared.md5 !== undefined) && { md5: md }),
    };
    apply(
      { ...assembled.value.state, offset: whole.byteLength },
      { type: "verify", digests, assetId: idOf("ast", spec.id.slice(4)), now: controls.now() },
    );
  };

  const outcome = (): Result<UploadProgress, Failure<"upload_not_found"> | NonNullable<ReturnType<typeof closed>>> => {
    if (state === null) return err(missing);
    const ended = closed(state);
    return ended === null ? ok(progressOf(state)) : err(ended);
  };

  return {
    progress: () => (state === null ? null : progressOf(state)),
    bytes,
    expire: () => {
      if (state !== null) apply(state, { type: "expire", now: state.expiresAt });
    },
    consent: () => {
      if (state !== null) apply(state, { type: "consent" });
    },

    async open(spec: UploadSpec, handleHash) {
      handles.add(handleHash);
      state ??= begin(spec).state;
      await finish();
      return progressOf(state);
    },

    async look(access) {
      const now = known(access);
      return now === null ? err(missing) : ok(progressOf(now));
    },

    async view(access) {
      const now = known(access);
      return now === null ? err(missing) : ok({ ...progressOf(now), ranges: [] });
    },

    async query({ access, length, declared, holds }) {
      const now = known(access);
      if (now === null) return err(missing);
      const ended = closed(now);
      if (ended !== null) return err(ended);
      takeOver(now.offset, now.offset + 1);
      const learnt = decide(now, { type: "learn", length, declared, held: holds && now.held, heldTo: now.storedBytes });
      if (!learnt.ok) {
        const { error } = learnt;
        if (error.code === "upload_completed" || error.code === "upload_in_progress") throw new Error("learning never says so");
        return err(error);
      }
      state = learnt.value.state;
      await finish();
      return outcome();
    },

    async append(command, body) {
      const now = known(command.access);
      const refuse = async <F>(failure: F): Promise<Result<never, F>> => {
        await body?.cancel();
        return err(failure);
      };
      if (now === null) return refuse(missing);
      const ended = closed(now);
      if (ended !== null) return refuse(ended);
      if (now.spec.kind === "final") return refuse({ code: "upload_is_final" });
      if (now.stage.status !== "receiving") {
        const again = afterLastByte(now, command);
        if (again !== null) return refuse(again);
        await body?.cancel();
        return outcome();
      }
      if (controls.outage) return refuse({ code: "storage_unavailable", offset: now.offset });

      const { length: told, declared, holds } = command;
      const learnt = decide(now, { type: "learn", length: told, declared, held: holds, heldTo: now.storedBytes });
      if (!learnt.ok) {
        const { error } = learnt;
        if (error.code === "upload_completed" || error.code === "upload_in_progress") throw new Error("learning never says so");
        return refuse(offsetFault(command.at, now.offset) ?? error);
      }
      const taught = learnt.value.state;
      const placed = place(
        { plan: taught.spec.plan, length: taught.length, offset: taught.offset, maxBytes: taught.spec.maxBytes, held },
        command,
      );
      if (!placed.ok) return refuse(placed.error);

      const { start, limit } = placed.value;
      takeOver(start, limit);
      let writer: RunningWriter | null = null;
      const received = await readAll(body, (cancel) => {
        writer = { start, end: limit, cancel };
        writers.add(writer);
      });
      if (writer !== null) writers.delete(writer);
      if (start + received.bytes.byteLength > limit) {
        return err(
          taught.length === null
            ? { code: "upload_too_large", maxBytes: taught.spec.maxBytes, receivedBytes: null }
            : { code: "length_exceeded", length: taught.length },
        );
      }
      if (command.checksum !== null) {
        if (received.end !== "clean") return err({ code: "body_cut", offset: now.offset });
        const { algorithm, value } = command.checksum;
        if ((await checksumOf(algorithm, received.bytes)) !== value) return err({ code: "checksum_mismatch", algorithm });
      }
      if (new TextDecoder().decode(received.bytes.subarray(0, 2)) === TEXT_FILE && start === 0) {
        apply(taught, { type: "sniffed", contentType: "text/x-shellscript", now: controls.now() });
      } else {
        apply(taught, { type: "sniffed", contentType: taught.detectedType ?? UNKNOWN_TYPE, now: controls.now() });
      }
      const refused = state === null ? null : closed(state);
      if (refused !== null) return err(refused);

      const written = write(state ?? taught, placed.value, received.bytes);
      if (received.end !== "clean") return err({ code: received.end === "taken" ? "superseded" : "body_cut", offset: written.offset });
      const readTo = start + received.bytes.byteLength;
      if (command.final && (written.length ?? readTo) === readTo)
        apply(written, { type: "learn", length: readTo, declared: {}, held: false, heldTo: written.storedBytes });
      await finish();
      return outcome();
    },

    async complete({ access }) {
      if (known(access) === null) return err(missing);
      if (controls.outage) return err({ code: "storage_unavailable", offset: state?.offset ?? 0 });
      if (state !== null) apply(state, { type: "consent" });
      await finish();
      if (!controls.slowCompletion) await assemble();
      return outcome();
    },

    async cancel({ access, completedToo }) {
      const now = known(access);
      if (now === null) return err(missing);
      if (now.stage.status === "completed" && !completedToo) return err({ code: "upload_completed", uploadId: now.spec.id });
      const step = decide(now, { type: "cancel", now: controls.now() });
      if (!step.ok) {
        const { error } = step;
        if (error.code === "upload_gone" || error.code === "upload_in_progress" || error.code === "upload_failed") return err(error);
        return err({ code: "upload_failed", reason: error.code });
      }
      state = step.value.state;
      slots.clear();
      return ok(progressOf(state));
    },

    async admitHandle(access, handleHash) {
      const now = known(access);
      if (now === null) return err(missing);
      handles.add(handleHash);
      return ok(progressOf(now));
    },

    async source(creatorId) {
      if (state === null || state.spec.creatorId !== creatorId || state.spec.kind !== "partial" || state.stage.status !== "completed")
        return null;
      return { key: state.spec.id, size: state.stage.asset.size };
    },

    async retire() {},
    async sweep() {
      return state === null ? null : progressOf(state);
    },
  };
}

function afterLastByte({ length, offset, spec }: UploadState, { at, length: told, bodyBytes }: AppendCommand): AppendFailure | null {
  const size = length ?? offset;
  const fault = offsetFault(at, size);
  if (fault !== null) return fault;
  if (told !== null && told !== size) return { code: "length_mismatch", expected: size, received: told };
  const end = at.kind === "exact" ? at.offset + (bodyBytes ?? 0) : (at.end ?? at.start + (bodyBytes ?? 0));
  return end > size ? { code: "upload_completed", uploadId: spec.id } : null;
}
