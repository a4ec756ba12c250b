import { fieldsOf, parsedJson, textIn } from "./fields.ts";

/** What this browser keeps of an upload that it began: no name, only where to go on and what the file looked like. */
export type Remembered = { readonly id: string; readonly url: string; readonly fingerprint: string };

export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const SLOT = "sluice.uploads";
const MOST = 100;

function read(shelf: Shelf): readonly Remembered[] {
  const kept = parsedJson(shelf.getItem(SLOT) ?? "[]");
  return (Array.isArray(kept) ? kept : []).flatMap((value: unknown) => {
    const fields = fieldsOf(value);
    if (fields === null) return [];
    const [id, url, fingerprint] = [textIn(fields, "id"), textIn(fields, "url"), textIn(fields, "fingerprint")];
    return id === null || url === null || fingerprint === null ? [] : [{ id, url, fingerprint }];
  });
}

export interface Memory {
  all(): readonly Remembered[];
  keep(entry: Remembered): void;
  forget(id: string): void;
  forgetAll(): void;
}

/** The newest hundred. A browser that lets nothing be kept only loses the way back by itself: the upload's list still has it. */
export function memoryOn(shelf: Shelf): Memory {
  const write = (entries: readonly Remembered[]): void => {
    try {
      shelf.setItem(SLOT, JSON.stringify(entries.slice(-MOST)));
    } catch {
      shelf.removeItem(SLOT);
    }
  };
  return {
    all: () => read(shelf),
    keep: (entry) => write([...read(shelf).filter(({ id }) => id !== entry.id), entry]),
    forget: (id) => write(read(shelf).filter((entry) => entry.id !== id)),
    forgetAll: () => shelf.removeItem(SLOT),
  };
}
