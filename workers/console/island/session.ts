const SLOT = "sluice.key";

/** The key lives as long as the tab: where nothing may be kept, as long as the page. */
export function session(shelf: Pick<Storage, "getItem" | "setItem" | "removeItem">) {
  let key: string | null = null;
  try {
    key = shelf.getItem(SLOT);
  } catch {
    key = null;
  }
  const attempt = (change: () => void): void => {
    try {
      change();
    } catch {
      // Kept in memory alone.
    }
  };
  return {
    get key() {
      return key;
    },
    keep(text: string) {
      key = text;
      attempt(() => shelf.setItem(SLOT, text));
    },
    forget() {
      key = null;
      attempt(() => shelf.removeItem(SLOT));
    },
  };
}
