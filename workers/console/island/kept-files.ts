import type { FilesAtHand } from "./files-at-hand.ts";
import { fileOf, handleOf } from "./handles.ts";

/** The way back to files where the browser hands out handles; elsewhere there is none. */
export interface KeptFiles extends FilesAtHand {
  /** What was kept of these uploads; what is kept of others goes. */
  load(uploadIds: readonly string[]): Promise<void>;
  forgetAll(): void;
}

const DATABASE = "sluice";
const STORE = "files";

const answered = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("not stored")));
  });

/** One request of the store. A browser that lets nothing be kept only loses the way back. */
async function inStore<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  try {
    const opening = indexedDB.open(DATABASE, 1);
    opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(STORE));
    const database = await answered(opening);
    try {
      return await answered(act(database.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      database.close();
    }
  } catch {
    return null;
  }
}

export function keptFiles(): KeptFiles {
  const handles = new Map<string, FileSystemFileHandle>();
  const forget = (uploadId: string): void => {
    if (handles.delete(uploadId)) void inStore("readwrite", (store) => store.delete(uploadId));
  };
  return {
    async load(uploadIds) {
      const open = new Set(uploadIds);
      for (const id of (await inStore("readonly", (store) => store.getAllKeys())) ?? []) {
        if (typeof id !== "string") continue;
        const handle: unknown = await inStore("readonly", (store) => store.get(id));
        if (handle instanceof FileSystemFileHandle) handles.set(id, handle);
        if (!open.has(id)) forget(id);
      }
    },
    has: (uploadId) => handles.has(uploadId),
    keep(uploadId, file) {
      const handle = handleOf(file);
      if (handle === null) return forget(uploadId);
      handles.set(uploadId, handle);
      void inStore("readwrite", (store) => store.put(handle, uploadId));
    },
    async open(uploadId) {
      const handle = handles.get(uploadId);
      if (handle === undefined) return null;
      try {
        if ((await handle.requestPermission?.({ mode: "read" })) === "granted") return await fileOf(handle);
      } catch {
        // Not allowed, or moved: both mean that the file has to be chosen.
      }
      forget(uploadId);
      return null;
    },
    forget,
    forgetAll() {
      handles.clear();
      indexedDB.deleteDatabase(DATABASE);
    },
  };
}
