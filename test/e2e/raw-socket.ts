import { connect } from "node:net";
import { once } from "node:events";

/** A connection on which a test writes what it likes. */
export interface RawSocket {
  /** Resolves when the bytes have left this process. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** FIN: no more will come. */
  fin(): void;
  /** RST: gone without a word. */
  rst(): void;
  /** Status and body of the next reply. */
  reply(): Promise<{ readonly status: number; readonly headers: string; readonly body: string }>;
  readonly closed: Promise<void>;
}

export async function connectTo(url: string): Promise<RawSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
  let received = Buffer.alloc(0);
  const arrivals = new Set<() => void>();
  const wake = (): void => {
    for (const arrival of arrivals) arrival();
  };
  socket.on("data", (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    wake();
  });
  socket.on("error", () => undefined);
  let over = false;
  const closed = new Promise<void>((resolve) => {
    const end = (): void => {
      over = true;
      wake();
      resolve();
    };
    socket.once("end", end).once("close", end);
  });
  await once(socket, "connect");

  const take = (): { status: number; headers: string; body: string } | null => {
    const head = received.indexOf("\r\n\r\n");
    if (head < 0) return null;
    const headers = received.subarray(0, head).toString("latin1");
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(headers)?.[1]);
    const bodyBytes = status < 200 ? 0 : Number(/^content-length: (\d+)$/im.exec(headers)?.[1] ?? 0);
    if (received.byteLength < head + 4 + bodyBytes) return null;
    const body = received.subarray(head + 4, head + 4 + bodyBytes).toString();
    received = received.subarray(head + 4 + bodyBytes);
    return { status, headers, body };
  };

  return {
    write: (bytes) =>
      new Promise((resolve) => {
        socket.write(bytes, () => resolve());
      }),
    fin: () => socket.end(),
    rst: () => socket.resetAndDestroy(),
    async reply() {
      for (;;) {
        const taken = take();
        if (taken !== null) return taken;
        if (over) throw new Error(`the connection ended without a reply, after ${JSON.stringify(received.toString("latin1"))}`);
        await new Promise<void>((resolve) => {
          arrivals.add(resolve);
        });
        arrivals.clear();
      }
    },
    closed,
  };
}

/** The head of an HTTP/1.1 request, its empty line included. */
export function requestHead(method: string, url: string, headers: Readonly<Record<string, string | number>>): string {
  const { pathname, host } = new URL(url);
  const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** One chunk of a chunked body. */
export const chunkOf = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.byteLength.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
