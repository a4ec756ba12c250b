import type { ErasableAsset } from "#domain/assets/asset.ts";
import { keysOf } from "#domain/assets/keyframe-list.ts";
import { AT_ONCE, type Duty } from "./duty.ts";
import { inTurns } from "./in-turns.ts";

const MOST = 1_000;

/** The bytes of deleted assets: the tombstone came first, so nobody reads them any more. */
export const eraseAssets: Duty = async ({ assets, media, clock, log }) => {
  const deleted = await assets.toErase(MOST);
  await inTurns(deleted, AT_ONCE, async (asset: ErasableAsset) => {
    try {
      for (const key of keysOf(asset.objectKey)) await media.delete(key);
      await assets.erased(asset, clock.now());
    } catch (cause) {
      log.error("asset not erased", { asset_id: asset.id, cause });
    }
  });
  return deleted.length;
};
