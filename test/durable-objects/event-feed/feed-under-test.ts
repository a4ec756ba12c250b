import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import type { FeedConnection, FeedMessage, FeedWish, UploadPace } from "#domain/events/event-feed.ts";
import type { LoggedEvent } from "#domain/events/event.ts";
import type { CreatorId } from "#domain/ids.ts";
import { eventFeeds } from "#durable-objects/event-feed/client.ts";
import type { FeedServices } from "#durable-objects/event-feed/services.ts";
import { newId, NOW } from "../../fakes/builders.ts";

export const feeds = eventFeeds(env.EVENT_FEED);
export const stubOf = (creatorId: CreatorId) => env.EVENT_FEED.getByName(creatorId);

export const anEvent = (creatorId: CreatorId, position: number, changes: Partial<LoggedEvent> = {}): LoggedEvent => ({
  id: newId("evt"),
  type: "upload.completed",
  creatorId,
  resource: newId("upl"),
  sequence: 2,
  happenedAt: NOW + position,
  requestId: newId("req"),
  data: { filename: "film.mp4" },
  position,
  ...changes,
});

/** Events at these positions, each of an upload of its own. */
export const eventsAt = (creatorId: CreatorId, ...positions: readonly number[]): LoggedEvent[] =>
  positions.map((position) => anEvent(creatorId, position));

export const from = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Somebody who listens and notes what they hear. */
export class Ear {
  readonly messages: FeedMessage[] = [];
  readonly wish: FeedWish;
  isClosed = false;
  #connection: FeedConnection | null = null;

  constructor(wish: Partial<FeedWish> = {}) {
    this.wish = { after: null, types: [], resource: null, progress: false, ...wish };
  }

  static async at(creatorId: CreatorId, wish: Partial<FeedWish> = {}): Promise<Ear> {
    const ear = new Ear(wish);
    const refused = await ear.listen(creatorId);
    if (refused !== null) expect.fail(`not let in: ${JSON.stringify(refused)}`);
    return ear;
  }

  /** What it was refused with, or null. */
  async listen(creatorId: CreatorId): Promise<object | null> {
    const joined = await feeds.listen(creatorId, this.wish, {
      message: (message) => {
        this.messages.push(message);
      },
      closed: () => {
        this.isClosed = true;
      },
    });
    if (!joined.ok) return joined.error;
    this.#connection = joined.value;
    return null;
  }

  get connection(): FeedConnection {
    return this.#connection ?? expect.fail("not let in");
  }

  get positions(): number[] {
    return this.messages.flatMap((message) => (message.kind === "event" ? [message.event.position] : []));
  }

  get paces(): UploadPace[] {
    return this.messages.flatMap((message) => (message.kind === "progress" ? [message.pace] : []));
  }

  /** What was sent before the answer to this has arrived. */
  async settled(): Promise<this> {
    const before = this.messages.filter(({ kind }) => kind === "alive").length;
    this.connection.probe();
    await vi.waitFor(() => expect(this.messages.filter(({ kind }) => kind === "alive").length).toBe(before + 1), 5_000);
    return this;
  }

  /** Asks for pages until there is no more. */
  async readOn(): Promise<void> {
    for (;;) {
      await this.settled();
      if (this.messages.at(-1)?.kind === "alive") this.messages.pop();
      if (this.messages.at(-1)?.kind !== "page-end") return;
      this.messages.pop();
      this.connection.more();
    }
  }
}

/** By now or soon: events of these positions, and no others so far. */
export const expectHeard = (ear: Ear, ...positions: readonly number[]): Promise<void> =>
  vi.waitFor(() => expect(ear.positions).toEqual(positions), 5_000);

/** Lets the feed live with other services, from now until it is evicted. */
export const withServices = (creatorId: CreatorId, services: Partial<FeedServices>): Promise<void> =>
  runInDurableObject(stubOf(creatorId), (instance: { services: FeedServices }) => {
    instance.services = { ...instance.services, ...services };
  });
