/** What content is called whose first bytes show no known container. */
export const UNKNOWN_TYPE = "application/octet-stream";

/** How many of the first bytes are enough to tell a container. */
export const HEAD_BYTES = 4100;

/** Whether `type` falls under one of `accepted`: exact types, `video/*` or `*` + `/*`. */
export function acceptsType(accepted: readonly string[], type: string): boolean {
  const family = type.slice(0, type.indexOf("/"));
  return accepted.some((entry) => entry === type || entry === "*/*" || entry === `${family}/*`);
}
