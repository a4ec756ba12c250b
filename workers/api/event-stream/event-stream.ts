import type { Clock } from "#domain/clock.ts";
import {
  PROGRESS_TYPE,
  type BehindFeed,
  type EventFeeds,
  type FeedConnection,
  type FeedMessage,
  type FeedWish,
  type UploadPace,
} from "#domain/events/event-feed.ts";
import type { EventLog } from "#domain/events/event-log.ts";
import type { LoggedEvent } from "#domain/events/event.ts";
import type { Failure } from "#domain/failures.ts";
import type { CreatorId } from "#domain/ids.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { HEARTBEAT, writeFrame, writeOpening } from "./frames.ts";
import { Inbox } from "./inbox.ts";
import { Outlet } from "./outlet.ts";

export type StreamTimes = {
  readonly heartbeatMs: number;
  /** A client that takes nothing for as long is cut off. */
  readonly stalledMs: number;
  /** Then the client has to come again, and its key is looked at anew. */
  readonly lifetimeMs: number;
  /** How long the client waits before it comes again. */
  readonly retryMs: number;
  /** The longest pause before the feed is tried again, times the attempts. */
  readonly rejoinMs: number;
};

export const STREAM_TIMES: StreamTimes = {
  heartbeatMs: 15_000,
  stalledMs: 60_000,
  lifetimeMs: 30 * 60_000,
  retryMs: 2_000,
  rejoinMs: 500,
};

const LOG_PAGE = 100;
const REJOIN_ATTEMPTS = 5;

/** Why a stream ended: for the log. */
export type StreamEnd = "client gone" | "client too slow" | "lifetime over" | "feed away";

export type StreamPorts = {
  readonly feeds: EventFeeds;
  readonly events: EventLog;
  readonly clock: Pick<Clock, "now">;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly times: StreamTimes;
  readonly cursor: (position: number) => string;
  readonly resource: (event: LoggedEvent) => object;
  readonly ended: (how: StreamEnd, eventsSent: number) => void;
};

type Joined = Result<FeedConnection, BehindFeed | Failure<"too_many_listeners">>;

/** One client's stream, once its feed has answered; refusals come before it begins. */
export async function openEventStream(
  ports: StreamPorts,
  creatorId: CreatorId,
  wish: FeedWish,
): Promise<Result<ReadableStream<Uint8Array>, Failure<"too_many_listeners">>> {
  const stream = new EventStream(ports, creatorId, wish);
  const joined = await stream.join();
  if (!joined.ok && joined.error.code === "too_many_listeners") return err(joined.error);
  stream.begin(joined);
  return ok(stream.outlet.body);
}

/**
 * What is kept and what comes, as one sequence: from the log as long as the feed does not reach back far enough, then from the
 * feed. Whenever the feed goes, it is joined again from the last position. One place writes, and waits until the client has
 * taken what it wrote.
 */
