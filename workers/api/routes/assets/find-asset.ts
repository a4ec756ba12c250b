import type { StoredAsset } from "#domain/assets/asset.ts";
import type { CreatorId } from "#domain/ids.ts";
import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { ApiContext } from "#api/context.ts";
import { idIn } from "#api/schemas.ts";

/** The asset of this creator that a path names. */
export async function findAsset(
  c: ApiContext,
  creatorId: CreatorId,
  text: string,
): Promise<Result<StoredAsset, Failure<"asset_not_found" | "asset_gone">>> {
  const id = idIn("ast", text);
  const found = id === null ? ({ state: "unknown" } as const) : await c.var.services.assets.find(creatorId, id);
  switch (found.state) {
    case "stored":
      return ok(found.asset);
    case "deleted":
      return err({ code: "asset_gone" });
    case "unknown":
      return err({ code: "asset_not_found" });
  }
}
