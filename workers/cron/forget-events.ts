import type { Duty } from "./duty.ts";

const KEPT_MS = 30 * 24 * 60 * 60_000;
const CHUNK = 1_000;
const CHUNKS = 50;

/** Events whose thirty days are over and which the archive has. */
export const forgetEvents: Duty = async ({ logs, clock }) => {
  const before = clock.now() - KEPT_MS;
  let forgotten = 0;
  for (const log of logs) {
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
      const some = await log.forget(before, CHUNK);
      forgotten += some;
      if (some < CHUNK) break;
    }
  }
  return forgotten;
};
