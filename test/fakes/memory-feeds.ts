import { wants, type EventFeeds, type FeedListener, type FeedMessage, type FeedWish } from "#domain/events/event-feed.ts";
import type { LoggedEvent } from "#domain/events/event.ts";
import type { CreatorId } from "#domain/ids.ts";
import { err, ok } from "#domain/result.ts";

const PAGE = 3;

type Listening = { readonly creatorId: CreatorId; readonly wish: FeedWish; readonly listener: FeedListener; at: number; live: boolean };

export type FakeFeeds = EventFeeds & {
  /** Positions up to here are no longer kept. */
  floor: number;
  full: boolean;
  /** So many of the next calls fail. */
  away: number;
  /** Probes are not answered: the feed is gone and nobody has noticed. */
  silent: boolean;
  readonly wishes: readonly FeedWish[];
  readonly listening: number;
  say(message: FeedMessage): void;
  /** As a deployment does. */
  closeAll(): void;
};

/** The rules of the real feed over a list in memory, in pages of three. */
export function memoryFeeds(): FakeFeeds {
  const kept: LoggedEvent[] = [];
  const wishes: FeedWish[] = [];
  let listening: Listening[] = [];
  const newest = () => kept.at(-1)?.position ?? feeds.floor;
  const send = (to: Listening, message: FeedMessage) => to.listener.message(message, JSON.stringify(message).length);

  const sendPage = (to: Listening): void => {
    const left = kept.filter((event) => event.creatorId === to.creatorId && event.position > to.at && wants(to.wish, event));
    for (const event of left.slice(0, PAGE)) send(to, { kind: "event", event });
    to.live = left.length <= PAGE;
    to.at = to.live ? Math.max(to.at, newest()) : (left[PAGE - 1]?.position ?? to.at);
    if (!to.live) send(to, { kind: "page-end" });
  };

  const feeds: FakeFeeds = {
    floor: 0,
    full: false,
    away: 0,
    silent: false,
    wishes,
    get listening() {
      return listening.length;
    },
    publish: async (_creatorId, events) => {
      for (const event of events) {
        if (event.position <= newest()) continue;
        kept.push(event);
        for (const each of listening)
          if (each.live && event.creatorId === each.creatorId && event.position > each.at && wants(each.wish, event))
            send(each, { kind: "event", event });
      }
    },
    listen: async (creatorId, wish, listener) => {
      wishes.push(wish);
      if (feeds.away > 0) {
        feeds.away -= 1;
        throw new Error("the feed is away");
      }
      if (feeds.full) return err({ code: "too_many_listeners", limit: 1 });
      const position = wish.after ?? newest();
      if (position < feeds.floor) return err({ code: "behind", floor: feeds.floor });
      const joined: Listening = { creatorId, wish, listener, at: position, live: false };
      listening.push(joined);
      // As over a socket: nothing arrives before the answer.
      queueMicrotask(() => sendPage(joined));
      return ok({
        position,
        more: () => queueMicrotask(() => sendPage(joined)),
        probe: () => {
          if (!feeds.silent) send(joined, { kind: "alive" });
        },
        close: () => {
          listening = listening.filter((each) => each !== joined);
        },
      });
    },
    say: (message) => listening.forEach((each) => send(each, message)),
    closeAll: () => {
      const closed = listening;
      listening = [];
      for (const { listener } of closed) listener.closed();
    },
  };
  return feeds;
}
