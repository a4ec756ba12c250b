import type { LoggedEvent } from "#domain/events/event.ts";
import type { EventId } from "#domain/ids.ts";

export const ATTEMPT_FAULTS = [
  /** Any status that is not 2xx. */
  "refused",
  /** 3xx: never followed. */
  "redirected",
  "timed_out",
  "unreachable",
  /** The URL is none that may be sent to any more. */
  "url_refused",
  /** The secret is sealed under a key that the configuration no longer has. */
  "secret_unreadable",
  /** The sender ended in the middle of it; whether it arrived is not known. */
  "interrupted",
] as const;
export type AttemptFault = (typeof ATTEMPT_FAULTS)[number];

/** What became of one request. */
export type AttemptOutcome =
  | { readonly taken: true; readonly status: number }
  | {
      readonly taken: false;
      readonly fault: AttemptFault;
      readonly status: number | null;
      /** What the receiver asked for with `Retry-After`. */
      readonly retryAfterMs: number | null;
    };

export type Attempt = {
  readonly at: number;
  readonly durationMs: number;
  readonly status: number | null;
  readonly fault: AttemptFault | null;
};

export const DELIVERY_STATUSES = ["pending", "delivering", "delivered", "failed"] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One event on its way to one endpoint; the event's id is the delivery's. */
export type WebhookDelivery = {
  readonly id: EventId;
  readonly type: string;
  readonly resource: string;
  readonly sequence: number;
  readonly status: DeliveryStatus;
  readonly createdAt: number;
  readonly nextAttemptAt: number | null;
  readonly finishedAt: number | null;
  /** How often it was sent; `attempts` has the newest twenty. */
  readonly attemptCount: number;
  readonly attempts: readonly Attempt[];
};

/** What is sent: `body` is written once, so that every attempt signs the same text. */
export type WebhookMessage = {
  readonly id: EventId;
  readonly type: string;
  readonly resource: string;
  readonly sequence: number;
  readonly requestId: string;
  readonly body: string;
};

/** RFC 3339 of an instant comes from outside: the domain has no calendar. */
export type WriteTime = (epochMs: number) => string;

export function messageOf(event: Omit<LoggedEvent, "creatorId" | "position" | "type"> & { type: string }, time: WriteTime): WebhookMessage {
  const { id, type, resource, sequence, requestId, happenedAt, data } = event;
  return {
    ...{ id, type, resource, sequence, requestId },
    body: JSON.stringify({ type, timestamp: time(happenedAt), sequence, resource, data }),
  };
}
