import type { Duty } from "./duty.ts";

const CHUNK = 1_000;
const CHUNKS = 20;

/** Consents that nobody came back from in their ten minutes. */
export const forgetConsents: Duty = async ({ consents, clock }) => {
  const now = clock.now();
  let forgotten = 0;
  for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
    const some = await consents.forget(now, CHUNK);
    forgotten += some;
    if (some < CHUNK) break;
  }
  return forgotten;
};
