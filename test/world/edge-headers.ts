import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** RFC 9110 §7.6.1: what belongs to one connection. `Trailer` goes on, because the trailers do. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/** Set by the edge alone: a client can't bring its own, but an Access assertion it can. `mf-` headers steer the local runtime. */
const OF_THE_EDGE = /^(cf-(?!access-)|mf-|x-forwarded-proto$|x-real-ip$)/;

export const newRay = (): string => `${randomBytes(8).toString("hex")}-LCL`;

export const hasBody = (request: IncomingMessage): boolean =>
  request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;

/** Header pairs, as Node's flat list, for the request to the Worker. */
export function headersToWorker(request: IncomingMessage, ray: string): string[] {
  const address = request.socket.remoteAddress ?? "127.0.0.1";
  const headers = pairsOf(request.rawHeaders).filter(
    ([name]) => !OF_THE_EDGE.test(name.toLowerCase()) && !["expect", "x-forwarded-for"].includes(name.toLowerCase()),
  );
  const seen = endToEnd(headers);
  if (request.headers["transfer-encoding"] !== undefined) seen.push(["Transfer-Encoding", "chunked"]);
  else if (request.headers["content-length"] === undefined && /^(POST|PUT|PATCH)$/.test(request.method ?? ""))
    seen.push(["Content-Length", "0"]);
  const before = request.headers["x-forwarded-for"];
  seen.push(
    ["CF-Ray", ray],
    ["CF-Connecting-IP", address],
    ["CF-Visitor", '{"scheme":"http"}'],
    ["X-Forwarded-Proto", "http"],
    ["X-Forwarded-For", before === undefined ? address : `${String(before)}, ${address}`],
  );
  return seen.flat();
}

/** Header pairs, as Node's flat list, for the reply to the client. */
export function headersToClient(answer: IncomingMessage, ray: string): string[] {
  const kept = endToEnd(pairsOf(answer.rawHeaders)).filter(([name]) => !["server", "cf-ray"].includes(name.toLowerCase()));
  kept.push(["Server", "cloudflare"], ["CF-RAY", ray]);
  return kept.flat();
}

function endToEnd(pairs: [string, string][]): [string, string][] {
  const named = pairs.filter(([name]) => name.toLowerCase() === "connection").flatMap(([, value]) => value.toLowerCase().split(/\s*,\s*/));
  return pairs.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !named.includes(name.toLowerCase()));
}

function pairsOf(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? "", raw[at + 1] ?? ""]);
  return pairs;
}
