import type { StoredAsset } from "#domain/assets/asset.ts";
import type { Clock } from "#domain/clock.ts";
import type { Failure } from "#domain/failures.ts";
import type { RequestId } from "#domain/ids.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { AccountKey } from "./account.ts";
import type { DeliverySpec } from "./delivery.ts";
import type { Destination } from "./destination.ts";
import { completeMetadata, type MetadataDraft, titleFromFilename } from "./youtube/metadata.ts";

/** One delivery as somebody asks for it. */
export type Wish = {
  readonly destination: Destination;
  /** Over what the destination says. */
  readonly metadata: MetadataDraft;
  readonly priority: number;
  readonly scheduleAt: number | null;
};

export type PlannedDelivery = { readonly account: AccountKey; readonly spec: DeliverySpec };

/** Everything that is wrong with any of them, or all of them. `pointers` lead to each wish's metadata. */
export function planDeliveries(
  asset: StoredAsset,
  wishes: readonly Wish[],
  { clock, requestId, pointers }: { readonly clock: Clock; readonly requestId: RequestId; readonly pointers: readonly string[] },
): Result<readonly PlannedDelivery[], Failure<"video_refused">> {
  const now = clock.now();
  const planned: PlannedDelivery[] = [];
  const violations: Failure<"video_refused">["violations"][number][] = [];
  if (asset.size === 0) violations.push({ pointer: "", code: "empty_file", detail: "YouTube takes no empty file." });
  wishes.forEach((wish, index) => {
    const complete = completeMetadata([{ title: titleFromFilename(asset.filename) }, wish.destination.settings, wish.metadata], now);
    if (!complete.ok) {
      violations.push(...complete.error.map((violation) => ({ ...violation, pointer: `${pointers[index] ?? ""}${violation.pointer}` })));
      return;
    }
    const { destination, priority, scheduleAt } = wish;
    planned.push({
      account: destination.account,
      spec: {
        id: clock.newId("dlv"),
        creatorId: asset.creatorId,
        destinationId: destination.id,
        connectionId: destination.connectionId,
        source: {
          uploadId: asset.uploadId,
          assetId: asset.id,
          objectKey: asset.objectKey,
          size: asset.size,
          contentType: asset.contentType,
          durationSeconds: durationOf(asset),
        },
        metadata: complete.value,
        priority,
        scheduleAt,
        createdAt: now,
        requestId,
      },
    });
  });
  return violations.length > 0 ? err({ code: "video_refused", violations }) : ok(planned);
}

/** Each account's own, in the order in which they were asked for. */
export function byAccount(planned: readonly PlannedDelivery[]): ReadonlyMap<AccountKey, readonly DeliverySpec[]> {
  const accounts = new Map<AccountKey, DeliverySpec[]>();
  for (const { account, spec } of planned) accounts.set(account, [...(accounts.get(account) ?? []), spec]);
  return accounts;
}

const durationOf = ({ inspection }: StoredAsset): number | null =>
  inspection === null || inspection.look.status === "unreadable" ? null : inspection.look.info.durationSeconds;
