import type { AssetId, CreatorId, DeliveryId, DestinationId, UploadId } from "#domain/ids.ts";
import type { Page, PageRequest } from "#domain/page.ts";
import type { AccountKey } from "./account.ts";
import type { DeliveryStatus, WaitingReason } from "./delivery.ts";

/** A delivery as lists show it; its publisher knows more, and sooner. */
export type ListedDelivery = {
  readonly id: DeliveryId;
  readonly creatorId: CreatorId;
  readonly destinationId: DestinationId;
  readonly account: AccountKey;
  readonly uploadId: UploadId;
  readonly assetId: AssetId | null;
  readonly status: DeliveryStatus;
  readonly waitingReason: WaitingReason | null;
  readonly failureCode: string | null;
  readonly remoteId: string | null;
  readonly title: string;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly finishedAt: number | null;
};

export interface DeliveryDirectory {
  /** Whose publisher has it; null when this creator has no such delivery. */
  accountOf(creatorId: CreatorId, id: DeliveryId): Promise<AccountKey | null>;
  list(
    creatorId: CreatorId,
    filter: { readonly uploadId: UploadId | null; readonly destinationId: DestinationId | null },
    page: PageRequest<DeliveryId>,
  ): Promise<Page<ListedDelivery>>;
}
