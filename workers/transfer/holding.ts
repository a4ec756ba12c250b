import type { CarrierReport, Publisher, WorkOrder } from "#domain/publishing/publisher.ts";
import type { DeliveryId } from "#domain/ids.ts";

type Told = CarrierReport extends infer R ? (R extends CarrierReport ? Omit<R, "deliveryId" | "epoch"> : never) : never;

/** Before the lease ends by the publisher's clock nothing of ours may be on its way any more. */
const MARGIN = 0.8;

export type HoldingPorts = {
  readonly now: () => number;
  /** Resolves after `ms`, or when it is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** A lease, as whoever holds it sees it: renewed while work goes on, and over for good once it is lost. */
export class Holding {
  readonly #publisher: Pick<Publisher, "report">;
  readonly #deliveryId: DeliveryId;
  readonly #order: WorkOrder;
  readonly #ports: HoldingPorts;
  readonly #lost = new AbortController();
  #until: number;

  constructor(publisher: Pick<Publisher, "report">, deliveryId: DeliveryId, order: WorkOrder, ports: HoldingPorts) {
    this.#publisher = publisher;
    this.#deliveryId = deliveryId;
    this.#order = order;
    this.#ports = ports;
    this.#until = ports.now() + order.leaseMs * MARGIN;
  }

  /** Whether it is still ours. An outage leaves it ours until it would have ended. */
  async tell(report: Told): Promise<boolean> {
    const asked = this.#ports.now();
    const believed = await this.#publisher.report({ ...report, deliveryId: this.#deliveryId, epoch: this.#order.epoch });
    if (believed) this.#until = asked + this.#order.leaseMs * MARGIN;
    else this.#lost.abort();
    return believed;
  }

  /** Does `work` under the lease: its signal is aborted when the lease is lost, or can't be renewed in time. */
  async during<T>(bytesDone: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const over = new AbortController();
    const renewing = this.#renew(over.signal, bytesDone);
    try {
      return await work(this.#lost.signal);
    } finally {
      over.abort();
      await renewing;
    }
  }

  async #renew(over: AbortSignal, bytesDone: number): Promise<void> {
    const pauseMs = this.#order.leaseMs / 4;
    while (!over.aborted) {
      await this.#ports.sleep(pauseMs, over);
      if (over.aborted) return;
      try {
        if (!(await this.tell({ type: "progress", bytesDone }))) return;
      } catch {
        if (this.#ports.now() < this.#until - pauseMs) continue;
        this.#lost.abort();
        return;
      }
    }
  }
}
