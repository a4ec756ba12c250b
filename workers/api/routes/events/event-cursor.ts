/** Positions in base 36, all of one length: they sort as the log does. */
const CURSOR = /^[0-9a-z]{11}$/;

/** Where an event stands in the log; what comes after it is asked for with this, under any filter. */
export const writeEventCursor = (position: number): string => position.toString(36).padStart(11, "0");

/** The position, or null for what is no cursor of ours. */
export function readEventCursor(text: string): number | null {
  const position = CURSOR.test(text) ? Number.parseInt(text, 36) : Number.NaN;
  return Number.isSafeInteger(position) ? position : null;
}
