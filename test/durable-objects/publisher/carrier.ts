import { expect } from "vitest";
import type { DeliveryId } from "#domain/ids.ts";
import type { Refusal } from "#domain/publishing/answer.ts";
import type { CarrierReport, WorkOrder } from "#domain/publishing/publisher.ts";

export const SESSION = "https://upload.example/session?upload_id=capability-of-the-session";

export const refusal = (kind: Refusal["kind"], changes: Partial<Refusal> = {}): Refusal => ({
  kind,
  code: `youtube.${kind}`,
  detail: `YouTube says ${kind}.`,
  retryAfterMs: null,
  bucket: null,
  ...changes,
});

/** What a carrier says, without saying who it is. */
type Said = CarrierReport extends infer R ? (R extends CarrierReport ? Omit<R, "deliveryId" | "epoch"> : never) : never;

/** Whoever carries a delivery, as far as its publisher knows it. */
export class Carrier {
  readonly deliveryId: DeliveryId;
  readonly order: WorkOrder;
  readonly #report: (report: CarrierReport) => Promise<boolean>;

  constructor(deliveryId: DeliveryId, order: WorkOrder, report: (report: CarrierReport) => Promise<boolean>) {
    this.deliveryId = deliveryId;
    this.order = order;
    this.#report = report;
  }

  async say(said: Said): Promise<boolean> {
    return this.#report({ ...said, deliveryId: this.deliveryId, epoch: this.order.epoch });
  }

  async refused(kind: Refusal["kind"], changes: Partial<Refusal> = {}, until: number | null = null): Promise<boolean> {
    return this.say({ type: "refused", refusal: refusal(kind, changes), until });
  }

  /** All the way, as far as it has not been gone yet. */
  async bring(remoteId: string): Promise<void> {
    if (this.order.session === null) expect(await this.say({ type: "opened", session: `${SESSION}-${remoteId}` })).toBe(true);
    expect(await this.say({ type: "commit" })).toBe(true);
    expect(await this.say({ type: "accepted", remoteId })).toBe(true);
  }
}
