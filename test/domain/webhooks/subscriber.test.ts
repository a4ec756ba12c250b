import { expect, test } from "vitest";
import type { LoggedEvent } from "#domain/events/event.ts";
import type { WebhookId } from "#domain/ids.ts";
import type { WebhookMessage } from "#domain/webhooks/delivery.ts";
import type { EndpointOwner, WebhookEndpoints } from "#domain/webhooks/endpoint.ts";
import { COMPLETION_ENDPOINT, webhookSubscriber } from "#domain/webhooks/subscriber.ts";
import { aLoggedEvent, newId } from "#test/fakes/builders.ts";

const CREATOR = newId("crt");
const time = (epochMs: number): string => new Date(epochMs).toISOString();
const notAsked = (): never => {
  throw new Error("a subscriber only hands over");
};

function subscriberWith(active: { id: WebhookId; types: string[] }[], completes = false, away: WebhookId | null = null) {
  const handed: { id: WebhookId; owner: EndpointOwner; messages: readonly WebhookMessage[] }[] = [];
  const endpoints: WebhookEndpoints = {
    get: (id) => ({
      ...{ open: notAsked, view: notAsked, update: notAsked, enable: notAsked, disable: notAsked, rotate: notAsked, ping: notAsked },
      ...{ deliveries: notAsked, delivery: notAsked, redeliver: notAsked, replay: notAsked, remove: notAsked },
      accept: async (owner, messages) => {
        if (id === away) throw new Error("the endpoint is away");
        handed.push({ id, owner, messages });
      },
    }),
  };
  const asked: string[] = [];
  const directory = {
    active: async (creatorId: string) => {
      asked.push(creatorId);
      return active;
    },
  };
  const publish = (events: readonly LoggedEvent[]) => webhookSubscriber({ directory, endpoints, completes, time }).publish(CREATOR, events);
  return { publish, handed, asked };
}

const created = aLoggedEvent({ type: "upload.created", creatorId: CREATOR });
const completed = aLoggedEvent({ type: "upload.completed", creatorId: CREATOR, sequence: 4 });

test("asks once for a creator's webhooks and hands each what it wants, in order and in one go", async () => {
  const [every, some, other] = [newId("whk"), newId("whk"), newId("whk")];
  const { publish, handed, asked } = subscriberWith([
    { id: every, types: [] },
    { id: some, types: ["upload.completed", "upload.failed"] },
    { id: other, types: ["asset.deleted"] },
  ]);
  await publish([created, completed]);
  expect(asked).toEqual([CREATOR]);
  expect(handed.map(({ id, owner, messages }) => [id, owner, messages.map((message) => message.id)])).toEqual([
    [every, "creator", [created.id, completed.id]],
    [some, "creator", [completed.id]],
  ]);
});

test("writes the body once: what happened, to what, when, and which event of it this was", async () => {
  const { publish, handed } = subscriberWith([{ id: newId("whk"), types: [] }]);
  await publish([completed]);
  const { id, type, resource, sequence, requestId, data } = completed;
  const message = handed[0]?.messages[0];
  expect(message).toMatchObject({ id, type, resource, sequence, requestId });
  expect(JSON.parse(message?.body ?? "")).toEqual({ type, timestamp: time(completed.happenedAt), sequence, resource, data });
});

test("hands completions to the service's own endpoint too, whoever's they are", async () => {
  const { publish, handed } = subscriberWith([], true);
  await publish([created, completed, aLoggedEvent({ type: "upload.failed" }), aLoggedEvent({ type: "asset.deleted" })]);
  expect(handed).toMatchObject([
    { id: COMPLETION_ENDPOINT, owner: "service", messages: [{ type: "upload.completed" }, { type: "upload.failed" }] },
  ]);
});

test("hands nothing to a service's endpoint that is not configured", async () => {
  const { publish, handed } = subscriberWith([]);
  await publish([completed]);
  expect(handed).toEqual([]);
});

test("fails when an endpoint could not take its events over, so that they come again", async () => {
  const [well, away] = [newId("whk"), newId("whk")];
  const both = [
    { id: well, types: [] },
    { id: away, types: [] },
  ];
  await expect(subscriberWith(both, false, away).publish([completed])).rejects.toThrow("away");
  await expect(subscriberWith(both).publish([completed])).resolves.toBeUndefined();
});
