import type { SluiceEvent } from "#domain/events/event.ts";
import type { Delivery } from "./delivery.ts";

/** What a publisher tells the directory; every write may come again and late. Events go into the log with the row that they speak of. */
export interface DeliveryProjection {
  put(delivery: Delivery, told: readonly SluiceEvent[]): Promise<void>;
}
