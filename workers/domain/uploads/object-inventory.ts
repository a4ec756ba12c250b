import { parseId, type UploadId } from "#domain/ids.ts";

export type ListedObject = {
  readonly key: string;
  readonly uploadId: UploadId;
  readonly size: number;
  readonly etag: string;
  readonly storedAt: number;
};

/** Everything that is stored for uploads, in the order of their ids. Multipart uploads that are open can't be listed. */
export interface ObjectInventory {
  /** What belongs to the `limit` uploads that follow `after`, each with all that it has; `after` of the next step, null at the end. */
  page(after: UploadId | null, limit: number): Promise<{ readonly objects: readonly ListedObject[]; readonly after: UploadId | null }>;
  find(key: string): Promise<ListedObject | null>;
  erase(keys: readonly string[]): Promise<void>;
  /** Everything that an upload has: the object, attempts, what was made beside it. */
  eraseAll(uploadId: UploadId): Promise<void>;
}

const KEY = /^media\/(upl_[0-9a-z]{26})(?:[/.].*)?$/;

/** Whose object a key names; null for one that is not ours. */
export const uploadIdIn = (key: string): UploadId | null => parseId("upl", KEY.exec(key)?.[1] ?? "");

/** The object of a deleted asset, its upload's other attempts, and what was made beside it. */
export async function eraseAsset(inventory: ObjectInventory, { objectKey }: { readonly objectKey: string }): Promise<void> {
  const uploadId = uploadIdIn(objectKey);
  if (uploadId === null) await inventory.erase([objectKey]);
  else await inventory.eraseAll(uploadId);
}
