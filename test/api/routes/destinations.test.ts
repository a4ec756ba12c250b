import { beforeEach, describe, expect, test } from "vitest";
import { apiUnderTest, ORIGIN } from "#test/fakes/api-under-test.ts";
import { aCreator, newId, NOW } from "#test/fakes/builders.ts";

type Api = Awaited<ReturnType<typeof apiUnderTest>>;
let api: Api;
let connectionId: string;

beforeEach(async () => {
  api = await apiUnderTest();
  connectionId = (await api.linking.connected({}, api.creator.id)).id;
});

const create = async (draft = {}, init = {}) => api.post("/v1/destinations", { connection_id: connectionId, ...draft }, init);
const created = async (draft = {}): Promise<string> => String((await create(draft)).json["id"]);
const change = async (id: string, body: unknown, tag: string | null, as = api.authorization) =>
  api.post(`/v1/destinations/${id}`, body, { method: "PATCH", as, headers: tag === null ? {} : { "If-Match": tag } });
const stranger = async (): Promise<string> => {
  const creator = aCreator();
  await api.creators.add(creator, null);
  return (await api.keyWith({}, creator)).authorization;
};

test("a destination is made, read, changed, listed and deleted", async () => {
  const settings = {
    description: "Filmed by us.",
    tags: ["a"],
    category_id: "19",
    language: "pt-BR",
    privacy: "unlisted",
    made_for_kids: true,
  };
  const made = await create({ name: "Main", settings });
  expect(made.status).toBe(201);
  const id = String(made.json["id"]);
  expect(made.headers.get("Location")).toBe(`${ORIGIN}/v1/destinations/${id}`);
  const resource = {
    id,
    kind: "youtube",
    account: "youtube:UC-films",
    connection_id: connectionId,
    name: "Main",
    settings,
    paused_at: null,
    created_at: new Date(NOW).toISOString(),
  };
  expect(made.json).toEqual(resource);
  const read = await api.send(`/v1/destinations/${id}`);
  expect(read.json).toEqual(resource);
  const tag = read.headers.get("ETag") ?? "";
  expect([tag, made.headers.get("ETag")]).toEqual([tag, tag]);
  const changed = await change(id, { settings: { privacy: "public" } }, tag);
  expect(changed.json).toEqual({ ...resource, settings: { privacy: "public" } });
  expect(changed.headers.get("ETag")).not.toBe(tag);
  const renamed = await change(id, { name: "Second" }, changed.headers.get("ETag"));
  expect(renamed.json).toEqual({ ...resource, name: "Second", settings: { privacy: "public" } });
  expect((await api.send("/v1/destinations")).json).toEqual({ data: [renamed.json], has_more: false, next_cursor: null });
  expect((await api.send(`/v1/destinations/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await api.send("/v1/destinations")).json).toMatchObject({ data: [] });
  expect((await api.send(`/v1/destinations/${id}`)).json).toMatchObject({ status: 404, code: "destination_not_found" });
});

test("without a name it is called as its channel, and two may point to one", async () => {
  const [one, two] = [await create(), await create()];
  expect([one.json["name"], one.json["settings"]]).toEqual(["Zoë's films", {}]);
  expect(one.json["account"]).toBe(two.json["account"]);
  expect(one.json["id"]).not.toBe(two.json["id"]);
});

describe("a change", () => {
  test("names what it was made from, so that nobody's is lost", async () => {
    const id = await created();
    const body = { name: "Other" };
    expect((await change(id, body, null)).json).toMatchObject({ status: 428, code: "precondition_required" });
    expect((await change(id, body, '"2"')).json).toMatchObject({ status: 412, code: "precondition_failed" });
    expect((await change(id, body, 'W/"1"')).json).toMatchObject({ status: 412, code: "precondition_failed" });
    expect((await change(id, body, "1")).json).toMatchObject({ status: 400, code: "invalid_header" });
    expect((await change(id, body, '"1"')).status).toBe(200);
    expect((await change(id, body, '"1"')).json).toMatchObject({ code: "precondition_failed" });
    expect((await change(id, body, "*")).status).toBe(200);
  });

  test("that meets another on its way changes nothing", async () => {
    const id = await created();
    const { destinations } = api.services;
    const real = destinations.change;
    destinations.change = async () => false;
    expect((await change(id, { name: "Other" }, '"1"')).json).toMatchObject({ code: "precondition_failed" });
    expect((await api.send(`/v1/destinations/${id}/pause`, { method: "POST" })).json).toMatchObject({ code: "precondition_failed" });
    destinations.change = real;
    expect((await change(id, { name: "Other" }, '"1"')).status).toBe(200);
  });
});

const WRONG = { title: "Mine", publish_at: "2031-01-01T00:00:00Z" };

describe("settings", () => {
  const wrong = { privacy: "secret", tags: ["<"], category_id: "x", colour: "red" };
  const pointers = ["/settings/category_id", "/settings/colour", "/settings/privacy", "/settings/tags/0"];
  const pointersIn = (json: Record<string, unknown>) => (json["errors"] as { pointer: string }[]).map(({ pointer }) => pointer).toSorted();

  test("tell all that is wrong with them at once", async () => {
    const refused = await create({ settings: wrong });
    expect(refused.json).toMatchObject({ status: 422, code: "video_refused" });
    expect(pointersIn(refused.json)).toEqual(pointers);
    const changed = await change(await created(), { settings: wrong }, '"1"');
    expect(changed.json).toMatchObject({ status: 422, code: "video_refused" });
    expect(pointersIn(changed.json)).toEqual(pointers);
  });

  test("have no title and no time: each video has its own", async () => {
    const refused = await create({ settings: { ...WRONG, privacy: "public" } });
    expect(refused.json).toMatchObject({ code: "video_refused", errors: [{ code: "not_shared" }, { code: "not_shared" }] });
    expect(pointersIn(refused.json)).toEqual(["/settings/publish_at", "/settings/title"]);
    expect((await create({ settings: { privacy: "public" } })).status).toBe(201);
  });
});

describe("refuses", () => {
  test("a connection that is not there, or somebody else's, or no longer good", async () => {
    const other = await api.linking.connected({}, newId("crt"));
    for (const connection_id of [newId("con"), newId("dst"), "x", other.id])
      expect((await create({ connection_id })).json).toMatchObject({ status: 404, code: "connection_not_found" });
    const { connections } = api.services;
    const real = connections.find;
    connections.find = async (creatorId, id) => {
      const found = await real(creatorId, id);
      return found === null ? null : { ...found, status: "needs_reauth" };
    };
    expect((await create()).json).toMatchObject({ status: 409, code: "connection_unusable" });
    connections.find = real;
    expect((await create()).status).toBe(201);
  });

  test.each([
    ["an unknown member", { colour: "red" }, "invalid_request"],
    ["an empty name", { name: "" }, "invalid_request"],
    ["no connection", { connection_id: undefined }, "invalid_request"],
  ])("%s", async (_, draft, code) => {
    expect((await create(draft)).json).toMatchObject({ code });
    expect((await api.send("/v1/destinations")).json).toMatchObject({ data: [] });
  });

  test("a body that is no JSON, or says that it is none", async () => {
    const body = JSON.stringify({ connection_id: connectionId });
    const send = (type: string, text: string) =>
      api.send("/v1/destinations", { method: "POST", headers: { "Content-Type": type }, body: text });
    expect((await send("application/json", "{")).json).toMatchObject({ code: "invalid_json" });
    expect((await send("text/plain", body)).json).toMatchObject({ status: 415, code: "unsupported_media_type" });
    expect((await send("application/json", body)).status).toBe(201);
  });
});

describe("a pause", () => {
  test("is told to the line first, and shown; again changes nothing", async () => {
    const id = await created();
    const act = async (verb: string) => api.send(`/v1/destinations/${id}/${verb}`, { method: "POST" });
    expect((await act("pause")).json).toMatchObject({ id, paused_at: new Date(NOW).toISOString() });
    api.time.now += 1000;
    expect((await act("pause")).json).toMatchObject({ paused_at: new Date(NOW).toISOString() });
    expect((await api.send(`/v1/destinations/${id}`)).json).toMatchObject({ paused_at: new Date(NOW).toISOString() });
    expect((await act("resume")).json).toMatchObject({ paused_at: null });
    expect(api.publishing.heard).toEqual([true, true, false].map((on) => ({ account: "youtube:UC-films", pause: id, on })));
  });
});

test("lists go on where their cursor is, and no other list's", async () => {
  const ids = [await created(), await created(), await created()].toSorted().toReversed();
  const first = await api.send("/v1/destinations?limit=2");
  const idsIn = (json: Record<string, unknown>) => (json["data"] as { id: string }[]).map(({ id }) => id);
  const cursor = String(first.json["next_cursor"]);
  const second = await api.send(`/v1/destinations?limit=2&cursor=${cursor}`);
  expect([...idsIn(first.json), ...idsIn(second.json)]).toEqual(ids);
  expect(second.json).toMatchObject({ has_more: false });
  expect((await api.send(`/v1/deliveries?cursor=${cursor}`)).json).toMatchObject({ code: "invalid_cursor" });
  expect((await api.send("/v1/destinations?limit=0")).json).toMatchObject({ code: "invalid_request" });
});

const ROUTES = [
  ["GET", "", "publishing:read"],
  ["DELETE", "", "publishing:write"],
  ["PATCH", "", "publishing:write"],
  ["POST", "/pause", "publishing:write"],
  ["POST", "/resume", "publishing:write"],
] as const;

describe.each(ROUTES)("%s /v1/destinations/{id}%s", (method, rest, scope) => {
  const ask = async (id: string, as: string | null) =>
    api.send(`/v1/destinations/${id}${rest}`, {
      method,
      as,
      headers: method === "PATCH" ? { "If-Match": '"1"', "Content-Type": "application/json" } : {},
      ...(method === "PATCH" ? { body: '{"name":"Other"}' } : {}),
    });

  test("is nobody else's, and needs its scope", async () => {
    const id = await created();
    expect((await ask(id, await stranger())).json).toMatchObject({ status: 404, code: "destination_not_found" });
    for (const other of [newId("dst"), newId("dlv"), "x"])
      expect((await ask(other, api.authorization)).json).toMatchObject({ code: "destination_not_found" });
    const weak = await api.keyWith({ scopes: [scope === "publishing:read" ? "publishing:write" : "publishing:read"] });
    expect((await ask(id, weak.authorization)).json).toMatchObject({ status: 403, code: "forbidden" });
    expect((await ask(id, null)).json).toMatchObject({ status: 401, code: "unauthorized" });
    const strong = await api.keyWith({ scopes: [scope] });
    expect((await ask(id, strong.authorization)).status).toBeLessThan(300);
  });
});

test.each([
  ["GET", "publishing:read"],
  ["POST", "publishing:write"],
] as const)("%s /v1/destinations needs its scope", async (method, scope) => {
  const ask = async (as: string | null) => (method === "GET" ? api.send("/v1/destinations", { as }) : create({}, { as }));
  const weak = await api.keyWith({ scopes: [scope === "publishing:read" ? "publishing:write" : "publishing:read"] });
  expect((await ask(weak.authorization)).json).toMatchObject({ code: "forbidden" });
  expect((await ask(null)).json).toMatchObject({ code: "unauthorized" });
  expect((await ask((await api.keyWith({ scopes: [scope] })).authorization)).status).toBeLessThan(300);
});
