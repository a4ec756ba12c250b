import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { newRay } from "./edge-headers.ts";
import { rawEdgeReply, refuse } from "./edge-pages.ts";
import { carry } from "./exchange.ts";
import type { FaultBook } from "./faults.ts";
import { finality } from "./finality.ts";

/** Cloudflare's Workers limits, Free and Pro zones: request body 100 MB, URL 16 KB, headers 128 KB. */
export const EDGE_LIMITS = { bodyBytes: 100_000_000, urlBytes: 16 * 1024, headerBytes: 128 * 1024 };

export type EdgeOptions = {
  readonly faults: FaultBook;
  readonly limits?: Partial<typeof EDGE_LIMITS>;
  readonly onError?: (cause: unknown) => void;
};

/** What stands between the clients and the Worker: streams both ways, and refuses what Cloudflare's edge refuses. */
export interface Edge {
  readonly server: Server;
  /** The loopback port of the Worker, null while there is none. */
  pointAt(port: number | null): void;
  counters(): { requests: number; refused_413: number };
  reset(): void;
  close(): void;
}

export function createEdge({ faults, limits: overrides, onError }: EdgeOptions): Edge {
  const limits = { ...EDGE_LIMITS, ...overrides };
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  const last = finality();
  let counters = { requests: 0, refused_413: 0 };
  let workerPort: number | null = null;

  const serve = async (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> => {
    counters.requests += 1;
    const ray = newRay();
    const method = request.method ?? "GET";
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";

    const refusal = refusalOf(request, path, limits);
    if (refusal === 413) counters.refused_413 += 1;
    if (refusal !== null) return refuse(request, response, { status: refusal, ray });

    const fault = faults.takeForEdge({ method, path, final: last.isFinal(method, path, request.headers) });
    if (fault?.kind === "timeout") {
      request.resume();
      return;
    }
    if (fault?.kind === "delay") await sleep(fault.delay_ms);
    if (request.socket.destroyed) return;
    if (fault?.kind === "status") return refuse(request, response, { status: fault.status, ray, ...bodyOf(fault.body) });
    if (workerPort === null) return refuse(request, response, { status: 503, ray });

    if (expectsContinue) {
      response.writeContinue();
      // From here on the client sends its body, whatever is answered.
      delete request.headers.expect;
    }
    carry({
      request,
      response,
      ray,
      agent,
      port: workerPort,
      fault,
      maxBodyBytes: limits.bodyBytes,
      onTooLarge() {
        counters.refused_413 += 1;
      },
      onAnswer: (answer) => last.learn(path, request.headers, answer.headers),
    });
  };

  const accept = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    request.on("error", () => response.destroy());
    serve(request, response, expectsContinue).catch((cause: unknown) => {
      onError?.(cause);
      response.destroy();
    });
  };

  const server = createServer({
    highWaterMark: 1024 * 1024,
    maxHeaderSize: limits.headerBytes + limits.urlBytes + 1024,
    // An upload may take as long as its network needs.
    requestTimeout: 0,
    headersTimeout: 60_000,
    keepAliveTimeout: 75_000,
    noDelay: true,
  });
  server.on("request", (request, response) => accept(request, response, false));
  server.on("checkContinue", (request, response) => accept(request, response, true));
  server.on("clientError", refuseUnreadable);

  return {
    server,
    pointAt(port) {
      workerPort = port;
    },
    counters: () => ({ ...counters }),
    reset() {
      counters = { requests: 0, refused_413: 0 };
    },
    close: () => agent.destroy(),
  };
}

/** The status with which the edge refuses a request by its head alone, or null. */
function refusalOf(request: IncomingMessage, path: string, limits: typeof EDGE_LIMITS): number | null {
  if (Buffer.byteLength(request.url ?? "") > limits.urlBytes) return 414;
  const headerBytes = request.rawHeaders.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, 0);
  if (headerBytes > limits.headerBytes) return 431;
  // Paths of Cloudflare's own; the local runtime would let anyone fire the cron triggers there.
  if (path === "/cdn-cgi" || path.startsWith("/cdn-cgi/")) return 404;
  return Number(request.headers["content-length"] ?? 0) > limits.bodyBytes ? 413 : null;
}

const bodyOf = (body: unknown): { body?: string; contentType?: string } => {
  if (body === undefined) return {};
  return typeof body === "string" ? { body, contentType: "text/plain" } : { body: JSON.stringify(body), contentType: "application/json" };
};

function refuseUnreadable(cause: NodeJS.ErrnoException, socket: Socket): void {
  const cut = cause.code === "ECONNRESET" || cause.code === "HPE_INVALID_EOF_STATE" || !socket.writable;
  if (cut) socket.destroy();
  else socket.end(rawEdgeReply(cause.code === "HPE_HEADER_OVERFLOW" ? 431 : 400));
}
