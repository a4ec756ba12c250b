import type { WebhookDetail } from "#domain/webhooks/webhook.ts";
import type { EndpointState, Owner } from "./machine.ts";

type Owned = Extract<Owner, { kind: "creator" }>;

/** What a creator and the directory see of an endpoint. */
export function detailOf({ id, creatorId, createdAt, settings, secrets }: Owned, state: EndpointState): WebhookDetail {
  const { stage, health, sequence } = state;
  const disabled = stage.status === "disabled" ? stage : null;
  return {
    ...{ id, creatorId, createdAt, sequence },
    url: settings.url,
    description: settings.description,
    types: settings.types,
    status: stage.status === "active" ? "active" : "disabled",
    disabledReason: disabled?.reason ?? null,
    disabledAt: disabled?.at ?? null,
    previousSecretUntil: secrets.reduce<number | null>(
      (latest, { until }) => (until === null ? latest : Math.max(until, latest ?? 0)),
      null,
    ),
    lastDeliveredAt: health.lastDeliveredAt,
    failingSince: health.failingSince,
  };
}
