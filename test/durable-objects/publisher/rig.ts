import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import type { SluiceEvent } from "#domain/events/event.ts";
import type { ConnectionId, DeliveryId, DestinationId } from "#domain/ids.ts";
import { type AccountKey, accountKey } from "#domain/publishing/account.ts";
import { accepted, type Answer } from "#domain/publishing/answer.ts";
import type { Delivery, DeliverySpec } from "#domain/publishing/delivery.ts";
import type { CarrierReport } from "#domain/publishing/publisher.ts";
import type { Carriage } from "#domain/publishing/transfer-jobs.ts";
import type { VideoStatus } from "#domain/publishing/youtube/youtube.ts";
import { PUBLISHED_COSTS, quotaRequest } from "#domain/quota/costs.ts";
import { publishers } from "#durable-objects/publisher/client.ts";
import type { PublisherServices } from "#durable-objects/publisher/services.ts";
import { collectedLog } from "#test/fakes/collected-log.ts";
import { newId } from "#test/fakes/builders.ts";
import { aDeliverySpec, aVideo } from "#test/fakes/publishing-builders.ts";
import { Carrier } from "./carrier.ts";

/** What happens at a call: it fails without effect, or after it, or the whole process dies there. */
export type Fault = "fail-before" | "fail-after" | "die-before" | "die-after";

class Died extends Error {}

