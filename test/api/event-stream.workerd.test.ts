import { evictDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { CreatorId } from "#domain/ids.ts";
import { eventFeeds } from "#durable-objects/event-feed/client.ts";
import { d1Directory } from "#adapters/d1/database.ts";
import { d1EventLog } from "#adapters/d1/event-log.ts";
import { idSchema } from "#domain/id-schema.ts";
import { newId, NOW } from "#test/fakes/builders.ts";

const ORIGIN = "https://sluice.test";
const { OPERATOR_KEY } = z.object({ OPERATOR_KEY: z.string() }).parse(env);
const feeds = eventFeeds(env.EVENT_FEED);
const log = d1EventLog(d1Directory(env.DIRECTORY));

let creatorId: CreatorId;
let key = "";
const reading = new Set<Listener>();

const asOperator = async (path: string, body: object): Promise<unknown> => {
  const headers = { Authorization: `Bearer ${OPERATOR_KEY}`, "Content-Type": "application/json" };
  return (await exports.default.fetch(new Request(`${ORIGIN}${path}`, { method: "POST", headers, body: JSON.stringify(body) }))).json();
};

beforeAll(async () => {
  creatorId = z.object({ id: idSchema("crt") }).parse(await asOperator("/v1/operator/creators", { name: "Newsroom" })).id;
  key = z.object({ key: z.string() }).parse(await asOperator(`/v1/operator/creators/${creatorId}/keys`, { name: "k" })).key;
});

afterEach(async () => {
  await Promise.all([...reading].map((listener) => listener.leave()));
});

/** One client's stream, and the ids of the events in it. */
class Listener {
  text = "";
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #read: Promise<void>;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
    this.#read = this.#take().catch(() => undefined);
    reading.add(this);
  }

  static async open(query = ""): Promise<Listener> {
    const { status, body }: { status: number; body: ReadableStream<Uint8Array> | null } = await exports.default.fetch(
      new Request(`${ORIGIN}/v1/events/stream${query}`, { headers: { Authorization: `Bearer ${key}` } }),
    );
    expect(status).toBe(200);
    return new Listener(body ?? expect.fail("no body"));
  }

  get events(): string[] {
    return this.text.split("\n").flatMap((line) => (line.startsWith("data: ") ? [eventId.parse(JSON.parse(line.slice(6))).id] : []));
  }

  async leave(): Promise<void> {
    reading.delete(this);
    await this.#reader.cancel();
    await this.#read;
  }

  async #take(): Promise<void> {
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      this.text += decoder.decode(value, { stream: true });
    }
  }
}

const eventId = z.object({ id: z.string() });

/** Events in the log, as many, and told as the relay tells them; their ids. */
async function happen(count: number): Promise<string[]> {
  const events = Array.from({ length: count }, () => ({
    id: newId("evt"),
    type: "upload.created" as const,
    creatorId,
    resource: newId("upl"),
    sequence: 1,
    happenedAt: NOW,
    requestId: newId("req"),
    data: {},
  }));
  await log.append(events);
  const after = (await log.page(creatorId, { after: 0, types: [], resource: null, limit: 10_000 })).slice(-count);
  await feeds.publish(creatorId, after);
  return after.map(({ id }) => id);
}

/** How many statements D1 is given, by whomever, while this goes on. */
async function queriesDuring(work: () => Promise<void>): Promise<number> {
  const prepared = vi.spyOn(Object.getPrototypeOf(env.DIRECTORY) as D1Database, "prepare");
  try {
    await work();
    return prepared.mock.calls.length;
  } finally {
    prepared.mockRestore();
  }
}

const expectAllHeard = (listeners: readonly Listener[], ids: readonly string[]): Promise<void> =>
  vi.waitFor(() => expect(listeners.filter(({ events }) => events.join() === ids.join()).length).toBe(listeners.length), 10_000);

describe("listeners", () => {
  test("cost D1 nothing while they listen, two hundred as little as one", async () => {
    const one = [await Listener.open()];
    const forOne = await queriesDuring(async () => {
      const ids = await happen(20);
      await expectAllHeard(one, ids);
    });
    await one[0]?.leave();

    const many: Listener[] = [];
    for (let group = 0; group < 10; group++) many.push(...(await Promise.all(Array.from({ length: 20 }, () => Listener.open()))));
    const forMany = await queriesDuring(async () => {
      const ids = await happen(20);
      await expectAllHeard(many, ids);
    });
    // What is counted is the log's own: the events, and their page.
    expect(forOne).toBeGreaterThan(0);
    expect(forMany).toBe(forOne);
  });

  test("who come back after a deployment, all at once, are served without a query of the log", async () => {
    const listeners = await Promise.all(Array.from({ length: 50 }, () => Listener.open()));
    const first = await happen(5);
    await expectAllHeard(listeners, first);
    const queries = await queriesDuring(async () => {
      await evictDurableObject(env.EVENT_FEED.getByName(creatorId), { webSockets: "close" });
      await scheduler.wait(1_500);
    });
    const then = await happen(5);
    await expectAllHeard(listeners, [...first, ...then]);
    expect(queries).toBe(0);
  });

  test("who ask for what lies before the feed are given it from the log, once", async () => {
    const other = z.object({ id: idSchema("crt") }).parse(await asOperator("/v1/operator/creators", { name: "Late" })).id;
    const own = z.object({ key: z.string() }).parse(await asOperator(`/v1/operator/creators/${other}/keys`, { name: "k" })).key;
    const [before, keyBefore] = [creatorId, key];
    [creatorId, key] = [other, own];
    try {
      const unheard = await happen(3);
      const listener = await Listener.open("?after=00000000000");
      await expectAllHeard([listener], unheard);
      const heard = await happen(2);
      await expectAllHeard([listener], [...unheard, ...heard]);
    } finally {
      [creatorId, key] = [before, keyBefore];
    }
  });
});
