import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import type { FaultRequest } from "#test/world/faults.ts";
import type { ReceivedWebhook } from "#test/world/webhook-receivers.ts";
import { newCreator, sendFrom } from "./creator.ts";
import { aFilm } from "./film.ts";

const issuedSchema = z.looseObject({ id: z.string(), secret: z.string(), status: z.string() });
const deliverySchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  status: z.string(),
  attempts: z.array(z.looseObject({ at: z.string(), status: z.int().nullable(), fault: z.string().nullable() })),
});

/** A webhook of a creator of its own, whose receiver at the application knows its secret. */
async function webhookOf(world: LaunchedWorld, name: string, draft: object = {}) {
  const creator = await newCreator(world, name);
  const created = await creator.sendJson("POST", "/v1/webhooks", { url: `${world.app}/webhooks/${name}`, ...draft });
  expect(created.status).toBe(201);
  const { id, secret } = issuedSchema.parse(await created.json());
  const knows = async (secrets: readonly string[]): Promise<void> => {
    const put = await fetch(`${world.app}/webhooks/${name}`, { method: "PUT", body: JSON.stringify({ secrets }) });
    expect(put.status).toBe(200);
  };
  await knows([secret]);
  const post = async (below: string) => {
    const reply = await creator.send("POST", `/v1/webhooks/${id}/${below}`);
    return { status: reply.status, json: z.record(z.string(), z.unknown()).parse(await reply.json()) };
  };
  return {
    id,
    secret,
    creator,
    knows,
    post,
    ping: async () => deliverySchema.parse((await post("ping")).json),
    view: async () =>
      z
        .looseObject({ status: z.string(), disabled_reason: z.string().nullable() })
        .parse(await (await creator.send("GET", `/v1/webhooks/${id}`)).json()),
    deliveries: async () =>
      z.object({ data: z.array(deliverySchema) }).parse(await (await creator.send("GET", `/v1/webhooks/${id}/deliveries`)).json()).data,
    received: async (): Promise<ReceivedWebhook[]> =>
      (await world.control.state()).app.webhooks.filter(({ receiver }) => receiver === name),
  };
}

