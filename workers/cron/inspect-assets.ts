import type { Duty } from "./duty.ts";

/** A message has been lost by then. */
const FORGOTTEN_MS = 15 * 60_000;
const MOST = 1_000;

/** Assets that nobody has looked into: their message is sent again. */
export const inspectAssets: Duty = async ({ assets, jobs, clock }) => {
  const forgotten = await assets.toInspect(clock.now() - FORGOTTEN_MS, MOST);
  if (forgotten.length > 0) await jobs.inspect(forgotten, clock.newId("req"));
  return forgotten.length;
};
