import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { idOf, parseId } from "#domain/ids.ts";
import type { AttemptOutcome } from "#domain/webhooks/delivery.ts";
import { webhookSubscriber } from "#domain/webhooks/subscriber.ts";
import { d1Directory } from "#adapters/d1/database.ts";
import { d1EventLog } from "#adapters/d1/event-log.ts";
import { d1WebhookDirectory } from "#adapters/d1/webhook-directory.ts";
import { webhookEndpoints } from "#durable-objects/webhook-endpoint/client.ts";
import type { EndpointServices } from "#durable-objects/webhook-endpoint/services.ts";
import { expectDescribed } from "#test/contracts/event-data.ts";
import { aLoggedEvent, anEvent, newId } from "#test/fakes/builders.ts";

const ORIGIN = "https://sluice.test";
const URL_OF_APP = "https://app.example/hooks";
const { OPERATOR_KEY } = z.object({ OPERATOR_KEY: z.string() }).parse(env);
const record = z.record(z.string(), z.unknown());
const envelope = z.looseObject({ type: z.string(), data: record });
const page = z.object({ data: z.array(record), has_more: z.boolean(), next_cursor: z.string().nullable() });

type Creator = { readonly id: string; readonly key: string };
let creator: Creator;

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}, as = creator.key) {
  const response = await exports.default.fetch(
    new Request(new URL(path, ORIGIN), {
      method,
      headers: { Authorization: `Bearer ${as}`, ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === "" ? {} : record.parse(JSON.parse(text)) };
}

async function newCreator(scopes?: string[]): Promise<Creator> {
  const made = await send("POST", "/v1/operator/creators", { name: "Newsroom" }, {}, OPERATOR_KEY);
  const id = String(made.json["id"]);
  const key = await send(
    "POST",
    `/v1/operator/creators/${id}/keys`,
    { name: "k", ...(scopes === undefined ? {} : { scopes }) },
    {},
    OPERATOR_KEY,
  );
  return { id, key: String(key.json["key"]) };
}

const create = (changes: object = {}, as = creator.key) => send("POST", "/v1/webhooks", { url: URL_OF_APP, ...changes }, {}, as);

/** A webhook whose receiver answers as it is told. */
async function answering(outcome: AttemptOutcome, changes: object = {}) {
  const created = await create(changes);
  const id = String(created.json["id"]);
  const stub = env.WEBHOOK_ENDPOINT.getByName(id);
  const sent: { id: string; type: string; body: string; secrets: readonly string[] }[] = [];
  await runInDurableObject(stub, (instance: { services: EndpointServices }) => {
    const sender: EndpointServices["sender"] = {
      send: async ({ secrets }, { id: event, type, body }) => {
        sent.push({ id: event, type, body, secrets });
        return outcome;
      },
    };
    instance.services = { ...instance.services, sender };
  });
  return { id, path: `/v1/webhooks/${id}`, created, stub, sent };
}

beforeEach(async () => {
  creator = { id: "", key: "" };
  creator = await newCreator();
});

test("a webhook is created with a secret that is shown this once", async () => {
  const created = await create({ description: "Newsroom", types: ["upload.completed"] });
  expect(created).toMatchObject({
    status: 201,
    json: { url: URL_OF_APP, description: "Newsroom", types: ["upload.completed"], status: "active", disabled_reason: null },
  });
  expect(created.json["secret"]).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect([created.headers.get("ETag"), created.headers.get("Cache-Control")]).toEqual(['"1"', "no-store"]);
  const read = await send("GET", new URL(created.headers.get("Location") ?? "").pathname);
  const { secret: _secret, ...shown } = created.json;
  expect(read).toMatchObject({ status: 200, json: shown });
  expect(read.json).not.toHaveProperty("secret");
  expect(read.headers.get("ETag")).toBe('"1"');
});

test("lists show a creator's own, newest first, page by page", async () => {
  const mine = await newCreator();
  const ids = [];
  for (const path of ["a", "b", "c"]) ids.push(String((await create({ url: `${URL_OF_APP}/${path}` }, mine.key)).json["id"]));
  const newestFirst = ids.toSorted().toReversed();
  const list = async (query: string) => page.parse((await send("GET", `/v1/webhooks${query}`, undefined, {}, mine.key)).json);
  const first = await list("?limit=2");
  expect([first.data.map(({ id }) => id), first.has_more]).toEqual([newestFirst.slice(0, 2), true]);
  const second = await list(`?limit=2&cursor=${first.next_cursor ?? ""}`);
  expect([second.data.map(({ id }) => id), second.has_more]).toEqual([newestFirst.slice(2), false]);
});

test("twenty are the most that a creator has at once", async () => {
  const many = await newCreator();
  const created = await Promise.all(Array.from({ length: 22 }, () => create({}, many.key)));
  expect(created.filter(({ status }) => status === 201)).toHaveLength(20);
  const refused = created.filter(({ status }) => status === 409);
  expect(refused).toMatchObject([{ json: { code: "too_many_webhooks", limit: 20 } }, { json: { code: "too_many_webhooks" } }]);
  const id = String(created.find(({ status }) => status === 201)?.json["id"]);
  expect((await send("DELETE", `/v1/webhooks/${id}`, undefined, {}, many.key)).status).toBe(204);
  expect((await create({}, many.key)).status).toBe(201);
});

test.each([
  ["http://app.example/", "not_https"],
  ["https://127.0.0.1/", "ip_literal"],
  ["https://[::ffff:10.0.0.1]/", "ip_literal"],
  ["https://localhost/", "private_name"],
  ["https://sluice.test/v1/uploads", "private_name"],
])("%s is refused where it is created and where it is changed", async (url, reason) => {
  const refusal = { status: 422, json: { code: "webhook_url_refused", reason } };
  expect(await create({ url })).toMatchObject(refusal);
  const { path } = await answering({ taken: true, status: 200 });
  expect(await send("PATCH", path, { url }, { "If-Match": '"1"' })).toMatchObject(refusal);
  expect((await send("GET", path)).json["url"]).toBe(URL_OF_APP);
});

describe("a change", () => {
  test("needs the tag that was read, and gives the next", async () => {
    const { path } = await answering({ taken: true, status: 200 });
    const change = { types: ["upload.failed"], description: null };
    expect(await send("PATCH", path, change)).toMatchObject({ status: 428, json: { code: "precondition_required", header: "If-Match" } });
    for (const stale of ['"2"', 'W/"1"', '"x"', '"01x"'])
      expect(await send("PATCH", path, change, { "If-Match": stale })).toMatchObject({
        status: 412,
        json: { code: "precondition_failed" },
      });
    expect(await send("PATCH", path, change, { "If-Match": "1" })).toMatchObject({ status: 400, json: { code: "invalid_header" } });
    const changed = await send("PATCH", path, change, { "If-Match": '"1"' });
    expect(changed).toMatchObject({ status: 200, json: { url: URL_OF_APP, ...change } });
    expect(changed.headers.get("ETag")).toBe('"2"');
    expect((await send("PATCH", path, change, { "If-Match": '"1"' })).status).toBe(412);
    expect((await send("PATCH", path, change, { "If-Match": "*" })).status).toBe(200);
  });

  test("of what there is not is refused with its place", async () => {
    const { path } = await answering({ taken: true, status: 200 });
    expect(await send("PATCH", path, { types: ["upload.lost"] }, { "If-Match": "*" })).toMatchObject({
      status: 400,
      json: { code: "invalid_request", errors: [{ pointer: "/types/0" }] },
    });
    expect(await send("PATCH", path, { secret: "mine" }, { "If-Match": "*" })).toMatchObject({
      json: { errors: [{ pointer: "/secret" }] },
    });
  });
});

test("a secret is replaced, the one before signs for a day, or not at all", async () => {
  const { path, created, stub, sent } = await answering({ taken: true, status: 200 });
  const rotated = await send("POST", `${path}/rotate`);
  expect(rotated.status).toBe(200);
  expect(rotated.json["previous_secret_until"]).toMatch(/Z$/);
  await send("POST", `${path}/ping`);
  expect(sent[0]?.secrets).toEqual([rotated.json["secret"], created.json["secret"]]);
  const leaked = await send("POST", `${path}/rotate?overlap_seconds=0`);
  expect(leaked.json).toMatchObject({ previous_secret_until: null });
  await send("POST", `${path}/ping`);
  expect(sent[1]?.secrets).toEqual([leaked.json["secret"]]);
  expect((await send("POST", `${path}/rotate?overlap_seconds=soon`)).status).toBe(400);
  expect(
    JSON.stringify(await runInDurableObject(stub, (_instance, { storage }) => storage.sql.exec("SELECT json FROM endpoint").one())),
  ).not.toContain(String(leaked.json["secret"]));
});

describe("what happened", () => {
  const publish = (events: ReturnType<typeof aLoggedEvent>[]) => {
    const directory = d1WebhookDirectory(d1Directory(env.DIRECTORY));
    const ports = { directory, endpoints: webhookEndpoints(env.WEBHOOK_ENDPOINT), completes: false, time: String };
    return webhookSubscriber(ports).publish(parseId("crt", creator.id) ?? newId("crt"), events);
  };

  test("is brought to those who want it, listed, and sent again by hand", async () => {
    const wanting = await answering({ taken: true, status: 200 }, { types: ["upload.cancelled"] });
    const other = await answering({ taken: true, status: 200 }, { types: ["upload.failed"] });
    const event = aLoggedEvent({ type: "upload.cancelled" });
    await publish([event]);
    await runDurableObjectAlarm(wanting.stub);
    await expect.poll(() => wanting.sent.map(({ id }) => id)).toEqual([event.id]);
    expect(other.sent).toEqual([]);
    const list = async (query = "") => page.parse((await send("GET", `${wanting.path}/deliveries${query}`)).json).data;
    await expect.poll(async () => (await list()).map(({ status }) => status)).toEqual(["delivered"]);
    expect(await list()).toMatchObject([
      {
        id: event.id,
        type: "upload.cancelled",
        resource: event.resource,
        sequence: event.sequence,
        attempt_count: 1,
        attempts: [{ status: 200 }],
      },
    ]);
    expect(await list("?status=failed")).toEqual([]);

    const again = await send("POST", `${wanting.path}/deliveries/${event.id}/redeliver`);
    expect(again).toMatchObject({ status: 202, json: { id: event.id, status: "pending" } });
    await runDurableObjectAlarm(wanting.stub);
    await expect.poll(() => wanting.sent.map(({ id }) => id)).toEqual([event.id, event.id]);
    expect(wanting.sent[1]?.body).toBe(wanting.sent[0]?.body);
    for (const unknown of [newId("evt"), "evt_x"])
      expect(await send("POST", `${wanting.path}/deliveries/${unknown}/redeliver`)).toMatchObject({
        status: 404,
        json: { code: "delivery_not_found" },
      });
    await send("POST", `${wanting.path}/disable`);
    expect(await send("POST", `${wanting.path}/deliveries/${event.id}/redeliver`)).toMatchObject({
      status: 409,
      json: { code: "webhook_disabled", reason: "by_creator" },
    });
  });

  test("and was missed is sent from the log, page by page, but for what was taken", async () => {
    const { id, path, sent, stub } = await answering({ taken: true, status: 200 }, { types: ["upload.cancelled"] });
    const ofCreator = parseId("crt", creator.id) ?? newId("crt");
    const missed = [1, 2, 3].map(() => anEvent({ creatorId: ofCreator, type: "upload.cancelled", resource: newId("upl") }));
    const others = [anEvent({ creatorId: ofCreator, type: "upload.failed" }), anEvent({ type: "upload.cancelled" })];
    const log = d1EventLog(d1Directory(env.DIRECTORY));
    await log.append([...others, ...missed]);
    const [first] = await log.page(ofCreator, { after: 0, types: ["upload.cancelled"], resource: null, limit: 1 });
    await publish([first ?? expect.fail()]);
    await runDurableObjectAlarm(stub);
    await expect.poll(() => sent.map((each) => each.id)).toEqual([missed[0]?.id]);

    const page = await send("POST", `${path}/replay?limit=2`);
    expect(page).toMatchObject({ status: 202, json: { queued: 1, has_more: true } });
    const rest = await send("POST", `${path}/replay?after=${String(page.json["next_cursor"])}`);
    expect(rest).toMatchObject({ status: 202, json: { queued: 1, has_more: false } });
    await runDurableObjectAlarm(stub);
    await expect.poll(() => new Set(sent.map((each) => each.id))).toEqual(new Set(missed.map((each) => each.id)));
    expect(sent).toHaveLength(3);
    expect(JSON.parse(sent[1]?.body ?? "")).toMatchObject({ type: "upload.cancelled", timestamp: "2026-11-20T12:00:00.000Z", sequence: 1 });
    expect((await send("POST", `${path}/replay?after=${String(rest.json["next_cursor"])}`)).json).toEqual({
      queued: 0,
      has_more: false,
      next_cursor: rest.json["next_cursor"],
    });
    expect(await send("POST", `${path}/replay?after=42`)).toMatchObject({ status: 400, json: { code: "invalid_cursor" } });
    await send("POST", `/v1/webhooks/${id}/disable`);
    expect(await send("POST", `${path}/replay`)).toMatchObject({ status: 409, json: { code: "webhook_disabled" } });
  });

  test("is not brought to who is disabled, and is again once it is enabled", async () => {
    const { path, sent, stub } = await answering({ taken: true, status: 200 }, { types: ["asset.deleted"] });
    expect((await send("POST", `${path}/disable`)).json).toMatchObject({ status: "disabled", disabled_reason: "by_creator" });
    await publish([aLoggedEvent({ type: "asset.deleted" })]);
    expect((await send("POST", `${path}/enable`)).json).toMatchObject({ status: "active", disabled_reason: null });
    const event = aLoggedEvent({ type: "asset.deleted" });
    await publish([event]);
    await runDurableObjectAlarm(stub);
    await expect.poll(() => sent.map(({ id }) => id)).toEqual([event.id]);
  });
});

test("a ping answers with what became of it", async () => {
  const well = await answering({ taken: true, status: 202 });
  expect(await send("POST", `${well.path}/ping`)).toMatchObject({
    status: 200,
    json: { type: "webhook.ping", status: "delivered", attempts: [{ status: 202, fault: null }] },
  });
  const ping = envelope.parse(JSON.parse(well.sent[0]?.body ?? ""));
  expectDescribed(ping);
  expect(ping).toMatchObject({
    type: "webhook.ping",
    sequence: 0,
    resource: well.id,
    data: { webhook_id: well.id },
  });
  const away = await answering({ taken: false, fault: "timed_out", status: null, retryAfterMs: null });
  expect(await send("POST", `${away.path}/ping`)).toMatchObject({
    status: 200,
    json: { status: "failed", attempts: [{ fault: "timed_out" }] },
  });
});

describe("a webhook is not there", () => {
  const operations = [
    ["GET", ""],
    ["PATCH", "", { types: [] }],
    ["DELETE", ""],
    ["POST", "/rotate"],
    ["POST", "/ping"],
    ["POST", "/replay"],
    ["POST", "/enable"],
    ["POST", "/disable"],
    ["GET", "/deliveries"],
    ["POST", `/deliveries/${idOf("evt", "0".repeat(26))}/redeliver`],
  ] as const;

  test.each(operations)("for others, nor where there is none: %s %s", async (method, below, body?) => {
    const { path } = await answering({ taken: true, status: 200 });
    const stranger = await newCreator();
    const ask = (at: string, as: string) => send(method, `${at}${below}`, body, { "If-Match": "*" }, as);
    const notFound = { status: 404, json: { code: "webhook_not_found" } };
    expect(await ask(path, stranger.key)).toMatchObject(notFound);
    expect(await ask(`/v1/webhooks/${newId("whk")}`, creator.key)).toMatchObject(notFound);
    expect(await ask("/v1/webhooks/whk_x", creator.key)).toMatchObject(notFound);
    expect((await ask(path, creator.key)).json["code"]).not.toBe("webhook_not_found");
  });

  test.each(operations)("without the scope for it: %s %s", async (method, below, body?) => {
    const { path } = await answering({ taken: true, status: 200 });
    const limited = await newCreator(["keys:write", "uploads:write", "uploads:read"]);
    const scope = method === "GET" ? "webhooks:read" : "webhooks:write";
    expect(await send(method, `${path}${below}`, body, {}, limited.key)).toMatchObject({ status: 403, json: { code: "forbidden", scope } });
    expect(await send(method, `${path}${below}`, body, {}, "key_nobody")).toMatchObject({ status: 401 });
  });
});
