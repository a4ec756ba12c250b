import type { DeliveryId, RequestId } from "#domain/ids.ts";
import type { AccountKey } from "./account.ts";

export type Carriage = {
  readonly account: AccountKey;
  readonly deliveryId: DeliveryId;
  readonly epoch: number;
  readonly requestId: RequestId;
};

/** Where carriers find what they shall carry. */
export interface TransferJobs {
  /** Asks for a carrier; the message may come twice, or never. */
  carry(carriage: Carriage): Promise<void>;
}
