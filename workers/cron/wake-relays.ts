import type { Duty } from "./duty.ts";

/** For events whose owner died, or found nobody, before it could say that they are there. */
export const wakeRelays: Duty = async ({ relays }) => {
  await relays.wakeAll();
  return 0;
};
