import type { EventFeeds, FeedConnection, FeedListener } from "#domain/events/event-feed.ts";
import { MORE, PROBE, readMessage, readRefusal, writeWish } from "#domain/events/feed-message.ts";
import { err, ok } from "#domain/result.ts";
import type { EventFeed } from "./event-feed.ts";

/** The feeds as Workers see them, and the relay. */
export function eventFeeds(namespace: DurableObjectNamespace<EventFeed>): EventFeeds {
  return {
    publish: (creatorId, events) => namespace.getByName(creatorId).publish(creatorId, events),

    listen: async (creatorId, wish, listener) => {
      const query = new URLSearchParams({ creator: creatorId, wish: writeWish(wish) });
      const answer = await namespace.getByName(creatorId).fetch(`https://feed/?${query.toString()}`, { headers: { Upgrade: "websocket" } });
      const { webSocket: socket } = answer;
      if (socket === null) return err(readRefusal(await answer.text()));
      return ok(connectionOver(socket, Number(answer.headers.get("Feed-Position")), listener));
    },
  };
}

function connectionOver(socket: WebSocket, position: number, listener: FeedListener): FeedConnection {
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    listener.closed();
  };
  socket.addEventListener("message", ({ data }) => {
    const text = String(data);
    const message = readMessage(text);
    if (!isOver && message !== null) listener.message(message, text.length);
  });
  socket.addEventListener("close", end);
  socket.addEventListener("error", end);
  socket.accept();
  const say = (word: string) => (): void => {
    if (!isOver && socket.readyState === WebSocket.OPEN) socket.send(word);
  };
  return {
    position,
    more: say(MORE),
    probe: say(PROBE),
    close: () => {
      isOver = true;
      socket.close(1000);
    },
  };
}
