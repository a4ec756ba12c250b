import { createHash } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Application, createApplication } from "./application.ts";
import { type FaultBook, faultBook, type FaultRequest, faultSchema } from "./faults.ts";
import { closeServer, listenOnFirstFree } from "./listen.ts";
import type { Store } from "./store.ts";
import { storeIn, temporaryDirectory } from "./testing.ts";

const callbackSecret = "whsec_dGhlIHdvcmxkJ3Mgb3duIHNlY3JldCwgMzIgYnl0ZXM=";
let directory: ReturnType<typeof temporaryDirectory>;
let store: Store;
let faults: FaultBook;
let application: Application;
let url: string;

const open = async (): Promise<void> => {
  store = storeIn(directory.path);
  faults = faultBook(store);
  application = createApplication({ store, faults, callbackSecret });
  url = `http://127.0.0.1:${await listenOnFirstFree(application.server, [])}`;
};
const close = async (): Promise<void> => {
  await closeServer(application.server);
  store.close();
};

beforeEach(async () => {
  directory = temporaryDirectory();
  await open();
});

afterEach(async () => {
  await close();
  directory.remove();
});

const asking = JSON.stringify({ action: "resume", upload: { id: "upl_1", filename: "a.mp4" } });

const authenticate = (authorization?: string, body = asking): Promise<Response> =>
  fetch(`${url}/authenticate`, { method: "POST", body, headers: authorization === undefined ? {} : { authorization } });

/** A delivery as Standard Webhooks signs it. */
function deliver({
  id = "msg_1",
  secret = callbackSecret,
  at = new Date(),
  signedText = "",
  text = '{"type":"upload.completed","data":{"size":3}}',
} = {}) {
  return fetch(`${url}/callback`, {
    method: "POST",
    body: text,
    headers: {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, at, signedText === "" ? text : signedText),
    },
  });
}
const fault = (request: FaultRequest) => faults.add(faultSchema.parse(request));

test.each([
  [undefined, 200, {}],
  ["Bearer anything", 200, {}],
  ["Bearer app_ada", 200, { creator: "ada" }],
  ["Bearer refused", 403, { error: "refused", message: "This caller may not upload." }],
])("answers %s with %i", async (authorization, status, body) => {
  const reply = await authenticate(authorization);
  expect([reply.status, await reply.json()]).toEqual([status, body]);
  expect(application.state().authentications).toMatchObject([
    {
      action: "resume",
      upload_id: "upl_1",
      status,
      authorization_sha256: authorization === undefined ? null : createHash("sha256").update(authorization).digest("hex"),
    },
  ]);
});

test("refuses what is not an authentication request", async () => {
  expect((await authenticate(undefined, '{"action":"open"}')).status).toBe(200);
  expect((await authenticate(undefined, '{"action":"destroy"}')).status).toBe(400);
  expect((await authenticate(undefined, "{")).status).toBe(400);
  expect(application.state().authentications.map(({ action, status }) => [action, status])).toEqual([
    ["open", 200],
    [null, 400],
    [null, 400],
  ]);
});

test("takes a delivery that is signed, counts its attempts, and refuses others", async () => {
  expect((await deliver()).status).toBe(204);
  expect((await deliver()).status).toBe(204);
  expect((await deliver({ id: "msg_2" })).status).toBe(204);
  expect((await deliver({ secret: "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA==" })).status).toBe(401);
  expect((await deliver({ signedText: "another text" })).status).toBe(401);
  expect((await deliver({ at: new Date(Date.now() - 3_600_000) })).status).toBe(401);
  expect(application.state().callbacks.map(({ id, verified, attempt }) => [id, verified, attempt])).toEqual([
    ["msg_1", true, 1],
    ["msg_1", true, 2],
    ["msg_2", true, 1],
    ["msg_1", false, 3],
    ["msg_1", false, 4],
    ["msg_1", false, 5],
  ]);
  expect(application.state().callbacks[0]).toMatchObject({ type: "upload.completed", data: { size: 3 } });
});

