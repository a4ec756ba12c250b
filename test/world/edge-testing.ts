import { createServer, type IncomingMessage, request as requestTo, type Server, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach } from "vitest";
import { createEdge, type Edge } from "./edge.ts";
import { type FaultBook, faultBook, type FaultRequest, faultSchema } from "./faults.ts";
import { closeServer, listenOnFirstFree } from "./listen.ts";
import { storeIn, temporaryDirectory, until } from "./testing.ts";

/** What the Worker saw of one request. */
export type Arrival = {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  bytes: number;
  cut: boolean;
  trailers: NodeJS.Dict<string>;
};

type Behaviour = (request: IncomingMessage, response: ServerResponse, arrival: Arrival) => void;

/** Reads the whole body, then answers with its length. */
export const answerAtEnd: Behaviour = (request, response, arrival) => {
  request.once("end", () => response.end(`${arrival.bytes}`));
};

export type RawClient = { socket: Socket; text(): string; ended: Promise<"fin" | "reset">; first: Promise<string> };

/** For each test: an edge in front of a Worker that behaves as the test says, and clients that say exactly what they are told. */
export class EdgeWorld {
  behave: Behaviour = answerAtEnd;
  arrivals: Arrival[] = [];
  port = 0;
  readonly #sockets = new Set<Socket>();
  #parts: { edge: Edge; faults: FaultBook; close(): Promise<void> } | null = null;

  constructor() {
    beforeEach(() => this.#open());
    afterEach(() => this.#close());
  }

  get edge(): Edge {
    return this.#started.edge;
  }

  fault(request: FaultRequest): void {
    this.#started.faults.add(faultSchema.parse(request));
  }

  /** The first request that the Worker saw, once it has. */
  async arrived(): Promise<Arrival> {
    await until(() => this.arrivals.length > 0);
    const [first] = this.arrivals;
    if (first === undefined) throw new Error("nothing arrived");
    return first;
  }

  raw(head: string, ...body: Buffer[]): RawClient {
    const socket = connect({ port: this.port, host: "127.0.0.1", allowHalfOpen: true });
    this.#sockets.add(socket);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    const ended = new Promise<"fin" | "reset">((resolve) => {
      socket.once("end", () => resolve("fin"));
      socket.once("error", () => resolve("reset"));
    });
    const first = new Promise<string>((resolve) => {
      socket.once("data", () => resolve(text));
    });
    socket.write(`${head}\r\nHost: 127.0.0.1:${this.port}\r\n\r\n`);
    for (const chunk of body) socket.write(chunk);
    return { socket, text: () => text, ended, first };
  }

  /** A PUT from memory, without a Content-Length when `chunked`. */
  upload(bytes: number, { path = "/files/a", headers = {}, chunked = false } = {}): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const length = chunked ? {} : { "content-length": bytes };
      const request = requestTo({ port: this.port, host: "127.0.0.1", method: "PUT", path, headers: { ...length, ...headers } });
      request.on("error", reject);
      request.on("response", (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on("error", reject);
        response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
      });
      const chunk = Buffer.alloc(1024 * 1024);
      let left = bytes;
      const write = (): void => {
        while (left > 0) {
          const next = chunk.subarray(0, Math.min(left, chunk.byteLength));
          left -= next.byteLength;
          if (!request.write(next)) return void request.once("drain", write);
        }
        request.end();
      };
      write();
    });
  }

  get #started() {
    if (this.#parts === null) throw new Error("the edge is there only while a test runs");
    return this.#parts;
  }

  async #open(): Promise<void> {
    this.behave = answerAtEnd;
    this.arrivals = [];
    const directory = temporaryDirectory();
    const store = storeIn(directory.path);
    const faults = faultBook(store);
    const worker: Server = createServer({ maxHeaderSize: 256 * 1024 }, (request, response) => this.#arrive(request, response));
    const edge = createEdge({ faults });
    edge.pointAt(await listenOnFirstFree(worker, []));
    this.port = await listenOnFirstFree(edge.server, []);
    this.#parts = {
      edge,
      faults,
      async close() {
        await Promise.all([closeServer(edge.server), closeServer(worker)]);
        edge.close();
        store.close();
        directory.remove();
      },
    };
  }

  #arrive(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url = "", headers } = request;
    const arrival: Arrival = { method, url, headers, bytes: 0, cut: false, trailers: {} };
    this.arrivals.push(arrival);
    this.behave(request, response, arrival);
    request.on("data", (chunk: Buffer) => {
      arrival.bytes += chunk.byteLength;
    });
    request.on("error", () => undefined);
    request.once("end", () => {
      arrival.trailers = request.trailers;
    });
    request.socket.once("close", () => {
      arrival.cut = !request.complete;
    });
  }

  async #close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    await this.#started.close();
    this.#parts = null;
  }
}
