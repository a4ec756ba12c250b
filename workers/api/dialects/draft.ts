import type { UploadDraft } from "#domain/uploads/intake.ts";

/** An upload that says nothing of itself but what it is called. */
export const draftOf = (filename: string): UploadDraft => ({
  kind: "whole",
  partials: [],
  filename,
  name: null,
  contentType: null,
  length: null,
  declared: {},
  alsoCompute: [],
  metadata: {},
  tusMetadata: null,
  tusConcat: null,
  externalId: null,
  atomId: null,
  keep: {},
});
