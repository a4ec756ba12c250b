import { createScheduledController } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { newId } from "#test/fakes/builders.ts";
import worker from "../../workers/index.ts";

const ORIGIN = "https://sluice.test";
const DAY = 24 * 3_600_000;
const { OPERATOR_KEY } = z.object({ OPERATOR_KEY: z.string() }).parse(env);
let key = "";

const record = z.record(z.string(), z.unknown());
const TABLES = { uploads: "id", assets: "id" } as const;

async function send(
  path: string,
  {
    method = "GET",
    as = key,
    body,
    headers = {},
  }: { method?: string; as?: string | null; body?: BodyInit; headers?: Record<string, string> } = {},
) {
  const request = new Request(new URL(path, ORIGIN), {
    method,
    headers: { ...headers, ...(as === null ? {} : { Authorization: `Bearer ${as}` }) },
    ...(body === undefined ? {} : { body }),
  });
  const response = await exports.default.fetch(request);
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text.startsWith("{") ? record.parse(JSON.parse(text)) : {} };
}

const post = (path: string, body: unknown, as = OPERATOR_KEY) =>
  send(path, { method: "POST", as, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

const clear = () => env.DIRECTORY.batch(Object.keys(TABLES).map((table) => env.DIRECTORY.prepare(`delete from ${table}`)));

beforeEach(async () => {
  await clear();
  const { objects } = await env.MEDIA.list();
  await env.MEDIA.delete(objects.map((object) => object.key));
  const creator = await post("/v1/operator/creators", { name: "Newsroom" });
  key = String((await post(`/v1/operator/creators/${String(creator.json["id"])}/keys`, { name: "k" })).json["key"]);
});

afterEach(() => {
  vi.useRealTimers();
});

async function opened(draft: object = {}) {
  const { json, status } = await post("/v1/uploads", { filename: "a.bin", length: 6, ...draft }, key);
  expect(status).toBe(201);
  return { id: String(json["id"]), path: new URL(String(json["upload_url"])).pathname };
}

const sent = (path: string, text: string, from = 0) =>
  send(path, { method: "PUT", as: null, body: text, headers: { "Content-Range": `bytes ${from}-${from + text.length - 1}/6` } });

async function completed(draft: object = {}) {
  const upload = await opened(draft);
  expect((await sent(upload.path, "abcdef")).status).toBe(200);
  const row = await env.DIRECTORY.prepare("select id, object_key from assets where upload_id = ?")
    .bind(upload.id)
    .first<{ id: string; object_key: string }>();
  if (row === null) throw new Error("no asset");
  return { ...upload, asset: row.id, object: row.object_key };
}

const rowsOf = async (table: keyof typeof TABLES) =>
  (await env.DIRECTORY.prepare(`select * from ${table} order by ${TABLES[table]}`).all<Record<string, unknown>>()).results;

type Report = {
  data: { ticket: string; upload_id: string; reason: string; size: number }[];
  missing: { asset_id: string; ticket: string }[];
  creators: { objects: number; bytes: number }[];
  objects: number;
  next_cursor: string | null;
};
const report = async (query = ""): Promise<Report> => {
  const { status, json } = await send(`/v1/operator/storage${query}`, { as: OPERATOR_KEY });
  expect(status).toBe(200);
  return json as Report;
};
const clean = (...tickets: string[]) => post("/v1/operator/storage/clean", { tickets });
const outcomes = (answer: { json: Record<string, unknown> }) =>
  (answer.json["data"] as { outcome: string }[]).map(({ outcome }) => outcome);

const hourly = () => worker.scheduled(createScheduledController({ cron: "0 * * * *", scheduledTime: new Date() }), env);

describe("what is stored, against its owners", () => {
  test("has no orphans while everything has an owner", async () => {
    await completed();
    await completed();
    const open = await opened();
    await sent(open.path, "abc");
    expect(await report()).toMatchObject({ data: [], missing: [], objects: 2, creators: [{ objects: 2, bytes: 12 }], next_cursor: null });
  });

  test("finds what nobody owns, each with its reason", async () => {
    const asset = await completed();
    await env.MEDIA.put(`media/${asset.id}/9`, "late");
    await env.MEDIA.put(`media/${asset.id}.keyframes.json`, "[]");
    const deleted = await completed();
    await send(`/v1/assets/${deleted.asset}`, { method: "DELETE" });
    await env.MEDIA.put(`media/${deleted.id}/7`, "left");
    const ended = await opened();
    await send(ended.path, { method: "DELETE", as: null, headers: { "Tus-Resumable": "1.0.0" } });
    await env.MEDIA.put(`media/${ended.id}/1`, "late");
    const stranger = newId("upl");
    await env.MEDIA.put(`media/${stranger}`, "who?");
    const found = await report();
    expect(found.data.map(({ upload_id, reason }) => `${upload_id} ${reason}`).toSorted()).toEqual(
      [`${asset.id} attempt`, `${deleted.id} deleted`, `${ended.id} ended`, `${stranger} unknown`].toSorted(),
    );
    expect(found.creators).toMatchObject([{ objects: 2, bytes: 8 }]);
  });

  test("finds assets whose object is gone", async () => {
    const [kept, lost] = [await completed(), await completed()];
    await env.MEDIA.delete(lost.object);
    expect(await report()).toMatchObject({ missing: [{ asset_id: lost.asset }], objects: 1 });
    expect((await report("?limit=1")).missing.every(({ asset_id }) => asset_id !== kept.asset)).toBe(true);
  });

  test("goes through everything in steps, however small", async () => {
    for (let index = 0; index < 3; index += 1) await completed();
    for (let index = 0; index < 3; index += 1) await env.MEDIA.put(`media/${newId("upl")}/1`, "x");
    const lost = await completed();
    await env.MEDIA.delete(lost.object);
    for (const limit of [1, 2, 5, 100]) {
      const seen = { orphans: new Set<string>(), objects: 0, missing: 0 };
      for (let query = `?limit=${limit}`, steps = 0; ; steps += 1) {
        expect(steps).toBeLessThan(20);
        const step = await report(query);
        for (const { ticket } of step.data) seen.orphans.add(ticket);
        seen.objects += step.objects;
        seen.missing += step.missing.length;
        if (step.next_cursor === null) break;
        query = `?limit=${limit}&cursor=${encodeURIComponent(step.next_cursor)}`;
      }
      expect([seen.orphans.size, seen.objects, seen.missing]).toEqual([3, 6, 1]);
    }
  });

  test("takes an object whose rows are lost for its owner's, who tells of it again", async () => {
    const asset = await completed();
    await clear();
    expect(await report()).toMatchObject({ data: [], creators: [{ objects: 1 }] });
    expect((await send(`/v1/assets/${asset.asset}`)).status).toBe(200);
  });
});

describe("cleaning", () => {
  const orphaned = async () => {
    const id = newId("upl");
    await env.MEDIA.put(`media/${id}/1`, "orphan");
    const { data } = await report();
    return { id, ticket: data.find(({ upload_id }) => upload_id === id)?.ticket ?? "" };
  };
  const tomorrow = () => vi.useFakeTimers({ now: Date.now() + DAY + 60_000, toFake: ["Date"] });

  test("deletes what was reported a day after it was stored, and says so in the audit log", async () => {
    const asset = await completed();
    const { id, ticket } = await orphaned();
    expect(outcomes(await clean(ticket))).toEqual(["too_young"]);
    tomorrow();
    const answer = await clean(ticket);
    expect(answer).toMatchObject({ status: 200, json: { deleted: 1, bytes: 6 } });
    expect(outcomes(answer)).toEqual(["deleted"]);
    expect(await env.MEDIA.head(`media/${id}/1`)).toBeNull();
    expect(await env.MEDIA.head(asset.object)).not.toBeNull();
    expect(outcomes(await clean(ticket))).toEqual(["gone"]);
    const audit = await send("/v1/operator/audit?limit=1", { as: OPERATOR_KEY });
    expect(audit.json["data"]).toMatchObject([
      { action: "storage.cleaned", before: [{ key: `media/${id}/1`, size: 6, reason: "unknown" }] },
    ]);
  });

  test("leaves what has found an owner since, and what was replaced", async () => {
    const upload = await completed();
    const attempt = `media/${upload.id}/9`;
    await env.MEDIA.put(attempt, "late");
    const ticket = (await report()).data[0]?.ticket ?? "";
    tomorrow();
    await env.DIRECTORY.prepare("update assets set object_key = ? where id = ?").bind(attempt, upload.asset).run();
    expect(outcomes(await clean(ticket))).toEqual(["claimed"]);
    await env.DIRECTORY.prepare("update assets set object_key = ? where id = ?").bind(upload.object, upload.asset).run();
    await env.MEDIA.put(attempt, "another");
    expect(outcomes(await clean(ticket))).toEqual(["gone"]);
    expect(await env.MEDIA.head(attempt)).not.toBeNull();
  });

  test("deletes an asset that has no object left, and keeps one whose object is there after all", async () => {
    const lost = await completed();
    await env.MEDIA.delete(lost.object);
    const ticket = (await report()).missing[0]?.ticket ?? "";
    await env.MEDIA.put(lost.object, "abcdef");
    expect(outcomes(await clean(ticket))).toEqual(["claimed"]);
    expect((await send(`/v1/assets/${lost.asset}`)).status).toBe(200);
    await env.MEDIA.delete(lost.object);
    expect(outcomes(await clean(ticket))).toEqual(["deleted"]);
    expect(await send(`/v1/assets/${lost.asset}`)).toMatchObject({ status: 410, json: { code: "asset_gone" } });
    const audit = await send("/v1/operator/audit?limit=1", { as: OPERATOR_KEY });
    expect(audit.json["data"]).toMatchObject([{ action: "storage.cleaned", resource: lost.asset }]);
  });

  test("takes nothing that was not reported", async () => {
    const asset = await completed();
    const { ticket } = await orphaned();
    const forged = ticket.replace(/media\/[^ ]+/, asset.object);
    expect(forged).not.toBe(ticket);
    for (const wrong of [forged, `orphan ${asset.object} etag.x`, `missing ${asset.asset} crt.x`, "", "x"]) {
      expect((await clean(wrong)).status).toBe(400);
    }
    expect(await env.MEDIA.head(asset.object)).not.toBeNull();
  });
});

describe("the drill: the database is turned back", () => {
  const rebuilt = async (body: object): Promise<{ rebuilt: number; unknown: number; failed: string[] }> => {
    const total = { rebuilt: 0, unknown: 0, failed: [] as string[] };
    for (let cursor: unknown = undefined; ;) {
      const { status, json } = await post("/v1/operator/resync", { ...body, limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      expect(status).toBe(200);
      total.rebuilt += Number(json["rebuilt"]);
      total.unknown += Number(json["unknown"]);
      total.failed.push(...(json["failed"] as string[]));
      if (json["has_more"] !== true) return total;
      cursor = json["next_cursor"];
    }
  };

  /** What only the directory knew is not rebuilt, and when the sessions spoke last is no truth. */
  const comparable = async () => ({ uploads: await rowsOf("uploads"), assets: await rowsOf("assets") });

  const restore = async ({ uploads, assets }: Awaited<ReturnType<typeof comparable>>) => {
    await clear();
    for (const [table, rows] of Object.entries({ uploads, assets })) {
      for (const row of rows) {
        const columns = Object.keys(row);
        const names = columns.map((column) => `"${column}"`).join(", ");
        await env.DIRECTORY.prepare(`insert into ${table} (${names}) values (${columns.map(() => "?").join(", ")})`)
          .bind(...columns.map((column) => row[column]))
          .run();
      }
    }
  };

  test("rows that are gone come back as they were, names and external ids too", async () => {
    await completed({ external_id: "x-1", keep_until: new Date(Date.now() + DAY).toISOString(), keep_after_verified_seconds: 60 });
    await send("/upload/film.bin", { method: "PUT", body: "abcdef" });
    await completed({ metadata: { camera: "A" } });
    const before = await comparable();
    await clear();
    expect(await rebuilt({ from: "storage" })).toEqual({ rebuilt: 3, unknown: 0, failed: [] });
    expect(await comparable()).toEqual(before);
    const found = await send("/upload/film.bin", { method: "PUT", headers: { "Content-Range": "bytes */*" } });
    expect(found.status).toBe(200);
  });

  test("rows that are old become new: what was receiving then is complete, cancelled or further now", async () => {
    const [done, cancelled, further] = [await opened(), await opened(), await opened({ external_id: "x-2" })];
    const then = await comparable();
    await sent(done.path, "abcdef");
    await send(cancelled.path, { method: "DELETE", as: null, headers: { "Tus-Resumable": "1.0.0" } });
    await sent(further.path, "abc");
    expect(await rebuilt({ from: "directory" })).toMatchObject({ failed: [] });
    const now = await comparable();
    await restore(then);
    expect(await comparable()).not.toEqual(now);
    expect(await rebuilt({ from: "directory" })).toEqual({ rebuilt: 3, unknown: 0, failed: [] });
    expect(await comparable()).toEqual(now);
  });

  test("an asset that was deleted since stays deleted, whether its row was lost or came back to life", async () => {
    const lost = await completed();
    const then = await comparable();
    await send(`/v1/assets/${lost.asset}`, { method: "DELETE" });
    await restore(then);
    expect((await send(`/v1/assets/${lost.asset}`)).status).toBe(200);
    await rebuilt({ from: "directory" });
    expect(await send(`/v1/assets/${lost.asset}`)).toMatchObject({ status: 410, json: { code: "asset_gone" } });
  });

  test("a row behind which no session stands keeps what it says, and a mere reservation expires", async () => {
    const upload = await completed();
    const [ended, reserved] = [newId("upl"), newId("upl")];
    const copy = (id: string, status: string, sequence: number) =>
      env.DIRECTORY.prepare(
        "insert into uploads (id, creator_id, kind, filename, status, offset, reserved_bytes, created_at, expires_at, due_at, sequence) select ?, creator_id, kind, filename, ?, 0, 0, created_at, expires_at, expires_at, ? from uploads where id = ?",
      ).bind(id, status, sequence, upload.id);
    await env.DIRECTORY.batch([copy(ended, "completed", 9), copy(reserved, "receiving", 0)]);
    expect(await rebuilt({ from: "directory" })).toEqual({ rebuilt: 1, unknown: 2, failed: [] });
    const statuses = new Map((await rowsOf("uploads")).map((row) => [row["id"], row["status"]]));
    expect([statuses.get(ended), statuses.get(reserved)]).toEqual(["completed", "expired"]);
  });

  test("one creator's alone, when asked so", async () => {
    const mine = await completed();
    const other = await post("/v1/operator/creators", { name: "Other" });
    expect(await rebuilt({ from: "directory", creator_id: other.json["id"] })).toEqual({ rebuilt: 0, unknown: 0, failed: [] });
    const creator = (await rowsOf("uploads")).find(({ id }) => id === mine.id)?.["creator_id"];
    expect(await rebuilt({ from: "directory", creator_id: creator })).toEqual({ rebuilt: 1, unknown: 0, failed: [] });
    expect(await post("/v1/operator/resync", { from: "storage", creator_id: creator })).toMatchObject({
      status: 400,
      json: { code: "invalid_request" },
    });
    expect(await post("/v1/operator/resync", { from: "directory", creator_id: "crt_x" })).toMatchObject({
      status: 404,
      json: { code: "creator_not_found" },
    });
  });
});

describe("retention", () => {
  test("an asset whose upload brought a term of its own goes by that, and is gone when it is over", async () => {
    const at = Date.now();
    const asset = await completed({ keep_until: new Date(at + 3_600_000).toISOString() });
    const other = await completed({ keep_until: new Date(at + DAY).toISOString() });
    vi.useFakeTimers({ now: at + 3_660_000, toFake: ["Date"] });
    await hourly();
    expect(await send(`/v1/assets/${asset.asset}`)).toMatchObject({ status: 410, json: { code: "asset_gone" } });
    expect((await send(`/v1/assets/${other.asset}`)).json["keep_until"]).toBe(new Date(at + DAY).toISOString());
  });

  test("an asset gets its creator's term, and is gone with everything that belongs to it when that is over", async () => {
    const kept = await completed();
    const creatorId = String((await rowsOf("uploads"))[0]?.["creator_id"]);
    await send(`/v1/operator/creators/${creatorId}`, {
      method: "PATCH",
      as: OPERATOR_KEY,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ keep_seconds: 3600, keep_after_verified_seconds: 60 }),
    });
    const asset = await completed();
    await env.MEDIA.put(`media/${asset.id}/9`, "attempt");
    await env.MEDIA.put(`media/${asset.id}.keyframes.json`, "[]");
    const { json } = await send(`/v1/assets/${asset.asset}`);
    expect(json["keep_after_verified_seconds"]).toBe(60);
    expect(Date.parse(String(json["keep_until"])) - Date.parse(String(json["created_at"]))).toBe(3_600_000);
    expect((await send(`/v1/assets/${kept.asset}`)).json["keep_until"]).toBeNull();

    await hourly();
    expect((await send(`/v1/assets/${asset.asset}`)).status).toBe(200);
    vi.useFakeTimers({ now: Date.now() + 3_660_000, toFake: ["Date"] });
    await hourly();
    expect(await send(`/v1/assets/${asset.asset}`)).toMatchObject({ status: 410, json: { code: "asset_gone" } });
    expect((await env.MEDIA.list({ prefix: `media/${asset.id}` })).objects).toEqual([]);
    expect((await send(`/v1/assets/${kept.asset}/content`)).status).toBe(200);
  });
});

test("is for operators alone", async () => {
  expect(await post("/v1/operator/resync", { from: "storage" }, key)).toMatchObject({ status: 401 });
  expect(await post("/v1/operator/storage/clean", { tickets: ["x"] }, key)).toMatchObject({ status: 401 });
  expect(await send("/v1/operator/storage")).toMatchObject({ status: 401 });
});
