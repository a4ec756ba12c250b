import { createScheduledController } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { encodeHex } from "#api/headers/base64.ts";
import { expectDescribed } from "#test/contracts/event-data.ts";
import { newId } from "#test/fakes/builders.ts";
import worker from "../../workers/index.ts";

const ORIGIN = "https://sluice.test";
const { OPERATOR_KEY } = z.object({ OPERATOR_KEY: z.string() }).parse(env);
let key = "";

const event = z.looseObject({ type: z.string(), resource: z.string(), data: z.record(z.string(), z.unknown()) });
const record = z.record(z.string(), z.unknown());
type Sent = { readonly method?: string; readonly as?: string | null; readonly headers?: Record<string, string>; readonly body?: BodyInit };

async function send(path: string, { method = "GET", as = key, headers = {}, body }: Sent = {}) {
  const response = await exports.default.fetch(
    new Request(new URL(path, ORIGIN), {
      method,
      headers: { ...headers, ...(as === null ? {} : { Authorization: `Bearer ${as}` }) },
      ...(body === undefined ? {} : { body }),
    }),
  );
  const bytes = await response.bytes();
  const isJson = /[/+]json/.test(response.headers.get("Content-Type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    json: isJson ? record.parse(JSON.parse(new TextDecoder().decode(bytes))) : {},
  };
}

const post = (path: string, body: unknown, as: string | null = key, headers: Record<string, string> = {}) =>
  send(path, { method: "POST", as, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) });

const patch = (url: string, offset: number, body: Uint8Array<ArrayBuffer>) =>
  send(new URL(url).pathname, {
    method: "PATCH",
    as: null,
    headers: { "Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset) },
    body,
  });

const BYTES = crypto.getRandomValues(new Uint8Array(10_000));
const sha256Of = async (bytes: Uint8Array<ArrayBuffer>) => encodeHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));

beforeAll(async () => {
  const creator = await post("/v1/operator/creators", { name: "Newsroom" }, OPERATOR_KEY);
  const issued = await post(`/v1/operator/creators/${String(creator.json["id"])}/keys`, { name: "k" }, OPERATOR_KEY);
  key = String(issued.json["key"]);
});

async function completed(draft: object = {}) {
  const opened = await post("/v1/uploads", { filename: "holiday.mp4", length: BYTES.length, sha256: await sha256Of(BYTES), ...draft });
  const { id, upload_url: url } = opened.json;
  expect((await patch(String(url), 0, BYTES.slice(0, 4000))).status).toBe(204);
  expect((await patch(String(url), 4000, BYTES.slice(4000))).status).toBe(204);
  const upload = await send(`/v1/uploads/${String(id)}`);
  return { id: String(id), url: String(url), upload, asset: z.object({ id: z.string() }).parse(upload.json["asset"]) };
}

test("is healthy and ready", async () => {
  expect(await send("/healthz", { as: null })).toMatchObject({ status: 200, json: { status: "ok" } });
  expect(await send("/readyz", { as: null })).toMatchObject({ status: 200, json: { status: "ready" } });
});

describe("an upload that is opened here", () => {
  test("takes bytes, says which, and becomes an asset that is read in ranges", async () => {
    const opened = await post("/v1/uploads", { filename: "a.bin", length: BYTES.length });
    const { id, upload_url: url } = opened.json;
    await patch(String(url), 0, BYTES.slice(0, 4000));
    expect(await send(`/v1/uploads/${String(id)}`)).toMatchObject({
      json: { status: "receiving", offset: 4000, ranges: [{ start: 0, end: 4000 }] },
    });
    await patch(String(url), 4000, BYTES.slice(4000));
    const { json } = await send(`/v1/uploads/${String(id)}`);
    expect(json).toMatchObject({
      status: "completed",
      asset: { size: 10_000, sha256: await sha256Of(BYTES), content_type: "application/octet-stream" },
    });
    const path = `/v1/assets/${String((json["asset"] as { id: string }).id)}`;
    expect(await send(path)).toMatchObject({ status: 200, json: { upload_id: id, size: 10_000 } });
    const whole = await send(`${path}/content`);
    expect([whole.status, whole.headers.get("Content-Length"), whole.bytes]).toEqual([200, "10000", BYTES]);
    const part = await send(`${path}/content`, { headers: { Range: "bytes=3999-4000" } });
    expect([part.status, part.headers.get("Content-Range"), part.bytes]).toEqual([206, "bytes 3999-4000/10000", BYTES.slice(3999, 4001)]);
    const head = await send(`${path}/content`, { method: "HEAD" });
    expect([head.status, head.headers.get("Content-Length"), head.bytes.length]).toEqual([200, "10000", 0]);
    expect(head.headers.get("ETag")).toBe(whole.headers.get("ETag"));
  });

  test("is opened once by one idempotency key, however many ask at once", async () => {
    const draft = { filename: "a.bin", length: 5 };
    const answers = await Promise.all(Array.from({ length: 5 }, () => post("/v1/uploads", draft, key, { "Idempotency-Key": "same" })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ json }) => json["upload_url"])).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get("Idempotent-Replayed") === null)).toHaveLength(1);
  });

  test("has no asset when the bytes are not those that were declared", async () => {
    const opened = await post("/v1/uploads", { filename: "a.bin", length: 5, sha256: "00".repeat(32) });
    const answer = await patch(String(opened.json["upload_url"]), 0, BYTES.slice(0, 5));
    expect(answer).toMatchObject({ status: 422, json: { code: "digest_mismatch" } });
    expect(await send(`/v1/uploads/${String(opened.json["id"])}`)).toMatchObject({
      json: { status: "failed", asset: null, failure_code: "digest_mismatch" },
    });
  });
});

