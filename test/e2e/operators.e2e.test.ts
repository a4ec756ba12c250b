import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { launchWorld, type LaunchedWorld } from "#test/world/launch.ts";

let world: LaunchedWorld;

beforeAll(async () => {
  world = await launchWorld();
});

afterAll(() => world.stop());

const record = z.record(z.string(), z.unknown());

async function ask(path: string, headers: Record<string, string>, method = "GET", body?: unknown) {
  const reply = await fetch(`${world.url}${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, json: text.startsWith("{") ? record.parse(JSON.parse(text)) : {} };
}

async function loggedIn(who: object = { email: "anna@newsroom.test" }): Promise<Record<string, string>> {
  const reply = await fetch(`${world.access}/assertions`, { method: "POST", body: JSON.stringify(who) });
  return { "cf-access-jwt-assertion": z.object({ assertion: z.string() }).parse(await reply.json()).assertion };
}

const rotate = () => fetch(`${world.access}/rotate`, { method: "POST", body: "{}" });
const asCreator = () => ({ authorization: `Bearer ${world.apiKey}` });
const draft = { filename: "a.bin", length: 3 };

test("operators come by Access, stay themselves through a rotation of its keys, and are in the audit log by name", async () => {
  const before = await loggedIn();
  await rotate();
  expect(await ask("/v1/operator/creators", before, "POST", { name: "By Access" })).toMatchObject({ status: 201 });
  for (const headers of [before, await loggedIn({ common_name: "backup.access" })])
    expect((await ask("/v1/operator/creators", headers)).status).toBe(200);
  const elsewhere = await loggedIn({ email: "anna@newsroom.test", audience: "0c".repeat(32) });
  expect(await ask("/v1/operator/creators", elsewhere)).toMatchObject({ status: 401, json: { code: "unauthorized" } });
  const late = await loggedIn({ email: "anna@newsroom.test", expires_in_seconds: -60 });
  expect(await ask("/v1/operator/creators", late)).toMatchObject({ status: 401, json: { code: "unauthorized" } });

  const audit = await ask("/v1/operator/audit?action=creator.created&limit=1", await loggedIn());
  expect(audit.json["data"]).toMatchObject([{ actor: "access:anna@newsroom.test", after: { name: "By Access" } }]);
  expect(await ask("/v1/operator/audit/verify", await loggedIn())).toMatchObject({ json: { status: "intact" } });
});

test("a switch holds new uploads off and lets what is open through to its end", async () => {
  const open = await ask("/v1/uploads", asCreator(), "POST", draft);
  const operator = await loggedIn();
  expect((await ask("/v1/operator/switches/uploads", operator, "PUT", { reason: "Maintenance." })).status).toBe(200);
  expect(await ask("/v1/uploads", asCreator(), "POST", draft)).toMatchObject({ status: 503, json: { code: "uploads_paused" } });
  const sent = await fetch(String(open.json["upload_url"]), { method: "PUT", headers: { "content-range": "bytes 0-2/3" }, body: "abc" });
  expect(sent.status).toBe(200);
  expect((await ask("/v1/operator/switches/uploads", operator, "DELETE")).status).toBe(204);
  expect((await ask("/v1/uploads", asCreator(), "POST", draft)).status).toBe(201);
});

test("what is stored has its owners, over a restart too, and says so in one step", async () => {
  await world.control.restartWorker();
  const report = await ask("/v1/operator/storage", await loggedIn());
  expect(report).toMatchObject({ status: 200, json: { data: [], missing: [], has_more: false } });
  expect(Number(report.json["objects"])).toBeGreaterThan(0);
  expect(await ask("/v1/operator/resync", await loggedIn(), "POST", { from: "directory" })).toMatchObject({
    status: 200,
    json: { failed: [] },
  });
});
