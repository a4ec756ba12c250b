import type { Access } from "#domain/uploads/upload-session.ts";
import type { UploadState } from "./machine.ts";
import type { Rows } from "./schema.ts";

/** The upload, for whoever may know of it: a holder of one of its handles, or its creator. */
export function admitted(rows: Rows, access: Access): UploadState | null {
  const state = rows.load();
  if (state === null) return null;
  const isAdmitted = access.by === "handle" ? rows.admits(access.secretHash) : access.creatorId === state.spec.creatorId;
  return isAdmitted ? state : null;
}
