import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { ulid } from "ulid";
import type { QuotaAnswer, QuotaLedger, QuotaLimits, QuotaRequest } from "#domain/quota/quota-ledger.ts";
import type { QuotaServices } from "#durable-objects/quota-ledger/services.ts";
import { collectedLog } from "../../fakes/collected-log.ts";
import { pacificDayByLaw } from "../../fixtures/pacific-law.ts";

/** The day of 23 hours, so far away that no alarm rings by itself: eight in the morning in Los Angeles. */
export const SPRING = Date.parse("2031-03-09T15:00:00Z");

/** One ledger whose clock and limits are the test's. */
export class LedgerRig {
  readonly project = `project-${ulid().toLowerCase()}`;
  readonly lines = collectedLog();
  /** Each call brings the test's world with it: a new process has it before anything else happens. */
  readonly ledger: QuotaLedger = {
    reserve: (request) => this.#inside((ledger) => ledger.reserve(request)),
    settle: (id, cost) => this.#inside((ledger) => ledger.settle(id, cost)),
    exhausted: (bucket, id) => this.#inside((ledger) => ledger.exhausted(bucket, id)),
    view: () => this.#inside((ledger) => ledger.view()),
  };
  limits: QuotaLimits;
  now: number;

  constructor(limits: Partial<QuotaLimits> = {}, now = SPRING) {
    this.now = now;
    this.limits = { inserts: 5, searches: 3, units: 1000, ...limits };
  }

  get stub() {
    return env.QUOTA_LEDGER.getByName(this.project);
  }

  /** With the day on which the ledger decided: the clock may have moved by the time its answer is here. */
  reserveOn(request: QuotaRequest): Promise<{ readonly answer: QuotaAnswer; readonly day: string }> {
    return this.#inside(async (ledger) => {
      const { day } = pacificDayByLaw(this.now);
      return { day, answer: await ledger.reserve(request) };
    });
  }

  async evict(): Promise<void> {
    await this.#inside(async () => undefined);
    await evictDurableObject(this.stub);
  }

  /** Its process dies, whatever it was doing. */
  async crash(): Promise<void> {
    await runInDurableObject(this.stub, (_instance, state) => state.abort("died")).catch(() => undefined);
  }

  /** False: no alarm was set. */
  async ring(): Promise<boolean> {
    await this.#inside(async () => undefined);
    return runDurableObjectAlarm(this.stub);
  }

  alarm(): Promise<number | null> {
    return runInDurableObject(this.stub, (_instance, { storage }) => storage.getAlarm());
  }

  count(table: "days" | "methods" | "calls"): Promise<number> {
    return runInDurableObject(
      this.stub,
      (_instance, { storage }) => storage.sql.exec<{ count: number }>(`SELECT count(*) AS count FROM ${table}`).one().count,
    );
  }

  #inside<T>(call: (ledger: QuotaLedger) => Promise<T>): Promise<T> {
    return runInDurableObject(this.stub, (instance: QuotaLedger & { services: QuotaServices }) => {
      instance.services = { pacificDay: pacificDayByLaw, limits: this.limits, log: this.lines, now: () => this.now };
      return call(instance);
    });
  }
}
