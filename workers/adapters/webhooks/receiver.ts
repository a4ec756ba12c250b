import type { Receiver } from "#domain/events/receiver.ts";
import { signedHeaders } from "./sign.ts";

const TIMEOUT_MS = 15_000;

type Fetch = (request: Request) => Promise<Response>;

/** The completion callback, signed as Standard Webhooks say; a redirect is a failure. */
export function receiverAt(
  { url, secret }: { readonly url: string; readonly secret: string },
  now: () => number,
  send: Fetch = (request) => fetch(request),
  timeoutMs = TIMEOUT_MS,
): Receiver {
  return {
    deliver: async ({ id, type, timestamp, data }, requestId) => {
      const body = JSON.stringify({ type, timestamp, data });
      try {
        const response = await send(
          new Request(url, {
            method: "POST",
            redirect: "manual",
            signal: AbortSignal.timeout(timeoutMs),
            headers: {
              "Content-Type": "application/json",
              "Request-Id": requestId,
              "User-Agent": "Sluice",
              ...(await signedHeaders(secret, { id, timestamp: now(), body })),
            },
            body,
          }),
        );
        await response.body?.cancel();
        return response.ok ? { taken: true } : { taken: false, reason: `status ${response.status}` };
      } catch (cause) {
        return { taken: false, reason: cause instanceof Error ? cause.name : "unknown" };
      }
    },
  };
}
