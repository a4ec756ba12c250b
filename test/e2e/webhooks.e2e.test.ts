import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import type { ReceivedWebhook } from "#test/world/webhook-receivers.ts";
import { type Creator, newCreator } from "./creator.ts";

const issuedSchema = z.looseObject({ id: z.string(), secret: z.string(), status: z.string() });
const deliverySchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  status: z.string(),
  attempts: z.array(z.looseObject({ status: z.int().nullable(), fault: z.string().nullable() })),
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

  const fault = (fault: Record<string, unknown>) =>
    world.control.fault({ peer: "app", operation: "webhook", ...fault } as Parameters<typeof world.control.fault>[0]);

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
    await fault({ kind: "status", status: 307, headers: { Location: `${world.app}/webhooks/redirecting` } });
    expect(await ping()).toMatchObject({ status: "failed", attempts: [{ status: 307, fault: "redirected" }] });
    expect(await received()).toEqual([]);
  });

  test("wait fifteen seconds for a receiver, not longer", async () => {
    const { ping } = await webhookOf(world, "hanging");
    await fault({ kind: "timeout" });
    const since = performance.now();
    expect(await ping()).toMatchObject({ status: "failed", attempts: [{ status: null, fault: "timed_out" }] });
    expect((performance.now() - since) / 1000).toBeGreaterThan(14);
    expect((performance.now() - since) / 1000).toBeLessThan(20);
  });
});
