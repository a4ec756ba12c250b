/** What the platform says when a service is away for now, in the messages that D1, R2 and Durable Objects share. */
const AWAY =
  /network connection lost|overloaded|timed out|exceeded timeout|internal error|reset because|please retry|\((?:10001|10043|10058)\)/i;

/** Whether what was thrown is an outage, which passes, rather than a mistake of ours. */
export function isOutage(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  const marked = ("retryable" in cause && cause.retryable === true) || ("overloaded" in cause && cause.overloaded === true);
  return marked || AWAY.test(cause.message) || isOutage(cause.cause);
}
