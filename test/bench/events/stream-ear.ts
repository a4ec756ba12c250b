import { z } from "zod";
import type { SluiceServer } from "#test/bench/servers/sluice.ts";
import { EventReader } from "#test/e2e/event-reader.ts";
import type { Arrival, Ear } from "./ear.ts";

const eventSchema = z.object({ id: z.string(), timestamp: z.iso.datetime(), cursor: z.string() });

export type StreamEar = Ear & { readonly lastCursor: () => string | null };

/** Listens at `GET /v1/events/stream`, and comes back when it is cut off; resolves once the stream has begun. */
export async function streamEar({ url, apiKey }: SluiceServer, after: string | null = null): Promise<StreamEar> {
  const arrivals = new Map<string, Arrival>();
  const reader = new EventReader(({ data }) => {
    const event = eventSchema.parse(data);
    arrivals.set(event.id, { at: Date.now(), happenedAt: Date.parse(event.timestamp) });
  });
  reader.lastEventId = after;
  const stopped = new AbortController();
  const begun = Promise.withResolvers<void>();
  const followed = reader.follow(async (headers, signal) => {
    const reply = await fetch(`${url}/v1/events/stream`, { headers: { ...headers, authorization: `Bearer ${apiKey}` }, signal });
    if (reply.ok) begun.resolve();
    return reply;
  }, stopped.signal);
  await begun.promise;
  return {
    name: "SSE",
    arrivals,
    lastCursor: () => reader.lastEventId,
    stop: async () => {
      stopped.abort();
      await followed;
    },
  };
}
