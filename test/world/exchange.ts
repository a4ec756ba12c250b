import { type Agent, type IncomingMessage, request as requestTo, type ServerResponse } from "node:http";
import { hasBody, headersToClient, headersToWorker } from "./edge-headers.ts";
import { drain, refuse } from "./edge-pages.ts";
import type { EdgeFault } from "./faults.ts";

export type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly ray: string;
  readonly agent: Agent;
  readonly port: number;
  readonly fault: EdgeFault | null;
  readonly maxBodyBytes: number;
  onTooLarge(): void;
  onAnswer(answer: IncomingMessage): void;
};

/** Carries one request to the Worker and its reply back, both as streams; whichever side goes takes the other with it. */
export function carry(exchange: Exchange, isRetry = false): void {
  const { request, response, ray, agent, port } = exchange;
  const body = hasBody(request);
  const upstream = requestTo({
    agent,
    host: "127.0.0.1",
    port,
    method: request.method ?? "GET",
    path: request.url ?? "/",
    headers: headersToWorker(request, ray),
  });
  upstream.setNoDelay(true);

  // A request that has its reply hears no more of its socket: the socket has to be asked.
  const { socket } = request;
  const gone = (): void => {
    if (!request.complete) upstream.destroy();
  };
  socket.once("close", gone);
  upstream.once("close", () => socket.off("close", gone));
  response.once("close", () => {
    if (!response.writableFinished) upstream.destroy();
  });
  request.on("error", () => upstream.destroy());
  upstream.on("information", (early) => {
    if (response.headersSent || early.statusCode === 100) return;
    const lines = early.rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`));
    response.socket?.write(`HTTP/1.1 ${early.statusCode} ${early.statusMessage}\r\n${lines.join("")}\r\n`);
  });
  upstream.on("response", (answer) => {
    exchange.onAnswer(answer);
    passBack(exchange, answer);
  });
  upstream.on("error", (cause: NodeJS.ErrnoException) => {
    if (response.headersSent || request.socket.destroyed) return;
    // The Worker may close an idle connection just as it is taken for the next request; without a body nothing was lost.
    if (upstream.reusedSocket && !isRetry && !body && cause.code === "ECONNRESET") carry(exchange, true);
    else void refuse(request, response, { status: 502, ray });
  });

  if (body) passOn(exchange, upstream);
  else if (exchange.fault?.kind === "reset" || exchange.fault?.kind === "cut") breakOff(exchange, upstream, exchange.fault.kind);
  else upstream.end();
}

type Upstream = ReturnType<typeof requestTo>;

function passOn(exchange: Exchange, upstream: Upstream): void {
  const { request, response, ray, fault, maxBodyBytes } = exchange;
  const breaking = fault?.kind === "reset" || fault?.kind === "cut" ? fault : null;
  let passed = 0;
  let stopped = false;

  const onData = (chunk: Buffer): void => {
    if (stopped || upstream.destroyed) return;
    const room = breaking === null ? Infinity : breaking.after_bytes - passed;
    passed += chunk.byteLength;
    if (breaking !== null && chunk.byteLength >= room) {
      stopped = true;
      request.pause();
      if (room === 0) breakOff(exchange, upstream, breaking.kind);
      else upstream.write(chunk.subarray(0, room), () => breakOff(exchange, upstream, breaking.kind));
    } else if (passed > maxBodyBytes) {
      stopped = true;
      upstream.destroy();
      exchange.onTooLarge();
      if (response.headersSent) response.destroy();
      else void refuse(request, response, { status: 413, ray });
    } else if (!upstream.write(chunk)) {
      request.pause();
      onceDrained(upstream, () => request.resume());
    }
  };

  upstream.once("close", () => {
    if (!stopped) request.resume();
  });
  request.on("data", onData);
  request.once("end", () => {
    if (stopped || upstream.destroyed) return;
    if (breaking !== null) breakOff(exchange, upstream, breaking.kind);
    else {
      upstream.addTrailers(request.trailers);
      upstream.end();
    }
  });
}

/** Node's client tells no more of drains once the reply is whole; its socket does. */
function onceDrained(upstream: Upstream, then: () => void): void {
  const { socket } = upstream;
  const drained = (): void => {
    upstream.off("drain", drained);
    socket?.off("drain", drained);
    then();
  };
  upstream.on("drain", drained);
  socket?.on("drain", drained);
}

function breakOff({ request }: Exchange, upstream: Upstream, kind: "reset" | "cut"): void {
  upstream.destroy();
  if (kind === "reset") {
    request.socket.resetAndDestroy();
    return;
  }
  // Unread bytes would turn the FIN into a reset.
  request.socket.end();
  void drain(request).then(() => request.socket.destroy());
}

function passBack({ request, response, ray, fault }: Exchange, answer: IncomingMessage): void {
  if (fault?.kind === "lost_reply") {
    answer.resume();
    answer.once("close", () => request.socket.destroy());
    return;
  }
  if (response.headersSent || response.destroyed) {
    answer.resume();
    return;
  }
  const limit = fault?.kind === "truncate" ? fault.after_bytes : Infinity;
  let passed = 0;
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", headersToClient(answer, ray));
  if (answer.headers["content-length"] === undefined || limit === 0) response.flushHeaders();

  answer.on("data", (chunk: Buffer) => {
    const room = limit - passed;
    passed += chunk.byteLength;
    if (chunk.byteLength >= room) {
      answer.pause();
      response.write(chunk.subarray(0, room), () => response.destroy());
    } else if (!response.write(chunk)) {
      answer.pause();
      response.once("drain", () => answer.resume());
    }
  });
  answer.once("end", () => {
    const finish = (): void => {
      response.addTrailers(answer.trailers);
      response.end();
    };
    // A connection that closes after this reply must not close on a client that is still writing.
    if (response.shouldKeepAlive) finish();
    else void drain(request).then(finish);
  });
  answer.once("error", () => response.destroy());
}
