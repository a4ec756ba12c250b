import { DurableObject } from "cloudflare:workers";
import { feedServices } from "#services";
import { ALIVE, MORE, PROBE, readWish, writeMessage, type FeedRefusal } from "#domain/events/feed-message.ts";
import type { LoggedEvent } from "#domain/events/event.ts";
import { parseId, type CreatorId } from "#domain/ids.ts";
import { admit, isFor, takeIn, type Seat } from "./machine.ts";
import { Progress } from "./progress.ts";
import { Rows } from "./schema.ts";
import { Seats, seatOf, tell } from "./seats.ts";
import type { FeedServices } from "./services.ts";

/** Of one creator, at once. */
const MAX_LISTENERS = 1_000;
const PAGE_EVENTS = 64;
const PAGE_CHARACTERS = 256 * 1024;
const RETRY_MS = 15_000;

/** What was kept for a listener has been dropped before they took it: they read the log and come back. */
const TOO_LATE = 4001;

/**
 * What happens to one creator's uploads and assets, told to everybody who listens.
 *
 * The relay brings events in the order of the log; they are kept (`machine`) and sent over hibernating WebSockets to the Workers
 * that end in a client's stream, so that listeners to whom nothing is told cost nothing. A listener comes with the last position
 * that it knows. What is kept since is sent in pages, each asked for, and from the last page on it is told what comes: both are
 * one step without an `await`, so that nothing is missed and nothing told twice. Who comes from further back is sent to the log.
 *
 * How far uploads are (`progress`) is asked of their sessions, while somebody wants to know.
 */
export class EventFeed extends DurableObject<Env> {
  /** Replaced by tests that move the clock. */
  services: FeedServices;
  readonly #rows: Rows;
  readonly #seats: Seats;
  readonly #progress: Progress;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.services = feedServices(env);
    this.#rows = new Rows(ctx.storage);
    this.#seats = new Seats(ctx);
    this.#progress = new Progress({
      rows: this.#rows,
      seats: this.#seats,
      services: () => this.services,
      wakeAt: (at) => ctx.storage.setAlarm(at),
    });
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PROBE, ALIVE));
  }

  async publish(creatorId: CreatorId, events: readonly LoggedEvent[]): Promise<void> {
    const seated = this.#seats.all();
    const fresh = this.#rows.atomically(() => {
      const intake = takeIn(this.#rows.load(), events, seated.length > 0, this.services.now());
      if (intake.fresh.length === 0) return [];
      this.#rows.save(creatorId, intake.state);
      for (const event of intake.keep) this.#rows.keep({ ...event, message: writeMessage({ kind: "event", event }) });
      if (intake.trimTo !== null) this.#trimTo(creatorId, intake.trimTo);
      return intake.fresh;
    });
    for (const event of fresh) {
      const message = writeMessage({ kind: "event", event });
      for (const { socket, seat } of seated) if (isFor(seat, event)) tell(socket, message);
    }
    await this.#progress.learn(fresh);
  }

  /** A listener's WebSocket; the only thing that RPC can't carry. */
  override async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const creatorId = parseId("crt", searchParams.get("creator") ?? "");
    if (creatorId === null) throw new Error("a listener names no creator");
    const wish = readWish(searchParams.get("wish") ?? "");
    const state = this.#rows.load();
    // Whoever is sent to the log first comes back soon, and finds what happens meanwhile.
    this.#rows.save(creatorId, { ...state, listenedAt: this.services.now() });
    const admitted = admit(state, wish);
    if (!admitted.ok) return refused(admitted.error);
    if (this.#seats.count >= MAX_LISTENERS) return refused({ code: "too_many_listeners", limit: MAX_LISTENERS });

    const { 0: theirs, 1: ours } = new WebSocketPair();
    this.#seats.take(ours, admitted.value);
    if (!admitted.value.live) this.#sendPage(ours, admitted.value);
    if (wish.progress) await this.#progress.begin(wish.resource);
    return new Response(null, { status: 101, webSocket: theirs, headers: { "Feed-Position": String(admitted.value.at) } });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const seat = seatOf(socket);
    if (message !== MORE || seat === null) return socket.close(1003, "not understood");
    if (seat.live) return;
    if (seat.at < this.#rows.load().floor) return socket.close(TOO_LATE, "too late");
    this.#sendPage(socket, seat);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    this.#left(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#left(socket);
  }

  override async alarm(): Promise<void> {
    const creatorId = this.#rows.creatorId();
    if (creatorId === null) return;
    try {
      await this.#progress.run(creatorId);
    } catch (cause) {
      // An alarm that keeps failing is dropped for good after six times: this one always sets the next.
      this.services.log.error("feed alarm failed", { creator_id: creatorId, cause });
      await this.ctx.storage.setAlarm(this.services.now() + RETRY_MS);
    }
  }

  /** What is kept after the seat's position, as much as fits into a page; who has had all of it is told what comes. */
  #sendPage(socket: WebSocket, seat: Seat): void {
    let [characters, at, sent] = [0, seat.at, 0];
    const page = this.#rows.page(seat, PAGE_EVENTS);
    for (const { position, message } of page) {
      if (sent > 0 && characters + message.length > PAGE_CHARACTERS) break;
      tell(socket, message);
      [characters, at, sent] = [characters + message.length, position, sent + 1];
    }
    const live = sent === page.length && page.length < PAGE_EVENTS;
    this.#seats.change(socket, { ...seat, at: live ? Math.max(at, this.#rows.load().newest) : at, live });
    if (!live) tell(socket, writeMessage({ kind: "page-end" }));
  }

  #trimTo(creatorId: CreatorId, count: number): void {
    const floor = this.#rows.trimTo(count);
    const state = this.#rows.load();
    if (floor !== null) this.#rows.save(creatorId, { ...state, floor: Math.max(state.floor, floor), kept: count });
  }

  #left(socket: WebSocket): void {
    const creatorId = this.#rows.creatorId();
    if (creatorId !== null) this.#rows.save(creatorId, { ...this.#rows.load(), listenedAt: this.services.now() });
    socket.serializeAttachment(null);
    if (socket.readyState === WebSocket.OPEN) socket.close(1000);
    this.#progress.end();
  }
}

const refused = (refusal: FeedRefusal): Response => Response.json(refusal, { status: 409 });
