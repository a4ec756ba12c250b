import { createExecutionContext, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type AttemptOutcome, messageOf, type WebhookMessage } from "#domain/webhooks/delivery.ts";
import { COMPLETION_ENDPOINT } from "#domain/webhooks/subscriber.ts";
import type { EndpointServices } from "#durable-objects/webhook-endpoint/services.ts";
import { aLoggedEvent, newId } from "#test/fakes/builders.ts";
import worker from "../../workers/index.ts";

const { OPERATOR_KEY } = z.object({ OPERATOR_KEY: z.string() }).parse(env);
const COMPLETION = { url: "https://app.example/done", secret: "whsec_dGVzdC1jYWxsYmFjay1zZWNyZXQtMDEyMzQ1Njc4OQ==" };
const CONFIGURED = { ...env, COMPLETION_CALLBACK_URL: COMPLETION.url };
const DELIVERIES = "/v1/operator/callback/deliveries";
const REFUSED: AttemptOutcome = { taken: false, fault: "refused", status: 500, retryAfterMs: null };

const record = z.record(z.string(), z.unknown());
const page = z.object({ data: z.array(record), has_more: z.boolean(), next_cursor: z.string().nullable() });

const stub = env.WEBHOOK_ENDPOINT.getByName(COMPLETION_ENDPOINT);
let outcome: AttemptOutcome;
let sent: string[];

beforeEach(async () => {
  outcome = { taken: true, status: 200 };
  sent = [];
  await runInDurableObject(stub, async (instance: { services: EndpointServices }, { storage }) => {
    await storage.deleteAlarm();
    const sender: EndpointServices["sender"] = {
      send: async (_target, { id }) => {
        sent.push(id);
        return outcome;
      },
    };
    instance.services = { ...instance.services, sender, completion: COMPLETION };
  });
});

async function ask(method: string, path: string, { as = OPERATOR_KEY, at = CONFIGURED }: { as?: string; at?: Env } = {}) {
  const request = new Request<unknown, IncomingRequestCfProperties>(new URL(path, "https://sluice.test"), {
    method,
    headers: { Authorization: `Bearer ${as}` },
  });
  const response = await worker.fetch(request, at, createExecutionContext());
  return { status: response.status, headers: response.headers, json: record.parse(await response.json()) };
}
const list = async (query = "") => page.parse((await ask("GET", `${DELIVERIES}${query}`)).json);
const audited = async () => page.parse((await ask("GET", "/v1/operator/audit?limit=1")).json).data[0];

async function told(...messages: readonly WebhookMessage[]): Promise<void> {
  await stub.accept("service", messages);
  await runDurableObjectAlarm(stub);
}
const aMessage = () => messageOf(aLoggedEvent(), String);

// First: what it was sent stays from test to test.
test("a callback that was sent nothing has an empty list, and nothing to send again", async () => {
  expect(await list()).toEqual({ data: [], has_more: false, next_cursor: null });
  expect(await ask("POST", `${DELIVERIES}/${newId("evt")}/redeliver`)).toMatchObject({ status: 404, json: { code: "delivery_not_found" } });
});

test("operators see what the callback was sent, of every creator, by status and page by page", async () => {
  const messages = [aMessage(), aMessage(), aMessage()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
  const [newest, middle, oldest] = messages.map(({ id }) => id);
  await told(...messages);
  outcome = REFUSED;
  const failing = aMessage();
  await told(failing);
  const first = await list("?limit=2");
  expect([first.data.map(({ id }) => id), first.has_more]).toEqual([[failing.id, newest], true]);
  const second = await list(`?limit=2&cursor=${first.next_cursor ?? ""}`);
  expect([second.data.map(({ id }) => id), second.has_more]).toEqual([[middle, oldest], false]);
  expect((await list("?status=pending")).data).toMatchObject([
    {
      id: failing.id,
      type: "upload.completed",
      resource: failing.resource,
      attempt_count: 1,
      attempts: [{ status: 500, fault: "refused" }],
    },
  ]);
  expect((await list("?status=delivered")).data).toHaveLength(3);
  expect(await ask("GET", `${DELIVERIES}?status=delivered&cursor=${first.next_cursor ?? ""}`)).toMatchObject({
    status: 400,
    json: { code: "invalid_cursor" },
  });
});

test("what was sent is sent again on an operator's word, under its id, and the audit log has that first", async () => {
  const message = aMessage();
  await told(message);
  expect(sent).toEqual([message.id]);
  const again = await ask("POST", `${DELIVERIES}/${message.id}/redeliver`);
  expect(again).toMatchObject({ status: 202, json: { id: message.id, status: "pending" } });
  await runDurableObjectAlarm(stub);
  expect(sent).toEqual([message.id, message.id]);
  expect((await list("?limit=1")).data).toMatchObject([{ id: message.id, status: "delivered", attempt_count: 2 }]);
  expect(await audited()).toMatchObject({
    action: "callback.redelivered",
    resource: message.id,
    before: { resource: message.resource, status: "delivered" },
    after: { resource: message.resource, status: "pending" },
    request_id: again.headers.get("Request-Id"),
  });
});

test("what is refused leaves no entry: an event that was never sent, and a callback that is not configured any more", async () => {
  const message = aMessage();
  await told(message);
  const before = await audited();
  for (const unknown of [newId("evt"), "evt_x"])
    expect(await ask("POST", `${DELIVERIES}/${unknown}/redeliver`)).toMatchObject({ status: 404, json: { code: "delivery_not_found" } });
  expect(await ask("POST", `${DELIVERIES}/${message.id}/redeliver`, { at: env })).toMatchObject({
    status: 409,
    json: { code: "callback_not_configured" },
  });
  expect(await audited()).toEqual(before);
  await runDurableObjectAlarm(stub);
  expect(sent).toEqual([message.id]);
});

test("is for operators alone", async () => {
  for (const [method, path] of [
    ["GET", DELIVERIES],
    ["POST", `${DELIVERIES}/${newId("evt")}/redeliver`],
  ] as const)
    expect(await ask(method, path, { as: "key_nobody" })).toMatchObject({ status: 401, json: { code: "unauthorized" } });
});
