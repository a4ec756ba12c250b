import type { ApplicationQuestion } from "#domain/identity/application.ts";
import type { UploadDraft } from "./intake.ts";
import type { UploadProgress } from "./upload-session.ts";

/** An upload as the application is told of it. */
export type ToldUpload = ApplicationQuestion["upload"];

export const toldOfDraft = ({ filename, length, contentType, externalId, atomId, metadata }: UploadDraft): ToldUpload => ({
  id: null,
  filename,
  length,
  contentType,
  externalId,
  atomId,
  metadata,
  offset: null,
});

export const toldOfProgress = ({
  id,
  filename,
  length,
  contentType,
  externalId,
  atomId,
  metadata,
  offset,
}: UploadProgress): ToldUpload => ({
  id,
  filename,
  length,
  contentType,
  externalId,
  atomId,
  metadata,
  offset,
});

/** By name, before it is known which upload that is. */
export const toldOfName = (name: string): ToldUpload => ({
  id: null,
  filename: name,
  length: null,
  contentType: null,
  externalId: null,
  atomId: null,
  metadata: {},
  offset: null,
});
