import type { UploadEventType } from "#domain/events/event.ts";
import { DIGEST_ALGORITHMS, type DigestAlgorithm, type Digests, mergeDigests } from "#domain/uploads/digests.ts";
import type { Failure } from "#domain/failures.ts";
import type { AssetId } from "#domain/ids.ts";
import type { Look } from "#domain/media/media-info.ts";
import { acceptsType } from "#domain/uploads/media-types.ts";
import type { StoredObject } from "#domain/uploads/object-store.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { AssetSummary, UploadSpec } from "#domain/uploads/upload-session.ts";

/**
 * ```
 * receiving ──▶ completing ──▶ completed
 *     │              └───────▶ failed     (digest, or the parts are gone)
 *     ├──▶ cancelled
 *     ├──▶ expired
 *     └──▶ failed                         (refused type)
 * ```
 * `completing` is recorded before R2 is asked to put the parts together, and never goes back.
 */
export type Stage =
  | { readonly status: "receiving" }
  | { readonly status: "completing"; readonly object: StoredObject | null }
  | { readonly status: "completed"; readonly asset: AssetSummary; readonly finishedAt: number }
  | { readonly status: "cancelled" | "expired"; readonly finishedAt: number }
  | { readonly status: "failed"; readonly failure: UploadFailure; readonly finishedAt: number };

export type UploadFailure = Failure<"digest_mismatch" | "content_type_refused" | "upload_failed">;

export type UploadState = {
  readonly spec: UploadSpec;
  readonly stage: Stage;
  readonly length: number | null;
  /** Contiguous durable bytes from 0: never falls. */
  readonly offset: number;
  /** All durable bytes. */
  readonly storedBytes: number;
  /** How far the saved digest state reaches. */
  readonly hashedTo: number;
  readonly declared: Digests;
  readonly detectedType: string | null;
  /** What the first megabytes show; null until they have been looked at. */
  readonly look: Look | null;
  /** Nobody needs to be asked (any more) before completion. */
  readonly consented: boolean;
  /** Every byte may be here and yet not the word that this was the last. */
  readonly held: boolean;
  readonly expiresAt: number;
  readonly sequence: number;
};

export type UploadCommand =
  | { readonly type: "learn"; readonly length: number | null; readonly declared: Digests; readonly held: boolean; readonly heldTo: number }
  | {
      readonly type: "advance";
      readonly offset: number;
      readonly hashedTo: number;
      readonly addedBytes: number;
      readonly expiresAt: number;
    }
  | { readonly type: "sniffed"; readonly contentType: string; readonly now: number }
  | { readonly type: "looked"; readonly look: Look }
  | { readonly type: "consent" }
  | { readonly type: "begin-completion" }
  | { readonly type: "assembled"; readonly object: StoredObject }
  | { readonly type: "vanished"; readonly reason: string; readonly now: number }
  | { readonly type: "verify"; readonly digests: Digests; readonly assetId: AssetId; readonly now: number }
  | { readonly type: "cancel"; readonly now: number }
  | { readonly type: "expire"; readonly now: number }
  | { readonly type: "retire"; readonly expiresAt: number }
  /** Nothing has changed but the offset, of which the directory should hear. */
  | { readonly type: "touch" };

/** What has to happen because of a step; recorded with it, done after it. */
export type UploadEffect =
  /** Bring the directory up to date. */
  | { readonly type: "project" }
  /** Record it in the log of events. */
  | { readonly type: "announce"; readonly event: UploadEventType }
  /** Free staged bytes, parts and objects: there will be no asset. */
  | { readonly type: "release" }
  /** The asset of a completed upload is deleted. */
  | { readonly type: "delete-asset"; readonly assetId: AssetId }
  /** The partials of this final have been used. */
  | { readonly type: "retire-partials" };

export type UploadStep = { readonly state: UploadState; readonly effects: readonly UploadEffect[] };

export type MachineFailure = Failure<
  | "upload_gone"
  | "upload_failed"
  | "upload_completed"
  | "upload_in_progress"
  | "upload_too_large"
  | "length_mismatch"
  | "length_below_offset"
  | "digest_mismatch"
  | "digest_conflict"
  | "content_type_refused"
