import type { DeliveryState, DeliveryStep } from "./delivery-state.ts";
import type { Delivery } from "#domain/publishing/delivery.ts";
import type { Rows } from "./schema.ts";
import type { PublisherServices } from "./services.ts";

/** What the rooms of a publisher share. */
export type PublisherHost = {
  readonly rows: Rows;
  readonly services: () => PublisherServices;
  readonly show: (state: DeliveryState) => Delivery;
  /** Part of a transaction: the state, and the effects that go with it. */
  readonly record: (step: DeliveryStep) => void;
};
