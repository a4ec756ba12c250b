import type { ErasableAsset } from "#domain/assets/asset.ts";
import { eraseAsset } from "#domain/uploads/object-inventory.ts";
import { AT_ONCE, type Duty } from "./duty.ts";
import { inTurns } from "./in-turns.ts";

const MOST = 1_000;

/** Everything that deleted assets have in R2: the tombstone came first, so nobody reads it any more. */
export const eraseAssets: Duty = async ({ assets, inventory, clock, log }) => {
  const deleted = await assets.toErase(MOST);
  await inTurns(deleted, AT_ONCE, async (asset: ErasableAsset) => {
    try {
      await eraseAsset(inventory, asset);
      await assets.erased(asset, clock.now());
    } catch (cause) {
      log.error("asset not erased", { asset_id: asset.id, cause });
    }
  });
  return deleted.length;
};
