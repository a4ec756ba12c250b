import { describe, expect, test } from "vitest";
import { aCreator, newId, NOW } from "#test/fakes/builders.ts";
import { apiUnderTest, ORIGIN } from "#test/fakes/api-under-test.ts";
import { fakeApplication } from "#test/fakes/fake-application.ts";

const DRAFT = { filename: "holiday.mp4", content_type: "video/mp4", length: 1000 };
const TUS = { "Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream" };

describe("createUpload", () => {
  test("answers with the upload and the URL to which its bytes go", async () => {
    const { post, send } = await apiUnderTest();
    const answer = await post("/v1/uploads", { ...DRAFT, external_id: "x", atom_id: "a", metadata: { camera: "A" } });
    expect(answer).toMatchObject({
      status: 201,
      json: {
        status: "receiving",
        offset: 0,
        length: 1000,
        filename: "holiday.mp4",
        external_id: "x",
        atom_id: "a",
        metadata: { camera: "A" },
        asset: null,
      },
    });
    const { id, upload_url: url, part_bytes: partBytes, max_append_bytes: maxAppendBytes } = answer.json;
    expect(answer.headers.get("Location")).toBe(`${ORIGIN}/v1/uploads/${String(id)}`);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect([partBytes, maxAppendBytes]).toEqual([8 * 1024 * 1024, 16 * 1024 * 1024]);
    expect(String(url)).toMatch(new RegExp(`^${ORIGIN}/files/${String(id)}\\.[\\w-]{43}$`));
    const patched = await send(new URL(String(url)).pathname, {
      method: "PATCH",
      as: null,
      body: "bytes",
      headers: { ...TUS, "Upload-Offset": "0" },
    });
    expect([patched.status, patched.headers.get("Upload-Offset")]).toEqual([204, "5"]);
  });

  test("hands out URLs of the public origin where one is set", async () => {
    const { post } = await apiUnderTest({ publicOrigin: "https://up.example" });
    expect(String((await post("/v1/uploads", DRAFT)).json["upload_url"])).toMatch(/^https:\/\/up\.example\/files\//);
  });

  test.each([
    ["an unknown member", { destinations: [] }, "/destinations"],
    ["a length below zero", { length: -1 }, "/length"],
    ["half a byte", { length: 1.5 }, "/length"],
    ["a digest that is too short", { sha256: "ab" }, "/sha256"],
    ["a path for a name", { filename: "../a.mp4" }, "/filename"],
    ["what is no media type", { content_type: "video" }, "/content_type"],
    ["metadata that is no text", { metadata: { a: 1 } }, "/metadata/a"],
    ["51 pairs of metadata", { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, "v"])) }, "/metadata"],
    ["an empty external id", { external_id: "" }, "/external_id"],
    ["a term that is no time", { keep_until: "tomorrow" }, "/keep_until"],
    ["a term of no length", { keep_after_verified_seconds: 0 }, "/keep_after_verified_seconds"],
  ])("points at %s", async (_what, change, pointer) => {
    const { post } = await apiUnderTest();
    expect(await post("/v1/uploads", { ...DRAFT, ...change })).toMatchObject({
      status: 400,
      json: { code: "invalid_request", errors: [{ pointer }] },
    });
  });

  test("takes how long the asset is to be kept, shows what was asked for, and nothing of what was not", async () => {
    const { post, send } = await apiUnderTest();
    const created = async (term: object) => {
      const { status, json } = await post("/v1/uploads", { ...DRAFT, ...term });
      const shown = (await send(`/v1/uploads/${String(json["id"])}`)).json;
      const named = ["keep_until", "keep_after_verified_seconds"].filter((member) => member in shown);
      return [status, named.map((member) => shown[member])];
    };
    const until = new Date(NOW + 1).toISOString();
    expect(await created({ keep_until: until, keep_after_verified_seconds: 60 })).toEqual([201, [until, 60]]);
    expect(await created({ keep_until: null })).toEqual([201, [null]]);
    expect(await created({ keep_after_verified_seconds: null })).toEqual([201, [null]]);
    expect(await created({})).toEqual([201, []]);
  });

  test("refuses a term that has passed, and opens nothing", async () => {
    const { post, send } = await apiUnderTest();
    expect(await post("/v1/uploads", { ...DRAFT, keep_until: new Date(NOW).toISOString() })).toMatchObject({
      status: 400,
      json: { code: "invalid_request", detail: "keep_until has passed: there would be no asset to keep." },
    });
    expect((await send("/v1/uploads")).json["data"]).toEqual([]);
  });

  test("takes 50 pairs of metadata", async () => {
    const { post } = await apiUnderTest();
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, "v"]));
    expect(await post("/v1/uploads", { ...DRAFT, metadata })).toMatchObject({ status: 201, json: { metadata } });
  });

  test("refuses what is not JSON, and what does not say so", async () => {
    const { send } = await apiUnderTest();
    const json = { "Content-Type": "application/json" };
    expect(await send("/v1/uploads", { method: "POST", body: "{", headers: json })).toMatchObject({
      status: 400,
      json: { code: "invalid_json" },
    });
    const body = JSON.stringify(DRAFT);
    const form = { "Content-Type": "text/plain" };
    expect(await send("/v1/uploads", { method: "POST", body, headers: form })).toMatchObject({
      status: 415,
      json: { code: "unsupported_media_type" },
    });
    expect(await send("/v1/uploads", { method: "POST", body, headers: json })).toMatchObject({ status: 201 });
  });

  test("gives the same upload for the same key and request", async () => {
    const { post } = await apiUnderTest();
    const create = (body: object, key = '"k 1"') => post("/v1/uploads", body, { headers: { "Idempotency-Key": key } });
    const first = await create(DRAFT);
    const again = await create(DRAFT);
    expect([again.status, again.json]).toEqual([201, first.json]);
    expect([first.headers.get("Idempotent-Replayed"), again.headers.get("Idempotent-Replayed")]).toEqual([null, "true"]);
    expect(await create({ ...DRAFT, length: 1001 })).toMatchObject({ status: 422, json: { code: "idempotency_key_reused" } });
    expect((await create(DRAFT, "k2")).json["id"]).not.toBe(first.json["id"]);
    expect(await create(DRAFT, "k".repeat(256))).toMatchObject({
      status: 400,
      json: { code: "invalid_header", header: "Idempotency-Key" },
    });
  });

  test("holds the limits and says them", async () => {
    const { post } = await apiUnderTest({ limits: { maxUploadBytes: 1000, maxOpenUploads: 1 } });
    expect(await post("/v1/uploads", { ...DRAFT, length: 1001 })).toMatchObject({
      status: 413,
      json: { code: "upload_too_large", max_bytes: 1000, received_bytes: 1001 },
    });
    expect((await post("/v1/uploads", DRAFT)).status).toBe(201);
    const refused = await post("/v1/uploads", DRAFT);
    expect(refused).toMatchObject({ status: 429, json: { code: "too_many_open_uploads", limit: 1, retryable: true, retry_after: 60 } });
    expect(refused.headers.get("Retry-After")).toBe("60");
  });

  test("passes on what the application says", async () => {
    const application = fakeApplication();
    const { post } = await apiUnderTest({ application });
    expect((await post("/v1/uploads", DRAFT)).status).toBe(201);
    application.answer = {
      ok: false,
      error: { code: "application_refused", status: 402, body: '{"pay":true}', contentType: "application/json" },
    };
    const refused = await post("/v1/uploads", DRAFT);
    expect([refused.status, refused.text, refused.headers.get("Content-Type")]).toEqual([402, '{"pay":true}', "application/json"]);
    application.answer = { ok: false, error: { code: "application_unreachable", detail: "No answer." } };
    expect(await post("/v1/uploads", DRAFT)).toMatchObject({ status: 503, json: { code: "application_unreachable", retryable: true } });
  });
});

