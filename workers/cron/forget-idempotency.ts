import type { Duty } from "./duty.ts";

const CHUNK = 1_000;
const CHUNKS = 20;

/** Idempotency keys whose day is over. */
export const forgetIdempotency: Duty = async ({ uploads, clock }) => {
  const now = clock.now();
  let forgotten = 0;
  for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
    const some = await uploads.forgetIdempotency(now, CHUNK);
    forgotten += some;
    if (some < CHUNK) break;
  }
  return forgotten;
};
