import { numberIn, textIn, type Fields } from "./fields.ts";

const UPLOAD_STATUSES = ["receiving", "completing", "completed", "cancelled", "expired", "failed"] as const;
export type UploadStatus = (typeof UPLOAD_STATUSES)[number];

/** An upload as the list shows it. */
export type ListedUpload = {
  readonly id: string;
  readonly status: UploadStatus;
  readonly filename: string;
  readonly length: number | null;
  readonly offset: number;
  readonly failureCode: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly look: unknown;
};

export type ListedAsset = {
  readonly id: string;
  readonly filename: string;
  readonly contentType: string;
  readonly size: number;
  readonly sha256: string | null;
  readonly createdAt: string;
  readonly info: unknown;
};

/** Null of what is no upload of a whole file, or of a later release. */
export function readUpload(fields: Fields): ListedUpload | null {
  const [id, filename, offset] = [textIn(fields, "id"), textIn(fields, "filename"), numberIn(fields, "offset")];
  const [createdAt, expiresAt] = [textIn(fields, "created_at"), textIn(fields, "expires_at")];
  const status = UPLOAD_STATUSES.find((each) => each === textIn(fields, "status"));
  if (id === null || filename === null || offset === null || createdAt === null || expiresAt === null || status === undefined) return null;
  if (textIn(fields, "kind") === "partial") return null;
  const failureCode = textIn(fields, "failure_code");
  return { id, status, filename, offset, createdAt, expiresAt, failureCode, length: numberIn(fields, "length"), look: fields.get("look") };
}

export function readAsset(fields: Fields): ListedAsset | null {
  const [id, filename, contentType] = [textIn(fields, "id"), textIn(fields, "filename"), textIn(fields, "content_type")];
  const [size, createdAt] = [numberIn(fields, "size"), textIn(fields, "created_at")];
  if (id === null || filename === null || contentType === null || size === null || createdAt === null) return null;
  return { id, filename, contentType, size, createdAt, sha256: textIn(fields, "sha256"), info: fields.get("info") };
}