export const DAY = 24 * 3600_000;
export const LEASE_MS = 60_000;
export const CHECK_MS = [15_000, 3600_000] as const;
function valueIn<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) expect.fail(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

/**
 * One publisher in a time of its own (a day ahead, so that no alarm rings by itself), with a peer, a queue, a ledger and a directory
 * whose every call, like every transaction, can be made to fail or to be the last thing that its process does.
 */
export class Rig {
  readonly account: AccountKey = accountKey("youtube", `UC-${newId("crt")}`);
  readonly creatorId = newId("crt");
  readonly destinationId: DestinationId = newId("dst");
  readonly connectionId: ConnectionId = newId("con");
  readonly carriages: Carriage[] = [];
  readonly rows = new Map<DeliveryId, Delivery>();
  readonly events: SluiceEvent[] = [];
  readonly woken: string[] = [];
  /** The sessions that were given up. */
  readonly abandoned: string[] = [];
  /** The ids of each question about videos. */
  readonly asked: (readonly string[])[] = [];
  readonly tokensAsked: { connectionId: ConnectionId; fresh: boolean }[] = [];
  readonly quota: string[] = [];
  readonly log = collectedLog();
  now = Date.now() + DAY;
  calls = 0;
  dead = false;
  faultAt: (call: number) => Fault | null = () => null;
  closed: string | null = null;
  quotaLeft = true;
  abandonment: Answer<null> = accepted(null);
  tokenOf: (connectionId: ConnectionId) => boolean = () => true;
  videos: (ids: readonly string[]) => Answer<readonly VideoStatus[]> = (ids) => accepted(ids.map((id) => aVideo(id)));

  static async begun(): Promise<Rig> {
    const rig = new Rig();
    await rig.inject();
    return rig;
  }

  get stub() {
    return publishers(env.PUBLISHER).get(this.account);
  }

  spec(changes: Partial<DeliverySpec> = {}): DeliverySpec {
    const { creatorId, destinationId, connectionId, now } = this;
    return aDeliverySpec({ creatorId, destinationId, connectionId, createdAt: now, ...changes });
  }

  /** Accepted one after the other; their ids. */
  async accepted(...changes: readonly Partial<DeliverySpec>[]): Promise<DeliveryId[]> {
    const ids: DeliveryId[] = [];
    for (const each of changes) {
      const [delivery] = await this.stub.accept(this.account, [this.spec(each)]);
      if (delivery !== undefined) ids.push(delivery.id);
    }
    return ids;
  }

  async view(id: DeliveryId): Promise<Delivery> {
    return valueIn(await this.stub.view(this.creatorId, id));
  }

  async statuses(ids: readonly DeliveryId[]): Promise<string[]> {
    return Promise.all(ids.map(async (id) => (await this.view(id)).status));
  }

  /** Takes the newest of what carriers were asked for. */
  async take(): Promise<Carrier> {
    const carriage = this.carriages.at(-1);
    if (carriage === undefined) throw new Error("nobody was asked to carry anything");
    const order = await this.stub.take(carriage);
    if (order === null) throw new Error("it could not be taken");
    const report = async (said: CarrierReport): Promise<boolean> => {
      const believed = await this.stub.report(said);
      await this.settled();
      return believed;
    };
    return new Carrier(carriage.deliveryId, order, report);
  }

  /** Takes what is next, and brings it to YouTube. */
  async carry(remoteId: string): Promise<DeliveryId> {
    const carrier = await this.take();
    await carrier.bring(remoteId);
    return carrier.deliveryId;
  }

  async alarmAt(): Promise<number | null> {
    return runInDurableObject(this.#object, (_instance, state) => state.storage.getAlarm());
  }

  /** What a report has set off goes on behind its answer. */
  async settled(): Promise<void> {
    await vi.waitFor(
      async () => {
        const at = this.dead ? null : await this.alarmAt();
        if (at !== null && at <= this.now) throw new Error("something is due that nobody does");
      },
      { timeout: 10_000, interval: 2 },
    );
  }

  /** Lets the alarm ring when it is due; false: none is set, or it is due after `until`. */
  async ring(until = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (this.dead) await this.revive();
    const at = await this.alarmAt();
    if (at === null || at > until) return false;
    this.now = Math.max(this.now, at);
    await runDurableObjectAlarm(this.#object).catch(() => undefined);
    return true;
  }

  /** Time goes by, and every alarm in it rings. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (let rings = 0; await this.ring(end); rings += 1) if (rings > 2000) throw new Error("the alarm never stops");
    this.now = end;
  }

  /** A new process for the same publisher. */
  async revive(): Promise<void> {
    await runInDurableObject(this.#object, (_instance, state) => {
      state.abort("died");
    }).catch(() => undefined);
    this.dead = false;
    await this.inject();
  }

  /** What is in the publisher's tables, as text. */
  async stored(): Promise<string> {
    return runInDurableObject(this.#object, (_instance, { storage: { sql } }) =>
      JSON.stringify(["account", "deliveries", "outbox", "paused"].map((table) => sql.exec(`SELECT * FROM ${table}`).toArray())),
    );
  }

  /** `seen`: each statement from now on, and how SQLite goes about it. */
  async inject(seen?: (statement: string, plan: readonly string[]) => void): Promise<void> {
    await runInDurableObject(this.#object, (instance: { services: PublisherServices }, { storage }) => {
      instance.services = { ...instance.services, ...this.#services() };
      const transact = storage.transactionSync.bind(storage);
      storage.transactionSync = <T>(work: () => T): T => {
        const finish = this.#enter();
        const value = transact(work);
        finish();
        return value;
      };
      if (seen === undefined) return;
      const { sql } = storage;
      const exec = sql.exec.bind(sql);
      sql.exec = <T extends Record<string, SqlStorageValue>>(statement: string, ...bindings: unknown[]) => {
        if (/^\s*(SELECT|INSERT|UPDATE|DELETE)/.test(statement))
          seen(
            statement,
            [...exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${statement}`, ...bindings)].map(({ detail }) => detail),
          );
        return exec<T>(statement, ...bindings);
      };
    });
  }

  get #object() {
    return env.PUBLISHER.getByName(this.account);
  }

  /** Counts a call and lets its fault happen; what it returns is called once the effect is there. */
  #enter(): () => void {
    if (this.dead) throw new Died("the process is dead");
    const fault = this.faultAt(++this.calls);
    if (fault === "die-before") {
      this.dead = true;
      throw new Died("died");
    }
    if (fault === "fail-before") throw new Error("an outage, before any effect");
    return () => {
      if (fault === "die-after") {
        this.dead = true;
        throw new Died("died");
      }
      if (fault === "fail-after") throw new Error("an outage: the reply was lost");
    };
  }

  #faulty<A extends unknown[], T>(call: (...args: A) => T | Promise<T>): (...args: A) => Promise<T> {
    return async (...args) => {
      const finish = this.#enter();
      const value = await call(...args);
      if (this.dead) throw new Died("the process is dead");
      finish();
      return value;
    };
  }

  #services(): Partial<PublisherServices> {
    return {
      jobs: { carry: this.#faulty((carriage) => void this.carriages.push(carriage)) },
      projection: {
        put: this.#faulty((delivery, told) => {
          if ((this.rows.get(delivery.id)?.sequence ?? 0) < delivery.sequence) this.rows.set(delivery.id, delivery);
          const isKnown = ({ resource, sequence }: SluiceEvent) =>
            this.events.some((each) => each.resource === resource && each.sequence === sequence);
          this.events.push(...told.filter((event) => !isKnown(event)));
        }),
      },
      relays: { wake: async (creatorId) => void this.woken.push(creatorId) },
      youtube: {
        videos: this.#faulty((_token, ids) => {
          this.asked.push(ids);
          return this.videos(ids);
        }),
        abandon: this.#faulty((url) => {
          this.abandoned.push(url);
          return this.abandonment;
        }),
      },
      tokens: {
        get: async (_creatorId, connectionId, fresh = false) => {
          this.tokensAsked.push({ connectionId, fresh });
          return this.tokenOf(connectionId)
            ? { ok: true, accessToken: `token of ${connectionId}` }
            : { ok: false, reason: "needs_reauth", detail: "revoked" };
        },
      },
      quota: {
        reserve: async ({ method }) => {
          this.quota.push(`reserve ${method}`);
          return this.quotaLeft ? { granted: true, left: 1 } : { granted: false, until: this.now + DAY };
        },
        settle: async (_id, cost) => void this.quota.push(`settle ${cost}`),
        exhausted: async (bucket) => {
          this.quota.push(`exhausted ${bucket}`);
          return { until: this.now + DAY };
        },
      },
      quotaRequest: (id, method) => quotaRequest(PUBLISHED_COSTS, id, method),
      switches: { closed: this.#faulty(() => this.closed) },
      leaseMs: LEASE_MS,
      checkMs: CHECK_MS,
      log: this.log,
      now: () => this.now,
      chance: () => 0.5,
    };
  }
}
