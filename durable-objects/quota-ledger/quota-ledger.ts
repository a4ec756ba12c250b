import { DurableObject } from "cloudflare:workers";
import { quotaServices } from "#publishing-services";
import type { QuotaAnswer, QuotaBucket, QuotaLedger as Ledger, QuotaRequest, QuotaView } from "#domain/quota/quota-ledger.ts";
import { exhaust, type Moment, OPEN_FOR_MS, reserve, settle } from "./machine.ts";
import { Rows } from "./schema.ts";
import type { QuotaServices } from "./services.ts";
import { viewOf } from "./view.ts";

/** Tidied at most this often. */
const TIDYING_MS = 10 * 60_000;

/**
 * What one project at Google may still ask for today. Whoever is about to call YouTube takes the cost out first, and corrects it
 * afterwards; so the buckets never give more than there is, however many call at once and wherever they die.
 *
 * Nothing is done at midnight: another day has other rows. The alarm only lets go of what has become old.
 */
export class QuotaLedger extends DurableObject<Env> implements Ledger {
  /** Replaced by tests that move the clock. */
  services: QuotaServices;
  readonly #rows: Rows;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.services = quotaServices(env);
    this.#rows = new Rows(ctx.storage);
  }

  async reserve(request: QuotaRequest): Promise<QuotaAnswer> {
    checkCost(request.cost);
    const moment = this.#moment();
    const call = this.#rows.call(request.id);
    const state = { today: this.#rows.bucket(moment.day, request.bucket), open: call?.isOpen === true ? call : null };
    const { answer, taken } = reserve(state, request, this.services.limits[request.bucket], moment);
    if (taken !== null) {
      this.#rows.take(taken);
      await this.#arm(moment.now + OPEN_FOR_MS);
    }
    return answer;
  }

  async settle(id: string, cost: number): Promise<void> {
    checkCost(cost);
    const call = this.#rows.call(id);
    const correction = settle(call?.isOpen === true ? call : null, cost, this.#moment());
    if (correction !== null) this.#rows.settle(id, cost, correction);
  }

  async exhausted(bucket: QuotaBucket, id?: string): Promise<{ readonly until: number }> {
    const moment = this.#moment();
    const today = this.#rows.bucket(moment.day, bucket);
    const { until, believed } = exhaust(today, id === undefined ? null : this.#rows.call(id), moment);
    if (believed && until !== today.exhaustedUntil) {
      this.#rows.exhaust(moment.day, bucket, until);
      this.services.log.warn("quota exhausted", { project: this.#project, phase: bucket, count: today.used });
      await this.#arm(moment.now + OPEN_FOR_MS);
    }
    return { until };
  }

  async view(): Promise<QuotaView> {
    const moment = this.#moment();
    return viewOf(this.#rows.accounts(moment), this.services.limits, moment);
  }

  override async alarm(): Promise<void> {
    const now = this.services.now();
    const unsettled = this.#rows.tidy(now);
    if (unsettled > 0) this.services.log.warn("quota not settled", { project: this.#project, count: unsettled });
    const oldest = this.#rows.oldestCallAt();
    if (oldest !== null) await this.#arm(Math.max(oldest + OPEN_FOR_MS, now + TIDYING_MS));
  }

  get #project(): string {
    return this.ctx.id.name ?? "";
  }

  #moment(): Moment {
    const now = this.services.now();
    return { ...this.services.pacificDay(now), now };
  }

  /** The alarm, unless one is set already. */
  async #arm(at: number): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(at);
  }
}

function checkCost(cost: number): void {
  if (!Number.isSafeInteger(cost) || cost < 0) throw new RangeError("a cost is a whole number from 0");
}