class EventStream {
  readonly outlet = new Outlet(() => this.#over("client gone"));
  readonly #ports: StreamPorts;
  readonly #creatorId: CreatorId;
  readonly #wish: FeedWish;
  #position: number | null;
  #inbox: Inbox | null = null;
  #connection: FeedConnection | null = null;
  #heardAt = 0;
  /** When the client took something last, or was offered something having taken everything. */
  #takenAt = 0;
  #eventsSent = 0;
  #end: StreamEnd | null = null;

  constructor(ports: StreamPorts, creatorId: CreatorId, wish: FeedWish) {
    this.#ports = ports;
    this.#creatorId = creatorId;
    this.#wish = wish;
    this.#position = wish.after;
  }

  async join(): Promise<Joined> {
    const inbox = new Inbox(({ isOverfull }) => {
      this.#heardAt = this.#ports.clock.now();
      if (isOverfull) this.#cutOff();
    });
    const joined = await this.#ports.feeds.listen(this.#creatorId, { ...this.#wish, after: this.#position }, inbox);
    if (!joined.ok) return joined;
    this.#inbox = inbox;
    this.#connection = joined.value;
    this.#position ??= joined.value.position;
    this.#heardAt = this.#ports.clock.now();
    return joined;
  }

  begin(joined: Joined): void {
    const { heartbeatMs } = this.#ports.times;
    const endsAt = this.#ports.clock.now() + this.#ports.times.lifetimeMs;
    const beating = setInterval(() => this.#beat(endsAt), heartbeatMs);
    void this.#run(joined)
      .catch(() => this.#over("feed away"))
      .finally(() => {
        clearInterval(beating);
        this.#connection?.close();
        this.outlet.close();
        this.#ports.ended(this.#end ?? "feed away", this.#eventsSent);
      });
  }

  async #run(first: Joined): Promise<void> {
    await this.#write(writeOpening(this.#ports.cursor(this.#position ?? 0), this.#ports.times.retryMs));
    for (let joined: Joined | null = first; joined !== null; joined = await this.#joinAgain(joined.ok)) {
      if (joined.ok) await this.#relay(joined.value);
      else if (joined.error.code === "behind") await this.#readLog(joined.error.floor);
      else return this.#over("feed away");
    }
  }

  /** The log has everything up to `floor` and whatever has happened since. */
  async #readLog(floor: number): Promise<void> {
    const { types, resource } = this.#wish;
    for (;;) {
      const after = this.#position ?? 0;
      const page = await this.#ports.events.page(this.#creatorId, { after, types, resource, limit: LOG_PAGE });
      await this.#pass(page.map((event) => ({ kind: "event", event })));
      if (page.length < LOG_PAGE || this.#isOver()) break;
    }
    this.#position = Math.max(this.#position ?? 0, floor);
  }

  /** Until the feed goes. */
  async #relay(connection: FeedConnection): Promise<void> {
    for (;;) {
      const messages = (await this.#inbox?.take()) ?? [];
      if (messages.length === 0 || this.#isOver()) return;
      await this.#pass(messages);
      if (messages.some(({ kind }) => kind === "page-end")) connection.more();
    }
  }

  /** What waits goes in one piece: the further behind a client is, the less each event costs. */
  async #pass(messages: readonly FeedMessage[]): Promise<void> {
    const { cursor, resource } = this.#ports;
    let [text, position, events] = ["", this.#position ?? 0, 0];
    for (const message of messages) {
      if (message.kind === "progress") text += writeFrame({ id: null, type: PROGRESS_TYPE, data: paceResource(message.pace) });
      if (message.kind !== "event" || message.event.position <= position) continue;
      const { event } = message;
      text += writeFrame({ id: cursor(event.position), type: event.type, data: resource(event) });
      [position, events] = [event.position, events + 1];
    }
    if (text !== "" && (await this.#write(text))) this.#eventsSent += events;
    this.#position = position;
  }

  /** Null when the stream is over. */
  async #joinAgain(feedWent: boolean): Promise<Joined | null> {
    const { chance, times } = this.#ports;
    for (let attempt = 1; !this.#isOver(); attempt++) {
      // Spread, because whatever ended this feed ended it for all of its listeners.
      if (feedWent || attempt > 1) await pause(times.rejoinMs * attempt * (0.1 + 0.9 * chance()));
      if (this.#isOver()) break;
      try {
        const joined = await this.join();
        if (!this.#isOver()) return joined;
      } catch (cause) {
        if (attempt >= REJOIN_ATTEMPTS) throw cause;
      }
    }
    return null;
  }

  /** Resolves when the client has taken it, or is gone. */
  async #write(text: string): Promise<boolean> {
    if (!this.outlet.isWaiting) this.#takenAt = this.#ports.clock.now();
    const taken = await this.outlet.write(text);
    if (taken) this.#takenAt = this.#ports.clock.now();
    return taken;
  }

  #beat(endsAt: number): void {
    const { clock, times } = this.#ports;
    const now = clock.now();
    if (now >= endsAt) return this.#over("lifetime over");
    if (this.outlet.isWaiting && now - this.#takenAt >= times.stalledMs) return this.#cutOff();
    if (!this.outlet.isWaiting) void this.#write(HEARTBEAT);
    // A feed that does not even answer a probe is gone, whatever its socket says.
    if (now - this.#heardAt > 2 * times.heartbeatMs) this.#leaveFeed();
    else this.#connection?.probe();
  }

  #leaveFeed(): void {
    this.#connection?.close();
    this.#inbox?.closed();
  }

  /** What has been written and not taken is dropped: the client comes back from what it has. */
  #cutOff(): void {
    this.#over("client too slow");
    this.outlet.cut("the client reads too slowly");
  }

  #isOver(): boolean {
    return this.#end !== null;
  }

  #over(how: StreamEnd): void {
    this.#end ??= how;
    this.#leaveFeed();
  }
}

const paceResource = ({ uploadId, offset, length, rateBps, etaSeconds }: UploadPace) => ({
  upload_id: uploadId,
  offset,
  length,
  rate_bps: rateBps,
  eta_seconds: etaSeconds,
});

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
