import type { LoggedEvent } from "#domain/events/event.ts";
import type { EventSubscriber } from "#domain/events/event-log.ts";
import { idOf, type WebhookId } from "#domain/ids.ts";
import { messageOf, type WriteTime } from "./delivery.ts";
import type { EndpointOwner, WebhookEndpoints } from "./endpoint.ts";
import type { WebhookDirectory } from "./webhook.ts";

/** The endpoint of the configured completion callback: one for every creator. */
export const COMPLETION_ENDPOINT: WebhookId = idOf("whk", "0".repeat(26));
const COMPLETION_TYPES: readonly string[] = ["upload.completed", "upload.failed"];

export type SubscriberPorts = {
  readonly directory: Pick<WebhookDirectory, "active">;
  readonly endpoints: WebhookEndpoints;
  /** A completion callback is configured. */
  readonly completes: boolean;
  readonly time: WriteTime;
};

/** Hands events to the endpoints that want them, each of which keeps what it was handed until its receiver has it. */
export function webhookSubscriber({ directory, endpoints, completes, time }: SubscriberPorts): EventSubscriber {
  return {
    publish: async (creatorId, events) => {
      const wanting = (await directory.active(creatorId)).map(({ id, types }) => ({ id, types, owner: "creator" as EndpointOwner }));
      if (completes) wanting.push({ id: COMPLETION_ENDPOINT, types: COMPLETION_TYPES, owner: "service" });
      await Promise.all(
        wanting.map(async ({ id, types, owner }) => {
          const wanted = events.filter((event) => wants(types, event));
          if (wanted.length === 0) return;
          await endpoints.get(id).accept(
            owner,
            wanted.map((event) => messageOf(event, time)),
          );
        }),
      );
    },
  };
}

const wants = (types: readonly string[], { type }: LoggedEvent): boolean => types.length === 0 || types.includes(type);
