import type { WriteTime } from "#domain/webhooks/delivery.ts";
import { parseAccountKey } from "./account.ts";
import type { Delivery } from "./delivery.ts";

/** Where people see it. */
export const remoteUrlOf = ({ account, remoteId }: Pick<Delivery, "account" | "remoteId">): string | null =>
  remoteId !== null && parseAccountKey(account)?.kind === "youtube" ? `https://youtu.be/${remoteId}` : null;

/** What events tell of a delivery. */
export const shownDelivery = (delivery: Delivery, time: WriteTime): Record<string, unknown> => ({
  delivery_id: delivery.id,
  creator_id: delivery.creatorId,
  destination_id: delivery.destinationId,
  account: delivery.account,
  upload_id: delivery.source.uploadId,
  asset_id: delivery.source.assetId,
  title: delivery.metadata.title,
  status: delivery.status,
  waiting_on:
    delivery.waitingOn === null
      ? null
      : {
          reason: delivery.waitingOn.reason,
          detail: delivery.waitingOn.detail,
          until: delivery.waitingOn.until === null ? null : time(delivery.waitingOn.until),
        },
  failure: delivery.failure,
  remote_id: delivery.remoteId,
  remote_url: remoteUrlOf(delivery),
});
