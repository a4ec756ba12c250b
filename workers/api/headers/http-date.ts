/** IMF-fixdate (RFC 9110 §5.6.7) of an instant in epoch milliseconds, to the second below. The form that `Upload-Expires` requires. */
export const httpDate = (epochMs: number): string => new Date(epochMs).toUTCString();

/**
 * Epoch milliseconds of an IMF-fixdate, otherwise null. Senders have generated no other form since RFC 7231, and a date here is only
 * ever one that we sent: null means that a condition can't hold.
 */
export function parseHttpDate(text: string): number | null {
  const epochMs = Date.parse(text);
  return !Number.isNaN(epochMs) && httpDate(epochMs) === text ? epochMs : null;
}