describe("an upload", () => {
  const opened = async (api: Awaited<ReturnType<typeof apiUnderTest>>, change: object = {}) => {
    const { json } = await api.post("/v1/uploads", { ...DRAFT, ...change });
    return { id: String(json["id"]), url: new URL(String(json["upload_url"])).pathname };
  };

  test("tells its live offset, to its creator alone", async () => {
    const api = await apiUnderTest();
    const { id, url } = await opened(api);
    await api.send(url, { method: "PATCH", as: null, body: "bytes", headers: { ...TUS, "Upload-Offset": "0" } });
    expect(await api.send(`/v1/uploads/${id}`)).toMatchObject({ status: 200, json: { id, offset: 5, stored_bytes: 5 } });
    const other = aCreator();
    await api.creators.add(other, null);
    const { authorization } = await api.keyWith({}, other);
    expect(await api.send(`/v1/uploads/${id}`, { as: authorization })).toMatchObject({ status: 404, json: { code: "upload_not_found" } });
    expect(await api.send("/v1/uploads/nonsense")).toMatchObject({ status: 404, json: { code: "upload_not_found" } });
  });

  test("is cancelled, as often as one likes, unless it is over already", async () => {
    const api = await apiUnderTest();
    const { id } = await opened(api);
    const cancel = (upload: string) => api.send(`/v1/uploads/${upload}`, { method: "DELETE" });
    expect([(await cancel(id)).status, (await cancel(id)).status]).toEqual([204, 204]);
    expect(await api.send(`/v1/uploads/${id}`)).toMatchObject({ json: { status: "cancelled" } });
    const expired = await opened(api);
    api.sessions.of(expired.id).expire();
    expect(await cancel(expired.id)).toMatchObject({ status: 410, json: { code: "upload_gone" } });
    expect(await cancel(newId("upl"))).toMatchObject({ status: 404, json: { code: "upload_not_found" } });
  });

  test("gets one more URL, and the first one goes on working", async () => {
    const api = await apiUnderTest();
    const { id, url } = await opened(api);
    const second = await api.send(`/v1/uploads/${id}/handle`, { method: "POST" });
    expect(second).toMatchObject({ status: 201, json: { id } });
    const other = new URL(String(second.json["upload_url"])).pathname;
    expect(other).not.toBe(url);
    for (const path of [url, other])
      expect((await api.send(path, { method: "HEAD", as: null, headers: { "Tus-Resumable": "1.0.0" } })).status).toBe(200);
  });

  test.each([
    ["GET", "", "uploads:read"],
    ["DELETE", "", "uploads:write"],
    ["POST", "/handle", "uploads:write"],
  ] as const)("needs for %s%s the scope %s", async (method, path, scope) => {
    const api = await apiUnderTest();
    const { id } = await opened(api);
    const without = await api.keyWith({ scopes: ["assets:read"] });
    const within = await api.keyWith({ scopes: [scope] });
    const url = `/v1/uploads/${id}${path}`;
    expect(await api.send(url, { method, as: null })).toMatchObject({ status: 401, json: { code: "unauthorized" } });
    expect((await api.send(url, { method, as: null })).headers.get("WWW-Authenticate")).toMatch(/^Bearer/);
    expect(await api.send(url, { method, as: without.authorization })).toMatchObject({ status: 403, json: { code: "forbidden", scope } });
    expect((await api.send(url, { method, as: within.authorization })).status).toBeLessThan(300);
  });
});

