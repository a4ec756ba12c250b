import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { ulid } from "ulid";
import { expect } from "vitest";
import type { EventSubscriber } from "#domain/events/event-log.ts";
import type { LoggedEvent } from "#domain/events/event.ts";
import type { CreatorId } from "#domain/ids.ts";
import type { RelayServices } from "#durable-objects/event-relay/services.ts";
import { collectedLog } from "../../fakes/collected-log.ts";
import { anEvent, newId } from "../../fakes/builders.ts";
import { memoryEventLog } from "../../fakes/memory-event-log.ts";

export type Fault = "fail-before" | "fail-after" | "die-before" | "die-after";

const DAY_MS = 24 * 3_600_000;

/** One relay over a log in memory, whose every call can be made to fail or to be the last thing that its process does. */
export class RelayRig {
  readonly #name = `relay-${ulid()}`;
  readonly log = memoryEventLog();
  readonly lines = collectedLog();
  readonly creators: readonly CreatorId[] = [newId("crt"), newId("crt"), newId("crt")];
  /** What each subscriber has heard, in order, repeats included. */
  readonly heard: Record<string, LoggedEvent[]> = { feeds: [], webhooks: [] };
  subscribers: readonly string[] = ["feeds", "webhooks"];
  /** Alarms ring when the test lets them: a day away from the real clock. */
  now = Date.now() + DAY_MS;
  calls = 0;
  dead = false;
  faultAt: (call: number) => Fault | null = () => null;
  /** Whom a subscriber refuses, or keeps waiting for ever. */
  refuses: (subscriber: string, creatorId: CreatorId) => boolean = () => false;
  hangs: (subscriber: string, creatorId: CreatorId) => boolean = () => false;

  static async ready(): Promise<RelayRig> {
    const rig = new RelayRig();
    await rig.#inject();
    await rig.stub.wake(0);
    return rig;
  }

  get stub() {
    return env.EVENT_RELAY.getByName(this.#name);
  }

  /** A new process for the same relay. */
  async revive(): Promise<void> {
    await runInDurableObject(this.stub, (_instance, state) => state.abort("died")).catch(() => undefined);
    this.dead = false;
    await this.#inject();
  }

  /** Appends events of these creators, by their places in `creators`. */
  async happens(...creators: readonly number[]): Promise<void> {
    await this.log.append(creators.map((index) => anEvent({ creatorId: this.creators[index] ?? newId("crt") })));
  }

  /** One turn of both kinds, an hour later. */
  async turn(): Promise<void> {
    this.now += 3_600_000;
    await runInDurableObject(this.stub, (instance) => instance.alarm()).catch((cause: unknown) => {
      if (!this.dead) throw cause;
    });
    if (this.dead) await this.revive();
  }

  async rows(): Promise<{ cursor: number; lags: { subscriber: string; creator_id: string; after: number; attempts: number }[] }> {
    return runInDurableObject(this.stub, (_instance, { storage }) => ({
      cursor: storage.sql.exec<{ cursor: number }>("SELECT cursor FROM relay").one().cursor,
      lags: storage.sql
        .exec<{ subscriber: string; creator_id: string; after: number; attempts: number }>(
          "SELECT subscriber, creator_id, after, attempts FROM lags",
        )
        .toArray(),
    }));
  }

  /** Every subscriber has heard everything of every creator, each creator's in the order of the log. */
  expectAllHeard(): void {
    for (const subscriber of this.subscribers) {
      for (const creatorId of new Set(this.log.logged.map((event) => event.creatorId))) {
        const ids = (events: readonly LoggedEvent[]) => events.filter((event) => event.creatorId === creatorId).map(({ id }) => id);
        expect([...new Set(ids(this.heard[subscriber] ?? []))], subscriber).toEqual(ids(this.log.logged));
      }
    }
  }

  async #inject(): Promise<void> {
    await runInDurableObject(this.stub, (instance: { services: RelayServices }, state) => {
      const die = (): never => {
        this.dead = true;
        state.abort("died");
        throw new Error("died");
      };
      instance.services = this.#services(die);
    });
  }

  #services(die: () => never): RelayServices {
    const faulty =
      <A extends unknown[], T>(call: (...args: A) => Promise<T>): ((...args: A) => Promise<T>) =>
      async (...args) => {
        if (this.dead) throw new Error("the process is dead");
        const fault = this.faultAt(++this.calls);
        if (fault === "die-before") die();
        if (fault === "fail-before") throw new Error("an outage, before any effect");
        const value = await call(...args);
        if (fault === "die-after") die();
        if (fault === "fail-after") throw new Error("an outage: the reply was lost");
        return value;
      };
    const subscriber = (name: string): EventSubscriber => ({
      publish: faulty(async (creatorId: CreatorId, events: readonly LoggedEvent[]) => {
        if (this.refuses(name, creatorId)) throw new Error("refused");
        if (this.hangs(name, creatorId)) await new Promise(() => undefined);
        this.heard[name]?.push(...events);
      }),
    });
    return {
      logOf: () => ({ read: faulty(this.log.read) }),
      events: { page: faulty(this.log.page) },
      subscribers: Object.fromEntries(this.subscribers.map((name) => [name, subscriber(name)])),
      log: this.lines,
      patienceMs: 50,
      now: () => this.now,
      chance: () => 0.5,
    };
  }
}
