import { PARTIAL_UPLOAD } from "#api/headers/rufh.ts";
import type { Exchange } from "./exchange.ts";
import { limitOf } from "./rufh/answers.ts";
import { OFFSET_STREAM } from "./tus/append.ts";
import { discovery as tusDiscovery } from "./tus/discovery.ts";

/** OPTIONS where every dialect begins: what tus and the IETF's draft say of themselves. */
export function discovery(exchange: Exchange): Response {
  const response = tusDiscovery(exchange);
  response.headers.set("Upload-Limit", limitOf(exchange, null));
  response.headers.set("Accept-Patch", `${PARTIAL_UPLOAD}, ${OFFSET_STREAM}`);
  return response;
}

/** OPTIONS of a name, where tus does not begin. */
export const namedDiscovery = (exchange: Exchange): Response =>
  new Response(null, {
    status: 204,
    headers: { "Cache-Control": "no-store", "Upload-Limit": limitOf(exchange, null), "Accept-Patch": PARTIAL_UPLOAD },
  });
