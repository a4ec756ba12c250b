import { describe, expect, test } from "vitest";
import { aCreator, newId, NOW } from "#test/fakes/builders.ts";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";

describe("keys", () => {
  test("are shown once, work, and are kept as a hash", async () => {
    const api = await apiUnderTest();
    const created = await api.post("/v1/keys", { name: "Second", scopes: ["uploads:read"] });
    expect(created).toMatchObject({ status: 201, json: { name: "Second", scopes: ["uploads:read"], revoked_at: null } });
    const text = String(created.json["key"]);
    expect(text).toMatch(/^key_[0-9a-z]{26}_[\w-]{43}$/);
    expect((await api.send("/v1/uploads", { as: `Bearer ${text}` })).status).toBe(200);
    expect((await api.send("/v1/keys")).text).not.toContain(text);
    expect(await api.keys.byHash(await api.secrets.sha256(text))).toMatchObject({ id: created.json["id"] });
  });

  test("that differ in one character do not work", async () => {
    const { authorization, send } = await apiUnderTest();
    const last = authorization.endsWith("A") ? "B" : "A";
    expect((await send("/v1/uploads", { as: authorization })).status).toBe(200);
    expect(await send("/v1/uploads", { as: authorization.slice(0, -1) + last })).toMatchObject({
      status: 401,
      json: { code: "unauthorized" },
    });
  });

  test("grant no scope that they have not themselves", async () => {
    const api = await apiUnderTest();
    const { authorization } = await api.keyWith({ scopes: ["keys:write", "uploads:read"] });
    const create = (scopes?: string[]) =>
      api.post("/v1/keys", { name: "k", ...(scopes === undefined ? {} : { scopes }) }, { as: authorization });
    expect(await create(["uploads:read"])).toMatchObject({ status: 201 });
    expect(await create()).toMatchObject({ status: 201, json: { scopes: ["keys:write", "uploads:read"] } });
    expect(await create(["uploads:write"])).toMatchObject({ status: 403, json: { code: "forbidden", scope: "uploads:write" } });
    expect(await create(["everything"])).toMatchObject({ status: 400, json: { errors: [{ pointer: "/scopes/0" }] } });
  });

  test("are revoked at once, by their own creator", async () => {
    const api = await apiUnderTest();
    const { key, authorization } = await api.keyWith();
    const foreign = await api.keyWith({}, aCreator());
    expect((await api.send("/v1/uploads", { as: authorization })).status).toBe(200);
    expect(await api.send(`/v1/keys/${foreign.key.id}`, { method: "DELETE" })).toMatchObject({
      status: 404,
      json: { code: "key_not_found" },
    });
    expect((await api.send(`/v1/keys/${key.id}`, { method: "DELETE" })).status).toBe(204);
    expect(await api.send("/v1/uploads", { as: authorization })).toMatchObject({
      status: 401,
      json: { detail: "This API key has been revoked." },
    });
    expect((await api.send("/v1/uploads", { as: foreign.authorization })).status).toBe(200);
  });

  test("end when they said they would", async () => {
    const api = await apiUnderTest();
    const created = await api.post("/v1/keys", { name: "k", expires_at: new Date(NOW + 1000).toISOString() });
    const as = `Bearer ${String(created.json["key"])}`;
    api.time.now = NOW + 999;
    expect((await api.send("/v1/uploads", { as })).status).toBe(200);
    api.time.now = NOW + 1000;
    expect(await api.send("/v1/uploads", { as })).toMatchObject({ status: 401, json: { detail: "This API key has expired." } });
  });

  test("note their use, once an hour", async () => {
    const api = await apiUnderTest();
    const use = async (at: number) => {
      api.time.now = at;
      await api.send("/v1/uploads");
      return (await api.keys.list(api.creator.id, { limit: 1, before: null })).items[0]?.lastUsedAt;
    };
    expect([await use(NOW + 1), await use(NOW + 3_600_000), await use(NOW + 3_600_001)]).toEqual([NOW + 1, NOW + 1, NOW + 3_600_001]);
  });
});

describe("the operator", () => {
  test("creates creators and keys for them", async () => {
    const { post, send, asOperator } = await apiUnderTest();
    const creator = await post("/v1/operator/creators", { name: "Newsroom", external_id: "news" }, { as: asOperator });
    expect(creator).toMatchObject({ status: 201, json: { name: "Newsroom", external_id: "news" } });
    const key = await post(`/v1/operator/creators/${String(creator.json["id"])}/keys`, { name: "First" }, { as: asOperator });
    expect(key).toMatchObject({ status: 201, json: { creator_id: creator.json["id"] } });
    expect((await send("/v1/uploads", { as: `Bearer ${String(key.json["key"])}` })).status).toBe(200);
    expect(await send("/v1/operator/creators?limit=1", { as: asOperator })).toMatchObject({
      json: { data: [{ name: "Newsroom" }], has_more: true },
    });
    expect(await post("/v1/operator/creators", { name: "Other", external_id: "news" }, { as: asOperator })).toMatchObject({
      status: 409,
      json: { code: "external_id_taken", external_id: "news" },
    });
    expect(await post(`/v1/operator/creators/${newId("crt")}/keys`, { name: "k" }, { as: asOperator })).toMatchObject({
      json: { code: "creator_not_found" },
    });
  });

  test.each(["/v1/operator/creators", `/v1/operator/uploads/${newId("upl")}`])("alone may GET %s", async (path) => {
    const { send, authorization, asOperator } = await apiUnderTest();
    expect((await send(path, { as: asOperator })).json["code"]).not.toBe("unauthorized");
    for (const as of [null, authorization, `${asOperator}x`, asOperator.slice(0, -1), "Bearer "]) {
      expect(await send(path, { as })).toMatchObject({ status: 401, json: { code: "unauthorized" } });
    }
  });

  test("has no creator of its own", async () => {
    const { send, asOperator } = await apiUnderTest();
    expect(await send("/v1/uploads", { as: asOperator })).toMatchObject({ status: 401 });
  });

  test("sees anybody's upload and brings its row in step", async () => {
    const api = await apiUnderTest();
    const { json } = await api.post("/v1/uploads", { filename: "a.mp4", length: 10 });
    const path = `/v1/operator/uploads/${String(json["id"])}`;
    await api.send(new URL(String(json["upload_url"])).pathname, {
      method: "PATCH",
      body: "12345",
      headers: { "Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0" },
    });
    expect(await api.send(path, { as: api.asOperator })).toMatchObject({ status: 200, json: { offset: 0 } });
    expect(await api.send(`${path}/resync`, { method: "POST", as: api.asOperator })).toMatchObject({ status: 200, json: { offset: 5 } });
    expect(await api.send(path, { as: api.asOperator })).toMatchObject({ json: { offset: 5 } });
    expect(await api.send(`/v1/operator/uploads/${newId("upl")}/resync`, { method: "POST", as: api.asOperator })).toMatchObject({
      status: 404,
    });
  });
});
