import { expect, test } from "vitest";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";
import { aCreator, newId } from "#test/fakes/builders.ts";

async function withKeys() {
  const api = await apiUnderTest();
  const other = aCreator();
  await api.creators.add(other, null);
  const foreign = await api.keyWith({ name: "theirs" }, other);
  const path = (creatorId: string, below = "") => `/v1/operator/creators/${creatorId}/keys${below}`;
  const ask = (at: string, method = "GET", as = api.asOperator) => api.send(at, { method, as });
  return { ...api, other, foreign, path, ask };
}

test("an operator sees a creator's keys, newest first, revoked ones too, and never their text", async () => {
  const { path, ask, creator, key, keyWith, authorization, foreign } = await withKeys();
  const second = await keyWith({ name: "second", scopes: ["uploads:read"] });
  await ask(path(creator.id, `/${key.id}`), "DELETE");
  const listed = await ask(path(creator.id));
  const newestFirst = [key, second.key].toSorted((a, b) => (a.id < b.id ? 1 : -1)).map(({ id }) => id);
  expect(listed).toMatchObject({ status: 200, json: { data: newestFirst.map((id) => ({ id, creator_id: creator.id })), has_more: false } });
  const data = listed.json["data"] as { id: string; revoked_at: string | null }[];
  expect(new Map(data.map(({ id, revoked_at: at }) => [id, at !== null]))).toEqual(
    new Map([
      [key.id, true],
      [second.key.id, false],
    ]),
  );
  for (const text of [authorization.slice("Bearer ".length), second.text, foreign.key.id]) expect(listed.text).not.toContain(text);
});

test("pages hang together, and a cursor belongs to one creator's list", async () => {
  const { path, ask, creator, other, keyWith } = await withKeys();
  await keyWith();
  const first = await ask(path(creator.id, "?limit=1"));
  expect(first.json).toMatchObject({ has_more: true });
  const cursor = encodeURIComponent(String(first.json["next_cursor"]));
  const next = await ask(path(creator.id, `?limit=1&cursor=${cursor}`));
  expect(next.json).toMatchObject({ has_more: false, next_cursor: null });
  const [seen, then] = [first, next].map(({ json }) => (json["data"] as { id: string }[])[0]?.id ?? "");
  expect((seen ?? "") > (then ?? "")).toBe(true);
  expect(await ask(path(other.id, `?cursor=${cursor}`))).toMatchObject({ status: 400, json: { code: "invalid_cursor" } });
});

test("a key that an operator revokes is worth nothing from then on, and who did it is in the audit log", async () => {
  const { path, ask, creator, key, send, foreign, audit } = await withKeys();
  expect((await send("/v1/uploads")).status).toBe(200);
  const revoked = await ask(path(creator.id, `/${key.id}`), "DELETE");
  expect(revoked.status).toBe(204);
  expect(await send("/v1/uploads")).toMatchObject({ status: 401, json: { detail: "This API key has been revoked." } });
  expect((await send("/v1/uploads", { as: foreign.authorization })).status).toBe(200);
  const entry = audit.records.at(-1);
  expect(entry).toMatchObject({ action: "key.revoked", resource: key.id, requestId: revoked.headers.get("Request-Id") });
  expect(entry?.actor).toMatch(/^operator-key:[0-9a-f]{16}$/);
  expect((await ask(path(creator.id, `/${key.id}`), "DELETE")).status).toBe(204);
  expect(audit.records.at(-1)).toBe(entry);
});

test("what is not there is said, and changes nothing", async () => {
  const { path, ask, creator, foreign, send, audit } = await withKeys();
  const before = audit.records.length;
  for (const id of [newId("crt"), "crt_x"]) {
    expect(await ask(path(id))).toMatchObject({ status: 404, json: { code: "creator_not_found" } });
    expect(await ask(path(id, `/${foreign.key.id}`), "DELETE")).toMatchObject({ status: 404, json: { code: "creator_not_found" } });
  }
  for (const id of [foreign.key.id, newId("key"), "key_x"])
    expect(await ask(path(creator.id, `/${id}`), "DELETE")).toMatchObject({ status: 404, json: { code: "key_not_found" } });
  expect((await send("/v1/uploads", { as: foreign.authorization })).status).toBe(200);
  expect(audit.records).toHaveLength(before);
});

test("is for operators alone, a creator's own keys included", async () => {
  const { path, ask, creator, key, authorization } = await withKeys();
  for (const [method, at] of [
    ["GET", path(creator.id)],
    ["DELETE", path(creator.id, `/${key.id}`)],
  ] as const)
    expect(await ask(at, method, authorization)).toMatchObject({ status: 401, json: { code: "unauthorized" } });
});
