import type { EventLog, EventRelays } from "#domain/events/event-log.ts";
import type { EventId, RequestId } from "#domain/ids.ts";
import type { Log } from "#domain/log.ts";
import type { Sealer } from "#domain/sealer.ts";
import type { WebhookSender } from "#domain/webhooks/sender.ts";
import type { WebhookDirectory } from "#domain/webhooks/webhook.ts";

/** What a webhook endpoint needs of the world. */
export type EndpointServices = {
  readonly sender: WebhookSender;
  readonly sealer: Sealer;
  readonly directory: Pick<WebhookDirectory, "put" | "remove">;
  readonly events: Pick<EventLog, "append">;
  readonly relays: Pick<EventRelays, "wake">;
  /** The configured completion callback. */
  readonly completion: { readonly url: string; readonly secret: string } | null;
  /** The pauses before each attempt, in milliseconds. */
  readonly schedule: readonly number[];
  readonly log: Log;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly chance: () => number;
  /** `whsec_` and 32 random bytes in base64. */
  readonly newSecret: () => string;
  readonly newEventId: () => EventId;
  readonly newRequestId: () => RequestId;
};
