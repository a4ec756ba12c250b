import { createMiddleware } from "hono/factory";
import * as authorization from "#api/headers/authorization.ts";
import * as byteRange from "#api/headers/byte-range.ts";
import * as conditional from "#api/headers/conditional.ts";
import * as contentDisposition from "#api/headers/content-disposition.ts";
import * as contentRange from "#api/headers/content-range.ts";
import * as digestFields from "#api/headers/digest-fields.ts";
import * as googHash from "#api/headers/goog-hash.ts";
import * as google from "#api/headers/google.ts";
import * as idempotencyKey from "#api/headers/idempotency-key.ts";
import * as mediaType from "#api/headers/media-type.ts";
import * as rufh from "#api/headers/rufh.ts";
import * as tus from "#api/headers/tus.ts";
import type { ApiEnv } from "#api/context.ts";
import * as eventStream from "#api/event-stream/frames.ts";

const modules = [
  authorization,
  byteRange,
  conditional,
  contentDisposition,
  contentRange,
  digestFields,
  eventStream,
  googHash,
  google,
  idempotencyKey,
  mediaType,
  rufh,
  tus,
];

/** In no parser's module, because nobody parses them. */
const OWN_REQUEST_HEADERS = ["Accept", "Request-Id", "X-Requested-With"];
const OWN_RESPONSE_HEADERS = ["Allow", "Content-Length", "Link", "Location", "RateLimit", "RateLimit-Policy", "Request-Id", "Retry-After"];

const names = (own: readonly string[], known: readonly (readonly string[])[]): string =>
  [...new Set([...own, ...known.flat()])].toSorted().join(", ");

const ALLOWED_HEADERS = names(
  OWN_REQUEST_HEADERS,
  modules.map((module) => module.requestHeaders),
);
const EXPOSED_HEADERS = names(
  OWN_RESPONSE_HEADERS,
  modules.map((module) => ("responseHeaders" in module ? module.responseHeaders : [])),
);
const ALLOWED_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/** Browsers may use every dialect from the origins that are allowed. An `OPTIONS` that is no preflight goes on to its route. */
export const cors = createMiddleware<ApiEnv>(async (c, next) => {
  const origin = c.req.header("Origin");
  const { allowedOrigins } = c.var.services;
  const anyOrigin = allowedOrigins.includes("*");
  const granted = origin !== undefined && (anyOrigin || allowedOrigins.includes(origin)) ? (anyOrigin ? "*" : origin) : null;
  const isPreflight = c.req.method === "OPTIONS" && origin !== undefined && c.req.header("Access-Control-Request-Method") !== undefined;

  if (isPreflight && !c.req.path.startsWith("/files")) c.res = new Response(null, { status: 204 });
  else await next();

  if (!anyOrigin) c.header("Vary", "Origin", { append: true });
  if (granted === null) return;
  c.header("Access-Control-Allow-Origin", granted);
  if (!isPreflight) {
    c.header("Access-Control-Expose-Headers", EXPOSED_HEADERS);
    return;
  }
  c.header("Access-Control-Allow-Methods", ALLOWED_METHODS);
  c.header("Access-Control-Allow-Headers", ALLOWED_HEADERS);
  c.header("Access-Control-Max-Age", "86400");
});