describe("webhooks", () => {
  let world: LaunchedWorld;

  beforeAll(async () => {
    world = await launchWorld({ vars: { WEBHOOK_RETRY_SECONDS: "0,1,2,3" } });
  });
  afterAll(() => world.stop());

  const fault = (kind: Extract<FaultRequest, { peer: "app" }>["kind"], more: object = {}) =>
    world.control.fault({ peer: "app", operation: "webhook", kind, ...more } as FaultRequest);
  const uploadedBy = async ({ creator }: Awaited<ReturnType<typeof webhookOf>>, name: string): Promise<string> => {
    const film = aFilm(name, 300_000);
    const { id, upload_url: url } = await creator.open({ filename: film.name, length: film.bytes.byteLength, sha256: film.sha256 });
    expect((await sendFrom(creator, url, film, 0)).status).toBe(200);
    return id;
  };
  const poll = { timeout: 60_000, interval: 200 };

  test("verify at the receiver, by the old secret and by the new one while it is replaced", async () => {
    const { ping, received, post, knows, secret } = await webhookOf(world, "rotated");
    expect(await ping()).toMatchObject({ type: "webhook.ping", status: "delivered", attempts: [{ status: 204, fault: null }] });
    const rotated = issuedSchema.parse((await post("rotate")).json);
    expect(await ping()).toMatchObject({ status: "delivered" });
    await knows([secret, rotated.secret]);
    expect(await ping()).toMatchObject({ status: "delivered" });
    await post("rotate?overlap_seconds=0");
    expect(await ping()).toMatchObject({ status: "failed", attempts: [{ status: 401, fault: "refused" }] });
    expect((await received()).map(({ verified }) => verified)).toEqual([[true], [true], [true, true], [false, false]]);
  });

  test("are not sent where a redirect points", async () => {
    const { ping, received } = await webhookOf(world, "redirecting");
    await fault("status", { status: 307, headers: { Location: `${world.app}/webhooks/redirecting` } });
    expect(await ping()).toMatchObject({ status: "failed", attempts: [{ status: 307, fault: "redirected" }] });
    expect(await received()).toEqual([]);
  });

  test("wait fifteen seconds for a receiver, not for ever", async () => {
    const { ping } = await webhookOf(world, "hanging");
    await fault("timeout");
    const since = performance.now();
    expect(await ping()).toMatchObject({ status: "failed", attempts: [{ status: null, fault: "timed_out" }] });
    expect((performance.now() - since) / 1000).toBeGreaterThan(14);
  });

  test("tell what happens to an upload, each event once, to those who want it", async () => {
    const every = await webhookOf(world, "every");
    const some = await webhookOf(world, "some", { types: ["upload.completed"] });
    const [upload, other] = [await uploadedBy(every, "told-to-every"), await uploadedBy(some, "told-to-some")];
    await expect.poll(async () => (await every.received()).length, poll).toBeGreaterThanOrEqual(2);
    await expect.poll(async () => (await some.received()).length, poll).toBeGreaterThanOrEqual(1);

    const heard = (await every.received())
      .filter(({ resource }) => resource === upload)
      .toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
    expect(heard.map(({ type }) => type)).toEqual(expect.arrayContaining(["upload.created", "upload.completed"]));
    expect(heard[0]?.type).toBe("upload.created");
    expect(new Set(heard.map(({ id }) => id)).size).toBe(heard.length);
    expect(heard.every(({ verified, attempt }) => verified.includes(true) && attempt === 1)).toBe(true);
    expect(heard.find(({ type }) => type === "upload.completed")?.data).toMatchObject({ upload_id: upload, size: 300_000 });
    expect((await some.received()).map(({ type, resource }) => [type, resource])).toEqual([["upload.completed", other]]);
    expect((await some.deliveries()).map(({ status }) => status)).toEqual(["delivered"]);
  });

  test("come again, under the same id, until the receiver has them", async () => {
    const webhook = await webhookOf(world, "down", { types: ["upload.completed"] });
    await fault("status", { status: 500 });
    await fault("reset");
    await fault("lost_reply");
    const upload = await uploadedBy(webhook, "told-though-down");
    await expect.poll(async () => (await webhook.deliveries()).map(({ status }) => status), poll).toEqual(["delivered"]);
    const [delivery] = await webhook.deliveries();
    expect(delivery?.attempts.map(({ fault: why, status }) => why ?? status)).toEqual(["refused", "unreachable", "unreachable", 204]);
    expect((await webhook.received()).map(({ id, resource, attempt }) => [id, resource, attempt])).toEqual([
      [delivery?.id, upload, 1],
      [delivery?.id, upload, 2],
    ]);
  });

  test("wait for as long as the receiver asks", async () => {
    const webhook = await webhookOf(world, "busy", { types: ["upload.completed"] });
    await fault("status", { status: 429, headers: { "Retry-After": "4" } });
    await uploadedBy(webhook, "told-when-asked");
    await expect.poll(async () => (await webhook.deliveries()).map(({ status }) => status), poll).toEqual(["delivered"]);
    const [first, second] = (await webhook.deliveries())[0]?.attempts ?? [];
    expect(Date.parse(second?.at ?? "") - Date.parse(first?.at ?? "")).toBeGreaterThanOrEqual(4_000);
  });

  test("end with 410, which other webhooks hear of, and go on when they are enabled", async () => {
    const gone = await webhookOf(world, "gone", { types: ["upload.completed"] });
    const watching = await gone.creator.sendJson("POST", "/v1/webhooks", {
      url: `${world.app}/webhooks/watching`,
      types: ["webhook.disabled"],
    });
    const { secret } = issuedSchema.parse(await watching.json());
    await fetch(`${world.app}/webhooks/watching`, { method: "PUT", body: JSON.stringify({ secrets: [secret] }) });
    await fault("status", { status: 410 });
    await uploadedBy(gone, "told-to-nobody");
    await expect.poll(async () => (await gone.view()).disabled_reason, poll).toBe("gone");
    const heard = async () => (await world.control.state()).app.webhooks.filter(({ receiver }) => receiver === "watching");
    await expect.poll(async () => (await heard()).length, { ...poll, timeout: 90_000 }).toBe(1);
    expect(await heard()).toMatchObject([
      { type: "webhook.disabled", resource: gone.id, sequence: 2, verified: [true], data: { reason: "gone" } },
    ]);

    expect((await gone.post("enable")).json).toMatchObject({ status: "active" });
    const [delivery] = await gone.deliveries();
    expect(await gone.post("replay")).toMatchObject({ status: 202, json: { queued: 1, has_more: false } });
    await expect.poll(async () => (await gone.received()).map(({ id }) => id), poll).toEqual([delivery?.id]);
  });

  test("end when a whole schedule has failed", async () => {
    const webhook = await webhookOf(world, "exhausted", { types: ["upload.completed"] });
    await fault("status", { status: 503, times: 4 });
    await uploadedBy(webhook, "told-too-often");
    await expect.poll(async () => (await webhook.view()).disabled_reason, poll).toBe("exhausted");
    expect((await webhook.deliveries()).map(({ status, attempts }) => [status, attempts.length])).toEqual([["failed", 4]]);
  });

  test("outlive the Worker that was sending them", async () => {
    const webhook = await webhookOf(world, "killed", { types: ["upload.completed"] });
    await fault("delay", { delay_ms: 6_000 });
    const upload = await uploadedBy(webhook, "told-by-another");
    await expect.poll(async () => (await webhook.deliveries()).map(({ status }) => status), poll).toEqual(["delivering"]);
    await world.control.killWorker();
    await expect
      .poll(async () => (await webhook.deliveries()).map(({ status }) => status), { ...poll, timeout: 90_000 })
      .toEqual(["delivered"]);
    const heard = await webhook.received();
    expect(new Set(heard.map(({ id, resource }) => `${id} ${resource ?? ""}`))).toEqual(new Set([`${heard[0]?.id ?? ""} ${upload}`]));
  });
});
