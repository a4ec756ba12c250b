import type { Failure } from "#domain/failures.ts";
import type { CreatorId, EventId, WebhookId } from "#domain/ids.ts";
import type { Page, PageRequest } from "#domain/page.ts";
import type { Result } from "#domain/result.ts";
import type { DeliveryStatus, WebhookDelivery, WebhookMessage } from "./delivery.ts";
import type { IssuedWebhook, WebhookDetail, WebhookDraft, WebhookSettings } from "./webhook.ts";

type NotFound = Failure<"webhook_not_found">;

/** The owner of one webhook's settings, secret and deliveries. Every command says whose endpoint it means: nobody else's is there. */
export interface WebhookEndpoint {
  open(draft: WebhookDraft): Promise<IssuedWebhook>;
  view(creatorId: CreatorId): Promise<Result<WebhookDetail, NotFound>>;
  /** `expected` are the sequences of which one must be the endpoint's; null: any. */
  update(
    creatorId: CreatorId,
    changes: Partial<WebhookSettings>,
    expected: readonly number[] | null,
  ): Promise<Result<WebhookDetail, NotFound | Failure<"precondition_failed">>>;
  /** What was waiting is due at once, with a whole schedule before it. */
  enable(creatorId: CreatorId): Promise<Result<WebhookDetail, NotFound>>;
  disable(creatorId: CreatorId): Promise<Result<WebhookDetail, NotFound>>;
  /** The secret before it goes on signing for `overlapMs`. */
  rotate(creatorId: CreatorId, overlapMs: number): Promise<Result<IssuedWebhook, NotFound>>;
  /** Sends `message` once, now, whatever the endpoint's status. */
  ping(creatorId: CreatorId, message: WebhookMessage): Promise<Result<WebhookDelivery, NotFound>>;
  deliveries(
    whose: EndpointHolder,
    status: DeliveryStatus | null,
    page: PageRequest<EventId>,
  ): Promise<Result<Page<WebhookDelivery>, NotFound>>;
  delivery(whose: EndpointHolder, eventId: EventId): Promise<Result<WebhookDelivery, NotFound | Failure<"delivery_not_found">>>;
  /** Due at once, under the same id, with a whole schedule before it. */
  redeliver(
    whose: EndpointHolder,
    eventId: EventId,
  ): Promise<Result<WebhookDelivery, NotFound | Failure<"delivery_not_found" | "webhook_disabled">>>;
  /** Due at once: of these, what was never handed over and what has failed. How many that were. */
  replay(creatorId: CreatorId, messages: readonly WebhookMessage[]): Promise<Result<number, NotFound | Failure<"webhook_disabled">>>;
  remove(creatorId: CreatorId): Promise<Result<true, NotFound>>;
  /** Takes each message once, by its id, and for good; one that is not wanted here (any more) is let go. */
  accept(owner: EndpointOwner, messages: readonly WebhookMessage[]): Promise<void>;
}

/** `service`: the configured completion callback, which has no creator and no settings of its own. */
export type EndpointOwner = "creator" | "service";

/** Whose endpoint a command means. */
export type EndpointHolder = CreatorId | Extract<EndpointOwner, "service">;

export interface WebhookEndpoints {
  get(id: WebhookId): WebhookEndpoint;
}
