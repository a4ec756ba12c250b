const MARKS = [25, 50, 75];

const fractionOf = (bytes: number, size: number): number => (size === 0 ? 0 : bytes / size);

/** Whole percents, and never a hundred: that is said in words, when nothing is left to do. */
export const percentOf = (bytes: number, size: number): number => Math.min(99, Math.floor(fractionOf(bytes, size) * 100));

/** The highest mark that was passed, or null. */
export function markPassed(before: number, after: number): number | null {
  return MARKS.findLast((mark) => before < mark && after >= mark) ?? null;
}