test("an asset that is deleted is gone, and so are its bytes", async () => {
  const { asset } = await completed();
  const row = await env.DIRECTORY.prepare("select object_key from assets where id = ?").bind(asset.id).first<{ object_key: string }>();
  expect(await env.MEDIA.head(row?.object_key ?? "")).not.toBeNull();
  expect((await send(`/v1/assets/${asset.id}`, { method: "DELETE" })).status).toBe(204);
  expect(await send(`/v1/assets/${asset.id}/content`)).toMatchObject({ status: 410, json: { code: "asset_gone" } });
  expect(await env.MEDIA.head(row?.object_key ?? "")).toBeNull();
});

test("an upload that is complete and terminated takes its asset with it", async () => {
  const { id, asset, url } = await completed();
  const terminated = await send(new URL(url).pathname, { method: "DELETE", as: null, headers: { "Tus-Resumable": "1.0.0" } });
  expect(terminated.status).toBe(204);
  expect(await send(`/v1/assets/${asset.id}`)).toMatchObject({ status: 410, json: { code: "asset_gone" } });
  expect((await env.MEDIA.list({ prefix: `media/${id}` })).objects).toEqual([]);
  const { json } = await send(`/v1/events?resource=${asset.id}&type=asset.deleted`);
  expect(json).toMatchObject({ data: [{ data: { upload_id: id } }] });
});

test("what happens to an upload is in the log by the time its answer is there, and a day later in the archive", async () => {
  const { id, asset } = await completed();
  expect((await send(`/v1/assets/${asset.id}`, { method: "DELETE" })).status).toBe(204);
  const told = async (resource: string) =>
    z.object({ data: z.array(event) }).parse((await send(`/v1/events?resource=${resource}`)).json).data;
  await expect
    .poll(() => told(id))
    .toMatchObject([
      { type: "upload.created" },
      { type: "upload.inspected", data: { look: { status: "unreadable", reason: "not_media" } } },
      { type: "upload.completed", data: { asset_id: asset.id } },
    ]);
  expect(await told(asset.id)).toMatchObject([{ type: "asset.deleted", data: { upload_id: id, size: BYTES.length } }]);
  for (const each of [...(await told(id)), ...(await told(asset.id))]) expectDescribed(each);
  await env.DIRECTORY.prepare("update events set happened_at = happened_at - 86400000").run();
  await worker.scheduled(createScheduledController({ cron: "* * * * *", scheduledTime: new Date() }), env);
  const date = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const archived = await send(`/v1/operator/events/archive?date=${date}`, { as: OPERATOR_KEY });
  const lines = new TextDecoder().decode(archived.bytes).trimEnd().split("\n");
  const ofBoth = lines.map((line) => event.parse(JSON.parse(line))).filter(({ resource }) => resource === id || resource === asset.id);
  expect(ofBoth.map(({ type }) => type)).toEqual(["upload.created", "upload.inspected", "upload.completed", "asset.deleted"]);
});

test("lists show what the owners said, newest first", async () => {
  const { id } = await completed({ external_id: newId("evt") });
  expect(await send("/v1/uploads?limit=1&status=completed")).toMatchObject({ status: 200, json: { data: [{ id, offset: 10_000 }] } });
  expect(await send("/v1/assets?limit=1")).toMatchObject({ status: 200, json: { data: [{ upload_id: id }] } });
});

test("the hourly trigger expires rows behind which no session stands", async () => {
  const { json } = await post("/v1/uploads", { filename: "a.bin" });
  const orphan = newId("upl");
  const columns = "creator_id, kind, filename, status, offset, reserved_bytes, expires_at, sequence";
  await env.DIRECTORY.prepare(
    `insert into uploads (id, created_at, due_at, ${columns}) select ?, 1, 2, creator_id, kind, filename, 'receiving', 0, 0, expires_at, 0 from uploads where id = ?`,
  )
    .bind(orphan, String(json["id"]))
    .run();
  await worker.scheduled(createScheduledController({ cron: "0 * * * *", scheduledTime: new Date() }), env);
  expect(await send(`/v1/operator/uploads/${orphan}`, { as: OPERATOR_KEY })).toMatchObject({ json: { status: "expired" } });
  expect(await send(`/v1/operator/uploads/${String(json["id"])}`, { as: OPERATOR_KEY })).toMatchObject({ json: { status: "receiving" } });
});