>;

export function begin(spec: UploadSpec): UploadStep {
  const state: UploadState = {
    spec,
    stage: { status: "receiving" },
    length: spec.length,
    offset: 0,
    storedBytes: 0,
    hashedTo: 0,
    declared: spec.declared,
    detectedType: null,
    look: null,
    consented: !spec.asksBeforeCompletion,
    held: false,
    expiresAt: spec.createdAt + spec.ttlMs,
    sequence: 1,
  };
  return { state, effects: announce(state, "upload.created") };
}

/** No I/O, no clock: times and ids come with the command. */
export function decide(state: UploadState, command: UploadCommand): Result<UploadStep, MachineFailure> {
  switch (command.type) {
    case "learn":
      return learn(state, command);
    case "advance":
      return step({
        ...state,
        offset: command.offset,
        hashedTo: command.hashedTo,
        storedBytes: state.storedBytes + command.addedBytes,
        expiresAt: command.expiresAt,
      });
    case "sniffed":
      return sniffed(state, command.contentType, command.now);
    case "looked":
      return looked(state, command.look);
    case "consent":
      return step({ ...state, consented: true });
    case "begin-completion":
      if (state.offset !== state.length || !isReady(state)) return step(state);
      return step(changed({ ...state, stage: { status: "completing", object: null } }), { type: "project" });
    case "assembled":
      if (state.stage.status !== "completing" || state.stage.object !== null) return step(state);
      return step({ ...state, stage: { status: "completing", object: command.object } });
    case "vanished":
      if ("finishedAt" in state.stage) return step(state);
      return fail(state, { code: "upload_failed", reason: command.reason }, command.now);
    case "verify":
      return verify(state, command);
    case "cancel":
      return cancel(state, command.now);
    case "expire":
      if (!expires(state) || command.now < state.expiresAt) return step(state);
      return end(state, { status: "expired", finishedAt: command.now });
    case "retire":
      return step({ ...state, expiresAt: Math.min(state.expiresAt, command.expiresAt) });
    case "touch":
      return step(changed(state), { type: "project" });
  }
}

/** Why this upload takes no more, or null while it does. */
export function closed(state: UploadState): Failure<"upload_gone" | "upload_failed" | "digest_mismatch" | "content_type_refused"> | null {
  switch (state.stage.status) {
    case "cancelled":
    case "expired":
      return { code: "upload_gone", status: state.stage.status };
    case "failed":
      return state.stage.failure;
    case "receiving":
    case "completing":
    case "completed":
      return null;
  }
}

/** Every byte is here, or will come from the partials. */
export const hasEveryByte = (state: UploadState): boolean =>
  state.stage.status === "receiving" && state.length !== null && (state.offset === state.length || state.spec.kind === "final");

/** Completion is next. */
export const isReady = (state: UploadState): boolean => hasEveryByte(state) && !state.held;

/** There is nobody to wait for: what is missing to completion can be done now. */
export const isUnfinished = (state: UploadState): boolean => state.stage.status === "completing" || (isReady(state) && state.consented);

/** A completed partial is only a means: it expires like an upload that is not complete. */
export const expires = (state: UploadState): boolean =>
  state.stage.status === "receiving" || (state.stage.status === "completed" && state.spec.kind === "partial");

/** What is computed as the bytes flow: md5 only where it was declared in time. */
export const wantedDigests = (state: UploadState): DigestAlgorithm[] =>
  DIGEST_ALGORITHMS.filter((algorithm) => state.spec.algorithms.includes(algorithm) || state.declared[algorithm] !== undefined);

function learn(state: UploadState, command: Extract<UploadCommand, { type: "learn" }>): Result<UploadStep, MachineFailure> {
  const digests = mergeDigests(state.declared, command.declared);
  if ("conflict" in digests) {
    return err({
      code: "digest_conflict",
      algorithm: digests.conflict,
      declared: state.declared[digests.conflict] ?? "",
      received: command.declared[digests.conflict] ?? "",
    });
  }
  const length = command.length ?? state.length;
  if (length !== null) {
    if (state.length !== null && length !== state.length) return err({ code: "length_mismatch", expected: state.length, received: length });
    if (length > state.spec.maxBytes) return err({ code: "upload_too_large", maxBytes: state.spec.maxBytes, receivedBytes: length });
    if (length < command.heldTo) return err({ code: "length_below_offset", length, offset: command.heldTo });
  }
  return step({ ...state, length, declared: digests.merged, held: command.held });
}

