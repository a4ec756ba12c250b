import type { UploadId } from "#domain/ids.ts";
import { objectKeyOf } from "#domain/uploads/object-store.ts";
import type { Rows } from "./schema.ts";

export const attemptKeyOf = (id: UploadId, attempt: number): string => `${objectKeyOf(id)}/${attempt}`;

/** Keys under which attempts at a whole object may have left something. */
export const attemptKeysOf = (rows: Rows, id: UploadId): string[] =>
  Array.from({ length: rows.objectAttempts() }, (_, index) => attemptKeyOf(id, index + 1));

/** Where the object of a completed upload lies. */
export const storedKeyOf = (rows: Rows, id: UploadId): string =>
  rows.multipart() === null ? attemptKeyOf(id, rows.objectAttempts()) : objectKeyOf(id);
