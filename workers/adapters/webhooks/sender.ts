import { Webhook } from "standardwebhooks";
import type { AttemptFault, AttemptOutcome, WebhookMessage } from "#domain/webhooks/delivery.ts";
import type { WebhookSender, WebhookTarget } from "#domain/webhooks/sender.ts";
import type { WebhookTargets } from "#domain/webhooks/webhook.ts";
import { retryAfterMs } from "./retry-after.ts";

const TIMEOUT_MS = 15_000;

type Fetch = (request: Request) => Promise<Response>;

export type SenderOptions = {
  readonly targets: WebhookTargets;
  readonly now: () => number;
  readonly send?: Fetch;
  readonly timeoutMs?: number;
};

/** `POST`, signed as Standard Webhooks say; nothing of the answer is read but its status and `Retry-After`. */
export function webhookSender({ targets, now, send = (request) => fetch(request), timeoutMs = TIMEOUT_MS }: SenderOptions): WebhookSender {
  return {
    send: async (target, message) => {
      if (!target.isConfigured && !targets.check(target.url).ok) return failed("url_refused");
      try {
        const response = await send(requestFor(target, message, now(), timeoutMs));
        await response.body?.cancel();
        return outcomeOf(response, now());
      } catch (cause) {
        return failed(cause instanceof Error && cause.name === "TimeoutError" ? "timed_out" : "unreachable");
      }
    },
  };
}

function requestFor({ url, secrets }: WebhookTarget, { id, body, requestId }: WebhookMessage, at: number, timeoutMs: number): Request {
  return new Request(url, {
    method: "POST",
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      "Content-Type": "application/json",
      "Request-Id": requestId,
      "User-Agent": "Sluice",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at / 1000)),
      "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, new Date(at), body)).join(" "),
    },
    body,
  });
}

function outcomeOf({ ok, status, headers }: Response, at: number): AttemptOutcome {
  if (ok) return { taken: true, status };
  return {
    taken: false,
    fault: status >= 300 && status < 400 ? "redirected" : "refused",
    status,
    retryAfterMs: retryAfterMs(headers.get("Retry-After"), at),
  };
}

const failed = (fault: AttemptFault): AttemptOutcome => ({ taken: false, fault, status: null, retryAfterMs: null });