function sniffed(state: UploadState, contentType: string, now: number): Result<UploadStep, MachineFailure> {
  if (state.stage.status !== "receiving") return step(state);
  const seen = { ...state, detectedType: contentType };
  if (state.spec.kind === "partial" || acceptsType(state.spec.acceptedTypes, contentType)) return step(seen);
  return fail(seen, { code: "content_type_refused", detected: contentType, accepted: state.spec.acceptedTypes }, now);
}

/** Told of what will be or is an asset, once. */
function looked(state: UploadState, look: Look): Result<UploadStep, MachineFailure> {
  if (state.look !== null || closed(state) !== null) return step(state);
  return step(changed({ ...state, look }), { type: "project" }, ...announce(state, "upload.inspected"));
}

function verify(state: UploadState, command: Extract<UploadCommand, { type: "verify" }>): Result<UploadStep, MachineFailure> {
  if (state.stage.status !== "completing" || state.stage.object === null) return step(state);
  const wrong = DIGEST_ALGORITHMS.find((algorithm) => differs(algorithm, state.declared, command.digests));
  if (wrong !== undefined) {
    const failure: UploadFailure = {
      code: "digest_mismatch",
      algorithm: wrong,
      expected: state.declared[wrong] ?? "",
      received: command.digests[wrong] ?? "",
    };
    return fail(state, failure, command.now);
  }
  const asset: AssetSummary = {
    id: command.assetId,
    size: state.stage.object.size,
    digests: command.digests,
    contentType: state.detectedType ?? "application/octet-stream",
  };
  const effects: UploadEffect[] = [{ type: "project" }, ...announce(state, "upload.completed")];
  if (state.spec.kind === "final") effects.push({ type: "retire-partials" });
  return step(changed({ ...state, stage: { status: "completed", asset, finishedAt: command.now } }), ...effects);
}

function cancel(state: UploadState, now: number): Result<UploadStep, MachineFailure> {
  switch (state.stage.status) {
    case "receiving":
      return end(state, { status: "cancelled", finishedAt: now });
    case "completing":
      return err({ code: "upload_in_progress", uploadId: state.spec.id });
    case "completed":
      // The upload has ended already: what is told is the deletion of its asset, by whoever writes its tombstone.
      return step(
        changed({ ...state, stage: { status: "cancelled", finishedAt: now } }),
        state.spec.kind === "partial" ? { type: "release" } : { type: "delete-asset", assetId: state.stage.asset.id },
        { type: "project" },
      );
    case "cancelled":
      return step(state);
    case "expired":
      return err({ code: "upload_gone", status: "expired" });
    case "failed":
      return err(state.stage.failure);
  }
}

function fail(state: UploadState, failure: UploadFailure, now: number): Result<UploadStep, MachineFailure> {
  return end(state, { status: "failed", failure, finishedAt: now });
}

type Ending = Extract<Stage, { readonly status: "cancelled" | "expired" | "failed" }>;

function end(state: UploadState, stage: Ending): Result<UploadStep, never> {
  const told = announce(state, `upload.${stage.status}`);
  return step(changed({ ...state, stage }), { type: "release" }, { type: "project" }, ...told);
}

/** A partial is nobody's news: its final is. */
const announce = ({ spec }: UploadState, event: UploadEventType): UploadEffect[] =>
  spec.kind === "partial" ? [] : [{ type: "announce", event }];

function differs(algorithm: DigestAlgorithm, declared: Digests, computed: Digests): boolean {
  return declared[algorithm] !== undefined && declared[algorithm] !== computed[algorithm];
}

const changed = (state: UploadState): UploadState => ({ ...state, sequence: state.sequence + 1 });

const step = (state: UploadState, ...effects: readonly UploadEffect[]): Result<UploadStep, never> => ok({ state, effects });
