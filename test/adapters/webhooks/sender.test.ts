import { Webhook } from "standardwebhooks";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { webhookSender } from "#adapters/webhooks/sender.ts";
import type { WebhookTarget } from "#domain/webhooks/sender.ts";
import { webhookTargets } from "#adapters/webhooks/targets.ts";
import type { EventId } from "#domain/ids.ts";
import type { WebhookMessage } from "#domain/webhooks/delivery.ts";
import { newId } from "#test/fakes/builders.ts";

const [OLD, NEW] = ["old secret of thirty-two bytes..", "new secret of thirty-two bytes.."].map(
  (text) => `whsec_${Buffer.from(text).toString("base64")}`,
);
const message = (changes: Partial<WebhookMessage> = {}): WebhookMessage => ({
  id: newId("evt"),
  type: "upload.completed",
  resource: newId("upl"),
  sequence: 3,
  requestId: newId("req"),
  body: '{"type":"upload.completed","data":{"filename":"Zoë 🎬.mp4"}}',
  ...changes,
});
const target = (changes: Partial<WebhookTarget> = {}): WebhookTarget => ({
  url: "https://app.example/hooks",
  secrets: [NEW ?? ""],
  isConfigured: false,
  ...changes,
});
const targets = webhookTargets({ ownZones: [], allowsLoopback: false });

function senderTo(answer: (request: Request) => Response | Promise<Response>, { now = Date.now, timeoutMs = 15_000 } = {}) {
  const requests: Request[] = [];
  const sender = webhookSender({
    targets,
    now,
    timeoutMs,
    send: async (request) => {
      requests.push(request);
      return answer(request);
    },
  });
  return { sender, requests };
}
const taking = () => new Response(null, { status: 204 });
const headersOf = (request: Request | undefined) => Object.fromEntries(request?.headers ?? []);

describe("signs", () => {
  test("the vector that the specification's libraries publish", async () => {
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const { sender, requests } = senderTo(taking, { now: () => 1_614_265_330_999 });
    // The vector's id has another form than ours.
    const id = "msg_p5jXN8AQM9LWM0D4loKWxJek" as EventId;
    await sender.send(target({ secrets: [secret] }), message({ id, body: '{"test": 2432232314}' }));
    expect(headersOf(requests[0])).toMatchObject({
      "webhook-id": id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  test("what the library verifies, and nothing that was changed by a space", async () => {
    const { sender, requests } = senderTo(taking);
    const sent = message();
    expect(await sender.send(target(), sent)).toEqual({ taken: true, status: 204 });
    const headers = headersOf(requests[0]);
    const body = (await requests[0]?.text()) ?? "";
    expect(new Webhook(NEW ?? "").verify(body, headers)).toEqual(JSON.parse(sent.body));
    expect(() => new Webhook(NEW ?? "").verify(`${body} `, headers)).toThrow("No matching signature");
    expect(() => new Webhook(NEW ?? "").verify(body, { ...headers, "webhook-id": newId("evt") })).toThrow("No matching signature");
    expect(headers).toMatchObject({ "webhook-id": sent.id, "request-id": sent.requestId, "content-type": "application/json" });
  });

  test("with two secrets while one is being replaced, either of which verifies", async () => {
    const { sender, requests } = senderTo(taking);
    await sender.send(target({ secrets: [NEW ?? "", OLD ?? ""] }), message());
    const headers = headersOf(requests[0]);
    const body = (await requests[0]?.text()) ?? "";
    expect(headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/);
    for (const secret of [NEW ?? "", OLD ?? ""]) expect(new Webhook(secret).verify(body, headers)).toBeTruthy();
    const third = `whsec_${Buffer.from("x".repeat(32)).toString("base64")}`;
    expect(() => new Webhook(third).verify(body, headers)).toThrow("No matching signature");
  });
});

describe("takes for delivered", () => {
  test.each([200, 201, 202, 204, 299])("status %d", async (status) => {
    expect(await senderTo(() => new Response(null, { status })).sender.send(target(), message())).toEqual({ taken: true, status });
  });
});

describe("takes for a failure", () => {
  test.each([
    [301, "redirected"],
    [302, "redirected"],
    [304, "redirected"],
    [307, "redirected"],
    [400, "refused"],
    [410, "refused"],
    [500, "refused"],
  ])("status %d: %s, and follows nothing", async (status, fault) => {
    const { sender, requests } = senderTo(() => new Response(null, { status, headers: { Location: "https://app.example/other" } }));
    expect(await sender.send(target(), message())).toEqual({ taken: false, fault, status, retryAfterMs: null });
    expect(requests.map(({ url, redirect }) => [url, redirect])).toEqual([["https://app.example/hooks", "manual"]]);
  });

  test.each([
    [429, "7", 7_000],
    [503, "7", 7_000],
    [500, "7", 7_000],
    [307, "7", 7_000],
    [429, "Fri, 20 Nov 2026 12:01:00 GMT", 60_000],
    [429, "soon", null],
  ])("status %d with Retry-After: %s, which asks for %s ms", async (status, header, retryAfterMs) => {
    const answer = () => new Response(null, { status, headers: { "Retry-After": header } });
    const { sender } = senderTo(answer, { now: () => Date.UTC(2026, 10, 20, 12) });
    expect(await sender.send(target(), message())).toMatchObject({ taken: false, retryAfterMs });
  });

  test("that nobody is there", async () => {
    const { sender } = senderTo(() => Promise.reject(new TypeError("connection refused")));
    expect(await sender.send(target(), message())).toMatchObject({ taken: false, fault: "unreachable", status: null });
  });

  test("that there is no answer in time", async () => {
    const hanging = (request: Request): Promise<Response> =>
      new Promise((_resolve, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason as Error)));
    expect(await senderTo(hanging, { timeoutMs: 20 }).sender.send(target(), message())).toMatchObject({ fault: "timed_out" });
  });
});

test("waits fifteen seconds for an answer", async () => {
  const timeout = vi.spyOn(AbortSignal, "timeout");
  onTestFinished(() => timeout.mockRestore());
  const sender = webhookSender({ targets, now: Date.now, send: async () => taking() });
  expect(await sender.send(target(), message())).toMatchObject({ taken: true });
  expect(timeout.mock.calls).toEqual([[15_000]]);
});

test("asks again before sending whether the URL may be sent to, unless the operator set it", async () => {
  const { sender, requests } = senderTo(taking);
  const url = "http://127.0.0.1:99/done";
  expect(await sender.send(target({ url }), message())).toMatchObject({ taken: false, fault: "url_refused" });
  expect(requests).toEqual([]);
  expect(await sender.send(target({ url, isConfigured: true }), message())).toMatchObject({ taken: true });
});

test("reads nothing of the answer", async () => {
  let cancelled = false;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    cancel: () => {
      cancelled = true;
    },
  });
  expect(await senderTo(() => new Response(endless)).sender.send(target(), message())).toMatchObject({ taken: true });
  expect(cancelled).toBe(true);
});
