import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { ulid } from "ulid";
import { expect } from "vitest";
import type { SluiceEvent } from "#domain/events/event.ts";
import { type CreatorId, idOf } from "#domain/ids.ts";
import type { AttemptOutcome, WebhookMessage } from "#domain/webhooks/delivery.ts";
import type { EndpointOwner } from "#domain/webhooks/endpoint.ts";
import { STANDARD_SCHEDULE_MS } from "#domain/webhooks/schedule.ts";
import type { Webhook, WebhookDraft } from "#domain/webhooks/webhook.ts";
import type { EndpointServices } from "#durable-objects/webhook-endpoint/services.ts";

/** What happens at a call: it fails without effect, or after it, or the whole process dies there. */
export type Fault = "fail-before" | "fail-after" | "die-before" | "die-after";

class Died extends Error {}

export type Sent = {
  readonly at: number;
  readonly id: string;
  readonly url: string;
  readonly secrets: readonly string[];
  readonly isConfigured: boolean;
  readonly body: string;
};

export const DAY = 24 * 3600_000;
export const TAKEN: AttemptOutcome = { taken: true, status: 204 };
export const refusedWith = (status: number, retryAfterMs: number | null = null): AttemptOutcome => ({
  taken: false,
  fault: "refused",
  status,
  retryAfterMs,
});

export function valueIn<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) expect.fail(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

/**
 * One endpoint in a time of its own (a day ahead, so that no alarm rings by itself), with a receiver, a directory and a log whose
 * every call, like every transaction, can be made to fail or to be the last thing that its process does.
 */
export class Rig {
  readonly draft: WebhookDraft;
  readonly sent: Sent[] = [];
  readonly rows: Webhook[] = [];
  readonly removed: string[] = [];
  readonly events: SluiceEvent[] = [];
  readonly woken: string[] = [];
  readonly logged: { event: string; code: string | undefined }[] = [];
  now = Date.now() + DAY;
  chance = 0;
  calls = 0;
  dead = false;
  faultAt: (call: number) => Fault | null = () => null;
  /** What the receiver answers. */
  answer: (sent: Sent) => AttemptOutcome | Promise<AttemptOutcome> = () => TAKEN;
  changes: Partial<EndpointServices> = {};
  directoryIsAway = false;

  constructor(changes: Partial<WebhookDraft> = {}) {
    const creatorId = idOf("crt", ulid());
    this.draft = {
      id: idOf("whk", ulid()),
      creatorId,
      url: "https://app.example/hooks",
      description: null,
      types: [],
      createdAt: this.now,
      ...changes,
    };
  }

  static async empty(changes: Partial<WebhookDraft> = {}): Promise<Rig> {
    const rig = new Rig(changes);
    await rig.inject();
    return rig;
  }

  static async opened(changes: Partial<WebhookDraft> = {}): Promise<Rig & { secret: string }> {
    const rig = await Rig.empty(changes);
    const { secret } = await rig.stub.open(rig.draft);
    return Object.assign(rig, { secret });
  }

  get stub() {
    return env.WEBHOOK_ENDPOINT.getByName(this.draft.id);
  }

  get creatorId(): CreatorId {
    return this.draft.creatorId;
  }

  message(changes: Partial<WebhookMessage> = {}): WebhookMessage {
    const id = idOf("evt", ulid());
    return {
      id,
      type: "upload.completed",
      resource: idOf("upl", ulid()),
      sequence: 1,
      requestId: idOf("req", ulid()),
      body: `{"of":"${id}"}`,
      ...changes,
    };
  }

  /** Hands messages over until they are taken, as the relay does. */
  async accept(messages: readonly WebhookMessage[], owner: EndpointOwner = "creator"): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      if (this.dead) await this.revive();
      const accepted = await this.stub.accept(owner, messages).then(
        () => true,
        () => false,
      );
      if (accepted) return;
    }
    throw new Error("the messages could not be handed over");
  }

  async alarmAt(): Promise<number | null> {
    return runInDurableObject(this.stub, (_instance, state) => state.storage.getAlarm());
  }

  /** Lets the alarm ring when it is due; false: none is set, or it is due after `until`. */
  async ring(until = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (this.dead) await this.revive();
    const at = await this.alarmAt();
    if (at === null || at > until) return false;
    this.now = Math.max(this.now, at);
    await runDurableObjectAlarm(this.stub).catch(() => undefined);
    return true;
  }

  /** Time goes by, and every alarm in it rings. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    while (await this.ring(end));
    this.now = end;
  }

  /** A new process for the same endpoint. */
  async revive(): Promise<void> {
    await runInDurableObject(this.stub, (_instance, state) => {
      state.abort("died");
    }).catch(() => undefined);
    this.dead = false;
    await this.inject();
  }

  async statuses(): Promise<Record<string, number>> {
    const page = await this.stub.deliveries(this.creatorId, null, { limit: 1000, before: null });
    const counts: Record<string, number> = {};
    for (const { status } of page.ok ? page.value.items : []) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  async inject(): Promise<void> {
    await runInDurableObject(this.stub, (instance: { services: EndpointServices }, { storage }) => {
      instance.services = { ...instance.services, ...this.#services(), ...this.changes };
      const transact = storage.transactionSync.bind(storage);
      storage.transactionSync = <T>(work: () => T): T => {
        const finish = this.#enter();
        const value = transact(work);
        finish();
        return value;
      };
    });
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

  #services(): Partial<EndpointServices> {
    const send = this.#faulty(async (sent: Sent) => {
      this.sent.push(sent);
      return this.answer(sent);
    });
    const write = (change: () => void) =>
      this.#faulty(() => {
        if (this.directoryIsAway) throw new Error("D1 is away");
        change();
      })();
    const log = {
      with: () => log,
      info: (event: string, fields?: { code?: string }) => void this.logged.push({ event, code: fields?.code }),
      warn: (event: string, fields?: { code?: string }) => void this.logged.push({ event, code: fields?.code }),
      error: (event: string, fields?: { code?: string }) => void this.logged.push({ event, code: fields?.code }),
    };
    return {
      sender: {
        // The real one throws nothing: what happened to it is an outcome; a process that is dead learns nothing.
        send: async (target, { id, body }) => {
          try {
            return await send({ at: this.now, id, body, ...target });
          } catch (cause) {
            if (this.dead) throw cause;
            return { taken: false, fault: "unreachable", status: null, retryAfterMs: null };
          }
        },
      },
      directory: {
        put: (webhook) => write(() => this.rows.push(webhook)),
        remove: (webhook) => write(() => this.removed.push(webhook.id)),
      },
      events: { append: (events) => write(() => this.events.push(...events)) },
      relays: {
        wake: async (creatorId) => {
          this.woken.push(creatorId);
        },
      },
      schedule: STANDARD_SCHEDULE_MS,
      log,
      now: () => this.now,
      chance: () => this.chance,
    };
  }
}
