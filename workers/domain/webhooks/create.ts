import type { Clock } from "#domain/clock.ts";
import type { Failure } from "#domain/failures.ts";
import type { CreatorId } from "#domain/ids.ts";
import { ok, type Result } from "#domain/result.ts";
import type { WebhookEndpoints } from "./endpoint.ts";
import type { IssuedWebhook, WebhookDirectory, WebhookSettings } from "./webhook.ts";

export type CreateWebhookPorts = {
  readonly clock: Clock;
  readonly webhooks: WebhookDirectory;
  readonly webhookEndpoints: WebhookEndpoints;
  readonly maxWebhooks: number;
};

/** The place is taken before the endpoint exists, so that two at once never exceed the limit. */
export async function createWebhook(
  { clock, webhooks, webhookEndpoints, maxWebhooks }: CreateWebhookPorts,
  creatorId: CreatorId,
  settings: WebhookSettings,
): Promise<Result<IssuedWebhook, Failure<"too_many_webhooks">>> {
  const draft = { ...settings, id: clock.newId("whk"), creatorId, createdAt: clock.now() };
  const reserved = await webhooks.reserve(draft, maxWebhooks);
  return reserved.ok ? ok(await webhookEndpoints.get(draft.id).open(draft)) : reserved;
}
