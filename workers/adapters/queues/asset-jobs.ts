import type { AssetJobs } from "#domain/assets/jobs.ts";

/** As many as a queue takes at once. */
const BATCH = 100;

export function queuedAssetJobs(queue: Queue): AssetJobs {
  return {
    inspect: async (assets, requestId) => {
      for (let from = 0; from < assets.length; from += BATCH) {
        const some = assets.slice(from, from + BATCH);
        await queue.sendBatch(
          some.map(({ id, creatorId }) => ({
            body: { type: "inspect-asset", v: 1, request_id: requestId, creator_id: creatorId, asset_id: id },
          })),
        );
      }
    },
  };
}
