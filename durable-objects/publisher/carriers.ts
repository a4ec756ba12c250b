import type { DeliveryId } from "#domain/ids.ts";
import type { CarrierReport, WorkOrder } from "#domain/publishing/publisher.ts";
import type { DeliveryState } from "./delivery-state.ts";
import type { PublisherHost } from "./host.ts";
import { decide } from "./machine.ts";
import { sessionPlace } from "./outbox.ts";
import { pacedBy, type Pace } from "./pace.ts";

/** `moves`: there may be something to do now. */
type Heard = { readonly believed: boolean; readonly moves: boolean };

const UNMOVED: Heard = { believed: false, moves: false };
const LAST: readonly CarrierReport["type"][] = ["accepted", "refused", "unknown", "yielded"];

/** Those who move the bytes: what they are given, and what they tell. */
export class Carriers {
  readonly #host: PublisherHost;
  /** Of what is on its way: worth nothing after a restart. */
  readonly #paces = new Map<DeliveryId, Pace>();

  constructor(host: PublisherHost) {
    this.#host = host;
  }

  async take({ deliveryId, epoch }: { readonly deliveryId: DeliveryId; readonly epoch: number }): Promise<WorkOrder | null> {
    const { rows, services, record } = this.#host;
    const { now, leaseMs } = services();
    const taken = rows.atomically(() => {
      const state = rows.find(deliveryId);
      const step = state === null ? null : decide(state, { type: "take", epoch, leaseMs, now: now() });
      if (state === null || !step?.ok || step.value.state === state) return null;
      record(step.value);
      return step.value.state;
    });
    return taken === null ? null : this.#orderOf(taken);
  }

  async report(report: CarrierReport): Promise<Heard> {
    const { rows, services, record } = this.#host;
    const { now, chance, leaseMs, sealer, log } = services();
    const kept =
      report.type === "opened" ? { ...report, session: await sealer.seal(report.session, sessionPlace(report.deliveryId)) } : report;
    const believed = rows.atomically(() => {
      const state = rows.find(report.deliveryId);
      if (state === null || state.lease === null || state.epoch !== report.epoch) return false;
      const step = decide(state, { type: "report", report: kept, now: now(), chance: chance(), leaseMs });
      if (step.ok) record(step.value);
      return step.ok;
    });
    const isLast = LAST.includes(report.type);
    if (!believed) return isLast ? this.#letGo(report) : UNMOVED;
    if (report.type === "progress") {
      this.#paces.set(report.deliveryId, pacedBy(this.paceOf(report.deliveryId), now(), report.bytesDone));
      return { believed, moves: false };
    }
    if (isLast) {
      const code = report.type === "refused" ? { code: report.refusal.code } : {};
      const spec = rows.find(report.deliveryId)?.spec;
      const asked = spec === undefined ? {} : { request_id: spec.requestId };
      log.info("carrier reported", { ...asked, delivery_id: report.deliveryId, phase: report.type, ...code });
    }
    return { believed, moves: true };
  }

  paceOf(id: DeliveryId): Pace | null {
    return this.#paces.get(id) ?? null;
  }

  forget(id: DeliveryId): void {
    this.#paces.delete(id);
  }

  /** Part of a transaction: cancelled while somebody carries it, and what has left is still on its way. */
  linger({ spec, stage }: DeliveryState): void {
    if (stage.status !== "cancelled") return;
    const { rows } = this.#host;
    const before = rows.find(spec.id);
    const account = rows.account();
    if (account === null || before === null || before.lease === null) return;
    rows.saveAccount({ ...account, lingering: { deliveryId: spec.id, epoch: before.epoch, until: before.lease.until } });
  }

  /** Whoever carried what has been cancelled has stopped: the turn is free. */
  #letGo({ deliveryId, epoch }: CarrierReport): Heard {
    const { rows } = this.#host;
    const account = rows.account();
    if (account?.lingering?.deliveryId !== deliveryId || account.lingering.epoch !== epoch) return UNMOVED;
    rows.saveAccount({ ...account, lingering: null });
    return { believed: false, moves: true };
  }

  async #orderOf({ spec, stage, session, sessions, epoch }: DeliveryState): Promise<WorkOrder | null> {
    const { sealer, leaseMs, log } = this.#host.services();
    const opened = session === null ? null : await sealer.open(session, sessionPlace(spec.id));
    if (opened?.ok === false) {
      log.error("session not readable", { delivery_id: spec.id, cause: new Error(opened.error.detail) });
      return null;
    }
    return {
      deliveryId: spec.id,
      epoch,
      leaseMs,
      requestId: spec.requestId,
      creatorId: spec.creatorId,
      connectionId: spec.connectionId,
      source: spec.source,
      metadata: spec.metadata,
      session: opened?.value.text ?? null,
      sessions,
      committing: stage.status === "committing",
    };
  }
}
