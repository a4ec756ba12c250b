import type { EventType } from "#domain/events/event.ts";
import type { Failure } from "#domain/failures.ts";
import type { CreatorId, WebhookId } from "#domain/ids.ts";
import type { Page, PageRequest } from "#domain/page.ts";
import type { Result } from "#domain/result.ts";

/** The creator said so; the receiver answered 410; every attempt of a whole schedule failed. */
export const DISABLED_REASONS = ["by_creator", "gone", "exhausted"] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

export type WebhookSettings = {
  readonly url: string;
  readonly description: string | null;
  /** Empty: every type. */
  readonly types: readonly EventType[];
};

/** Where a creator's events are sent, as lists show it. */
export type Webhook = WebhookSettings & {
  readonly id: WebhookId;
  readonly creatorId: CreatorId;
  readonly status: "active" | "disabled";
  readonly disabledReason: DisabledReason | null;
  readonly createdAt: number;
  /** Grows with every change of settings or status. */
  readonly sequence: number;
};

/** What the endpoint itself knows besides. */
export type WebhookDetail = Webhook & {
  readonly disabledAt: number | null;
  /** Until when deliveries are signed with the secret before this one too. */
  readonly previousSecretUntil: number | null;
  readonly lastDeliveredAt: number | null;
  readonly failingSince: number | null;
};

/** A webhook and the only moment in which its secret is known: `whsec_` and 32 random bytes in base64. */
export type IssuedWebhook = { readonly webhook: WebhookDetail; readonly secret: string };

export type WebhookDraft = WebhookSettings & { readonly id: WebhookId; readonly creatorId: CreatorId; readonly createdAt: number };

/** The directory's side: lists, limits, and who wants an event. */
export interface WebhookDirectory {
  /** Takes a place among the creator's webhooks; places that no endpoint has confirmed for an hour are free again. */
  reserve(draft: WebhookDraft, limit: number): Promise<Result<true, Failure<"too_many_webhooks">>>;
  /** Replaces what is there by what is newer. */
  put(webhook: Webhook): Promise<void>;
  remove(webhook: Webhook, at: number): Promise<void>;
  list(creatorId: CreatorId, page: PageRequest<WebhookId>): Promise<Page<Webhook>>;
  /** The creator's active webhooks and the types that they take (empty: every one). */
  active(creatorId: CreatorId): Promise<readonly { readonly id: WebhookId; readonly types: readonly string[] }[]>;
}

/** Which URLs may be sent to. */
export interface WebhookTargets {
  /** The URL in its normal form. `alsoOurs`: hosts that are ours besides those of the configuration. */
  check(url: string, alsoOurs?: readonly string[]): Result<string, Failure<"webhook_url_refused">>;
}