const event = '{"type":"upload.completed","timestamp":"2026-11-20T12:00:00.000Z","sequence":4,"resource":"upl_1","data":{"size":3}}';
const configure = (name: string, secrets: string[]) =>
  fetch(`${url}/webhooks/${name}`, { method: "PUT", body: JSON.stringify({ secrets }) });
function webhook(name: string, secrets: string[], id = "evt_1") {
  const at = new Date();
  const signature = secrets.map((secret) => new Webhook(secret).sign(id, at, event)).join(" ");
  const timestamp = String(Math.floor(at.getTime() / 1000));
  return fetch(`${url}/webhooks/${name}`, {
    method: "POST",
    body: event,
    headers: { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature },
  });
}

test("takes a webhook that one of its secrets verifies, by the receiver's name", async () => {
  const [ours, older, other] = [callbackSecret, "whsec_b2xkZXIgc2VjcmV0IG9mIDMyIGJ5dGVzLg==", "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA=="];
  expect((await webhook("a", [ours])).status).toBe(401);
  expect((await configure("a", [ours, older])).status).toBe(200);
  expect((await webhook("a", [ours, older])).status).toBe(204);
  expect((await webhook("a", [older], "evt_2")).status).toBe(204);
  expect((await webhook("a", [other])).status).toBe(401);
  expect((await webhook("b", [ours])).status).toBe(401);
  expect((await configure("a", ["secret"])).status).toBe(400);
  expect(application.state().webhooks.map(({ receiver, id, verified, attempt }) => [receiver, id, verified, attempt])).toEqual([
    ["a", "evt_1", [], 1],
    ["a", "evt_1", [true, true], 2],
    ["a", "evt_2", [false, true], 1],
    ["a", "evt_1", [false, false], 3],
    ["b", "evt_1", [], 1],
  ]);
  expect(application.state().webhooks[1]).toMatchObject({ type: "upload.completed", sequence: 4, resource: "upl_1", data: { size: 3 } });
});

test("puts a webhook off, or sends it elsewhere, with the headers that a fault has", async () => {
  await configure("a", [callbackSecret]);
  fault({ peer: "app", operation: "webhook", kind: "status", status: 429, headers: { "Retry-After": "7" } });
  const put = await webhook("a", [callbackSecret]);
  expect([put.status, put.headers.get("Retry-After")]).toEqual([429, "7"]);
  expect(application.state().webhooks).toEqual([]);
  expect((await webhook("a", [callbackSecret])).status).toBe(204);
});

test("remembers over a restart, until it is reset", async () => {
  await deliver();
  await authenticate();
  const before = application.state();
  await close();
  await open();
  expect(application.state()).toEqual(before);
  expect((await deliver()).status).toBe(204);
  expect(application.state().callbacks.map(({ attempt }) => attempt)).toEqual([1, 2]);
  application.reset();
  expect(application.state()).toEqual({ authentications: [], callbacks: [], webhooks: [] });
});

test("status and reset happen before any effect, lost_reply after it", async () => {
  fault({ peer: "app", operation: "callback", kind: "status", status: 500 });
  expect((await deliver()).status).toBe(500);
  fault({ peer: "app", operation: "callback", kind: "reset" });
  await expect(deliver()).rejects.toThrow();
  expect(application.state().callbacks).toEqual([]);
  fault({ peer: "app", operation: "callback", kind: "lost_reply" });
  await expect(deliver()).rejects.toThrow();
  expect(application.state().callbacks).toMatchObject([{ id: "msg_1", verified: true }]);
  expect((await deliver()).status).toBe(204);
});

test("delay answers late, timeout never", async () => {
  fault({ peer: "app", operation: "authenticate", kind: "delay", delay_ms: 60 });
  const since = performance.now();
  expect((await authenticate()).status).toBe(200);
  expect(performance.now() - since).toBeGreaterThanOrEqual(59);
  fault({ peer: "app", operation: "authenticate", kind: "timeout" });
  await expect(fetch(`${url}/authenticate`, { method: "POST", body: asking, signal: AbortSignal.timeout(80) })).rejects.toThrow("timeout");
  expect(application.state().authentications).toHaveLength(1);
});
