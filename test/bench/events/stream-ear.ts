import { z } from "zod";
import type { SluiceServer } from "#test/bench/servers/sluice.ts";
import { EventReader } from "#test/e2e/event-reader.ts";
import type { Arrival, Ear } from "./ear.ts";

const eventSchema = z.object({ id: z.string(), timestamp: z.iso.datetime(), cursor: z.string() });

export type StreamEar = Ear & { readonly lastCursor: () => string | null };

/** Listens at `GET /v1/events/stream`; resolves once the stream has begun. */
export async function streamEar({ url, apiKey }: SluiceServer, after: string | null = null): Promise<StreamEar> {
  const arrivals = new Map<string, Arrival>();
  const reader = new EventReader(({ data }) => {
    const event = eventSchema.parse(data);
    arrivals.set(event.id, { at: Date.now(), happenedAt: Date.parse(event.timestamp) });
  });
  const stopped = new AbortController();
  const query = after === null ? "" : `?after=${after}`;
  const reply = await fetch(`${url}/v1/events/stream${query}`, {
    headers: { authorization: `Bearer ${apiKey}` },
    signal: stopped.signal,
  });
  if (!reply.ok || reply.body === null) throw new Error(`the stream was answered ${reply.status}`);
  const read = reader.read(reply.body).catch((cause: unknown) => {
    if (!stopped.signal.aborted) throw cause;
  });
  return {
    name: "SSE",
    arrivals,
    lastCursor: () => reader.lastEventId,
    stop: async () => {
      stopped.abort();
      await read;
    },
  };
}
