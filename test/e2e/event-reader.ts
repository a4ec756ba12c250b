import { setTimeout as sleep } from "node:timers/promises";
import { createParser } from "eventsource-parser";

const FIRST_RETRY_MS = 500;

export type Heard = { readonly id: string | null; readonly type: string; readonly data: unknown };

/** A stream of events as a browser reads it: whoever comes back begins after `lastEventId`. */
export class EventReader {
  readonly heard: Heard[] = [];
  /** As long as nothing has an id: where to begin from. */
  lastEventId: string | null = null;
  retryMs: number | null = null;
  comments = 0;
  /** How often a stream was opened. */
  streams = 0;
  readonly #onEvent: (heard: Heard) => void;

  constructor(onEvent: (heard: Heard) => void = () => undefined) {
    this.#onEvent = onEvent;
  }

  /** To the end of the body; rejects when it is cut. What was begun and not ended is dropped. */
  async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    const parser = createParser({
      onEvent: ({ id, event, data }) => {
        const heard: Heard = { id: id ?? null, type: event ?? "message", data: JSON.parse(data) };
        this.heard.push(heard);
        this.#onEvent(heard);
      },
      onId: (id) => {
        this.lastEventId = id;
      },
      onRetry: (retryMs) => {
        this.retryMs = retryMs;
      },
      onComment: () => {
        this.comments += 1;
      },
      onError: (error) => {
        throw error;
      },
    });
    for await (const piece of body) parser.feed(decoder.decode(piece, { stream: true }));
  }

  /** As `EventSource` does: comes back from the last event whenever the stream ends, until it is told to stop. */
  async follow(open: (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const reply = await open(this.lastEventId === null ? {} : { "Last-Event-ID": this.lastEventId }, signal);
        if (reply.ok && reply.body !== null) {
          this.streams += 1;
          await this.read(reply.body);
        } else await reply.body?.cancel();
      } catch {
        // Cut, or nobody answers: what the pause is for.
      }
      if (!signal.aborted) await sleep(this.retryMs ?? FIRST_RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Of these types; of all when none is named. */
  of(...types: readonly string[]): Heard[] {
    return this.heard.filter(({ type }) => types.length === 0 || types.includes(type));
  }
}
