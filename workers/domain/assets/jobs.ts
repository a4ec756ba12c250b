import type { AssetId, CreatorId, RequestId } from "#domain/ids.ts";

export type AssetName = { readonly id: AssetId; readonly creatorId: CreatorId };

/** Work on assets that nobody waits for. A job may be lost or come twice: what is left undone is found by the clock. */
export interface AssetJobs {
  inspect(assets: readonly AssetName[], requestId: RequestId): Promise<void>;
}
