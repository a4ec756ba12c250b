import type { AttemptOutcome, WebhookMessage } from "./delivery.ts";

export type WebhookTarget = {
  readonly url: string;
  /** `whsec_…`, newest first; each signs. */
  readonly secrets: readonly string[];
  /** Set by the operator: its URL has been checked with the configuration. */
  readonly isConfigured: boolean;
};

/** Makes one attempt and tells what became of it; throws nothing. */
export interface WebhookSender {
  send(target: WebhookTarget, message: WebhookMessage): Promise<AttemptOutcome>;
}
