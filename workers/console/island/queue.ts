const AT_ONCE = 3;

/** `parked` stands for everything that neither waits nor works: paused, stored, failed, cancelled. */
export type Turn = "waiting" | "working" | "parked";

/** Whose turn it is, in the order in which they came. */
export function whoStarts<T extends { readonly turn: Turn }>(all: readonly T[], atOnce = AT_ONCE): readonly T[] {
  const working = all.filter(({ turn }) => turn === "working").length;
  return all.filter(({ turn }) => turn === "waiting").slice(0, Math.max(0, atOnce - working));
}
