import type { UploadProgress } from "#domain/uploads/upload-session.ts";
import { isReady, type UploadState } from "./machine.ts";

/** The state as others see it. */
export function progressOf(state: UploadState): UploadProgress {
  const { spec, stage } = state;
  return {
    id: spec.id,
    creatorId: spec.creatorId,
    kind: spec.kind,
    status: stage.status,
    name: spec.name,
    filename: spec.filename,
    contentType: spec.contentType,
    externalId: spec.externalId,
    atomId: spec.atomId,
    keep: spec.keep ?? {},
    metadata: spec.metadata,
    tusMetadata: spec.tusMetadata,
    tusConcat: spec.tusConcat,
    offset: state.offset,
    storedBytes: state.storedBytes,
    length: state.length,
    maxBytes: spec.maxBytes,
    partBytes: spec.plan.partBytes,
    declared: state.declared,
    awaitsCompletion: isReady(state),
    createdAt: spec.createdAt,
    expiresAt: state.expiresAt,
    finishedAt: "finishedAt" in stage ? stage.finishedAt : null,
    asset: stage.status === "completed" && spec.kind !== "partial" ? stage.asset : null,
    failure: stage.status === "failed" ? stage.failure : null,
    look: state.look,
    sequence: state.sequence,
  };
}