describe("listUploads", () => {
  test("goes page by page by cursors that are bound to their filters", async () => {
    const api = await apiUnderTest();
    for (const external_id of ["a", "b", "c"]) await api.post("/v1/uploads", { ...DRAFT, external_id });
    const first = await api.send("/v1/uploads?limit=2");
    expect(first).toMatchObject({ status: 200, json: { has_more: true } });
    const cursor = String(first.json["next_cursor"]);
    expect(first.headers.get("Link")).toBe(`<${ORIGIN}/v1/uploads?limit=2&cursor=${cursor}>; rel="next"`);
    const last = await api.send(`/v1/uploads?limit=2&cursor=${cursor}`);
    expect(last).toMatchObject({ status: 200, json: { has_more: false, next_cursor: null } });
    const ids = [first, last].flatMap(({ json }) => (json["data"] as { id: string }[]).map(({ id }) => id));
    expect(new Set(ids).size).toBe(3);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(last.headers.has("Link")).toBe(false);
    expect(await api.send(`/v1/uploads?status=failed&cursor=${cursor}`)).toMatchObject({ status: 400, json: { code: "invalid_cursor" } });
    expect(await api.send(`/v1/assets?cursor=${cursor}`)).toMatchObject({ status: 400, json: { code: "invalid_cursor" } });
    expect(await api.send(`/v1/uploads?cursor=${newId("upl")}.${cursor.split(".")[1] ?? ""}`)).toMatchObject({
      json: { code: "invalid_cursor" },
    });
    const other = await api.keyWith({}, aCreator());
    expect(await api.send(`/v1/uploads?cursor=${cursor}`, { as: other.authorization })).toMatchObject({ json: { code: "invalid_cursor" } });
  });

  test("filters, and refuses filters that are none", async () => {
    const api = await apiUnderTest();
    for (const external_id of ["a", "b"]) await api.post("/v1/uploads", { ...DRAFT, external_id });
    expect(await api.send("/v1/uploads?external_id=b")).toMatchObject({ json: { data: [{ external_id: "b" }] } });
    expect((await api.send("/v1/uploads?status=completed")).json["data"]).toEqual([]);
    expect(await api.send("/v1/uploads?status=done")).toMatchObject({
      status: 400,
      json: { code: "invalid_request", errors: [{ pointer: "/status" }] },
    });
    expect(await api.send("/v1/uploads?limit=101")).toMatchObject({ status: 400, json: { errors: [{ pointer: "/limit" }] } });
  });
});
