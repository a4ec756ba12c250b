import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultBook } from "#test/world/faults.ts";
import type { Store } from "#test/world/store.ts";
import { blobsIn } from "./blobs.ts";
import { BodyCut } from "./body.ts";
import type { Call, Note, Reply, Site } from "./call.ts";
import { clockOf } from "./clock.ts";
import { type Library, openLibrary } from "./library.ts";
import { quotaOf } from "./quota.ts";
import type { ExchangeRecord } from "./records.ts";
import { googleError, refusal } from "./refusals.ts";
import { routeOf } from "./routes.ts";
import { seedChannels } from "./seed.ts";
import { stateOf, type YouTubeState } from "./state.ts";
import { uploadingTo } from "./upload/uploading.ts";

const CLOSE_MS = 1_000;

export type YouTubeOptions = {
  readonly store: Store;
  readonly faults: FaultBook;
  /** Where the bytes are kept. */
  readonly directory: string;
  readonly machine?: () => number;
  readonly onError?: (cause: unknown) => void;
};

/** Google's OAuth server, YouTube's Data API and its resumable uploads, at one address. */
export interface YouTube {
  readonly server: Server;
  readonly site: Site;
  state(): YouTubeState;
  /** What channels hold and what was asked goes; projects, channels and grants stay. */
  reset(): void;
  /** Call it when the server is closed: what is still on its way ends first. */
  close(): Promise<void>;
}

export function createYouTube({ store, faults, directory, machine, onError }: YouTubeOptions): YouTube {
  const library = openLibrary(store.documents);
  const blobs = blobsIn(directory);
  const clock = clockOf(library, machine);
  const site: Site = { library, blobs, clock, quota: quotaOf(library, clock.now), faults, uploading: uploadingTo(library, blobs) };
  seedChannels(library, clock.now());

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { socket } = request;
    const origin = `http://${request.headers.host ?? "localhost"}`;
    const url = new URL(request.url ?? "/", origin);
    const note = blankNote();
    const at = clock.now();
    const recorded = once(() => library.exchanges.add(exchangeOf(request, response, url, note, at, clock.now())));
    response.once("close", recorded);
    const call: Call = {
      site,
      request,
      socket,
      url,
      origin,
      note,
      body: () => countedBody(request, socket, note, library.settings.get().bytes_per_second),
    };
    let reply: Reply | null;
    try {
      reply = await routeOf(request.method ?? "GET", url.pathname)(call);
    } catch (cause) {
      if (!(cause instanceof BodyCut)) onError?.(cause);
      reply = cause instanceof BodyCut ? null : googleError(refusal("internalError"));
    }
    if (reply === null || socket.destroyed) socket.destroy();
    else send(response, reply);
  };

  const serving = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const served = serve(request, response)
      .catch((cause: unknown) => {
        onError?.(cause);
        response.destroy();
      })
      .finally(() => serving.delete(served));
    serving.add(served);
  });
  // An upload takes as long as it takes.
  server.requestTimeout = 0;

  return {
    server,
    site,
    state: () => stateOf(site),
    reset() {
      site.uploading.close();
      for (const kind of EMPTIED) library[kind].clear();
      blobs.clear();
      clock.moveTo(null);
      seedChannels(library, clock.now());
    },
    async close() {
      await Promise.race([Promise.allSettled(serving), sleep(CLOSE_MS, undefined, { ref: false })]);
      site.uploading.close();
    },
  };
}

const EMPTIED = [
  ...(["sessions", "videos", "playlists", "items", "captions", "codes", "settings", "counters", "exchanges"] as const),
] satisfies (keyof Library)[];

const blankNote = (): Note => ({
  operation: null,
  reason: null,
  client_id: null,
  channel_id: null,
  session_id: null,
  video_id: null,
  range: null,
  fault: null,
  bytes: 0,
});

async function* countedBody(request: IncomingMessage, socket: Socket, note: Note, bytesPerSecond: number | null): AsyncGenerator<Buffer> {
  if (request.readableEnded) return;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      note.bytes += chunk.byteLength;
      if (bytesPerSecond !== null) await sleep((chunk.byteLength / bytesPerSecond) * 1000);
      yield chunk;
    }
  } catch (cause) {
    if (request.destroyed || socket.destroyed) throw new BodyCut("the sender went", { cause });
    throw cause;
  }
}

/** What a secret would be in a path is not there. */
function exchangeOf(request: IncomingMessage, response: ServerResponse, url: URL, note: Note, at: number, endedAt: number): ExchangeRecord {
  return {
    at: new Date(at).toISOString(),
    ended_at: new Date(endedAt).toISOString(),
    method: request.method ?? "GET",
    path: url.pathname,
    status: response.headersSent ? response.statusCode : null,
    content_range: request.headers["content-range"] ?? null,
    ...note,
  };
}

function send(response: ServerResponse, { status, headers = {}, json, html, text, bytes }: Reply): void {
  const [type, content] =
    json !== undefined
      ? ["application/json; charset=UTF-8", Buffer.from(JSON.stringify(json, null, 2))]
      : html !== undefined
        ? ["text/html; charset=UTF-8", Buffer.from(html)]
        : bytes === undefined
          ? ["text/plain; charset=utf-8", Buffer.from(text ?? "")]
          : ["application/octet-stream", bytes];
  const hasBody = content.byteLength > 0;
  response.writeHead(status, {
    ...(hasBody ? { "content-type": type } : {}),
    ...(status === 204 ? {} : { "content-length": content.byteLength }),
    ...headers,
  });
  response.end(content);
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
