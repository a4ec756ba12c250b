import type { Duty } from "./duty.ts";

const MOST = 1_000;

/** Assets whose time is over get their tombstone; their bytes go with those of every deleted asset. */
export const retireAssets: Duty = async ({ assets, clock, log }) => {
  const requestId = clock.newId("req");
  const now = clock.now();
  const over = await assets.toRetire(now, MOST);
  for (const { id, creatorId } of over) {
    await assets.delete(creatorId, id, { at: now, requestId, eventId: clock.newId("evt") });
    log.info("asset retired", { asset_id: id, creator_id: creatorId });
  }
  return over.length;
};
