import type { IncomingMessage, ServerResponse } from "node:http";

const DRAIN_BYTES = 256 * 1024 * 1024;
const DRAIN_MS = 10_000;

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  404: "Not Found",
  413: "Payload Too Large",
  414: "Request-URI Too Large",
  431: "Request Header Fields Too Large",
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
};

const titleOf = (status: number): string => TITLES[status] ?? `Error ${status}`;

/** The page that Cloudflare's edge answers with when the Worker is not asked. */
function edgePage(status: number): string {
  const title = `${status} ${titleOf(status)}`;
  const centred = (text: string): string => `<center>${text}</center>\r\n`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n${centred(`<h1>${title}</h1>`)}<hr>${centred("cloudflare")}</body>\r\n</html>\r\n`;
}

/** A whole reply for a socket that has no parsed request. */
export function rawEdgeReply(status: number): string {
  const page = edgePage(status);
  const head = [
    `HTTP/1.1 ${status} ${titleOf(status)}`,
    "Server: cloudflare",
    "Content-Type: text/html",
    `Content-Length: ${page.length}`,
    "Connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${page}`;
}

export type EdgeReply = { readonly status: number; readonly body?: string; readonly contentType?: string; readonly ray: string };

/**
 * Answers without asking the Worker. The reply is on its way at once, the connection is closed after what is still
 * coming of the body has been read (bounded): a client that writes before it reads then gets the answer, not a reset.
 */
export async function refuse(request: IncomingMessage, response: ServerResponse, reply: EdgeReply): Promise<void> {
  const body = Buffer.from(reply.body ?? edgePage(reply.status));
  response.writeHead(reply.status, {
    server: "cloudflare",
    "cf-ray": reply.ray,
    "content-type": reply.contentType ?? "text/html",
    "content-length": body.byteLength,
    connection: "close",
  });
  const neverSent = request.headers.expect !== undefined && !request.readableDidRead;
  if (request.method !== "HEAD") response.write(body);
  if (!neverSent) await drain(request);
  response.end();
}

/** Reads and drops the rest of a body, until it ends, the connection goes, or the bounds are met. */
export function drain(request: IncomingMessage, maxBytes = DRAIN_BYTES, maxMs = DRAIN_MS): Promise<void> {
  if (request.complete || request.destroyed) {
    request.resume();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    let bytes = 0;
    const done = (): void => {
      clearTimeout(timer);
      request.off("data", count);
      resolve();
    };
    const count = (chunk: Buffer): void => {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) done();
    };
    const timer = setTimeout(done, maxMs);
    request.on("data", count).once("end", done).once("close", done).once("error", done);
    request.resume();
  });
}
