import { expect, test } from "vitest";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";
import { newId } from "#test/fakes/builders.ts";

type Entry = {
  number: number;
  action: string;
  actor: string;
  resource: string;
  request_id: string;
  before: unknown;
  after: unknown;
  hash: string;
};
type Page = { data: Entry[]; has_more: boolean; next_cursor: string | null };

async function underAudit() {
  const api = await apiUnderTest();
  const listed = async (query = ""): Promise<Page> => {
    const answer = await api.send(`/v1/operator/audit${query}`, { as: api.asOperator });
    expect(answer.status).toBe(200);
    return JSON.parse(answer.text) as Page;
  };
  const order = (path: string, body: unknown, method = "POST") => api.post(path, body, { as: api.asOperator, method });
  const verification = (query = "") => api.send(`/v1/operator/audit/verify${query}`, { as: api.asOperator });
  return { ...api, listed, order, verification };
}

test("every order of an operator is in the log, with who, by which request, before and after, and no secret", async () => {
  const { order, listed, send, post } = await underAudit();
  const creator = await order("/v1/operator/creators", { name: "Newsroom", external_id: "news", keep_seconds: 3600 });
  const id = String(creator.json["id"]);
  expect(await order(`/v1/operator/creators/${id}`, { keep_seconds: null, name: "Archive" }, "PATCH")).toMatchObject({
    status: 200,
    json: { name: "Archive", external_id: "news", keep_seconds: null },
  });
  const key = await order(`/v1/operator/creators/${id}/keys`, { name: "First", scopes: ["keys:write"] });
  const own = await post("/v1/keys", { name: "Second" }, { as: `Bearer ${String(key.json["key"])}` });
  await send(`/v1/keys/${String(own.json["id"])}`, { method: "DELETE", as: `Bearer ${String(key.json["key"])}` });

  const { data } = await listed();
  const [revoked, second, first, changed, created] = data;
  expect(created).toMatchObject({
    action: "creator.created",
    resource: id,
    before: null,
    after: { name: "Newsroom", keep_ms: 3_600_000 },
    request_id: creator.headers.get("Request-Id"),
  });
  expect(created?.actor).toMatch(/^operator-key:[0-9a-f]{16}$/);
  expect(changed).toMatchObject({ before: { name: "Newsroom", keep_ms: 3_600_000 }, after: { name: "Archive", keep_ms: null } });
  expect(first).toMatchObject({
    action: "key.created",
    resource: key.json["id"],
    after: { creator_id: id, name: "First", scopes: ["keys:write"] },
  });
  expect(second).toMatchObject({ action: "key.created", actor: `api-key:${String(key.json["id"])}` });
  expect(revoked).toMatchObject({ action: "key.revoked", resource: own.json["id"], before: { revoked_at: null } });
  const text = JSON.stringify(data);
  for (const secret of [key.json["key"], own.json["key"], "operator-key-0123456789"]) expect(text).not.toContain(secret);
});

test("an order that was refused leaves no entry", async () => {
  const { order, listed } = await underAudit();
  await order("/v1/operator/creators", { name: "A", external_id: "x" });
  const before = (await listed()).data.length;
  expect(await order("/v1/operator/creators", { name: "B", external_id: "x" })).toMatchObject({ json: { code: "external_id_taken" } });
  expect(await order(`/v1/operator/creators/${newId("crt")}`, { name: "C" }, "PATCH")).toMatchObject({
    json: { code: "creator_not_found" },
  });
  expect(await order("/v1/operator/creators", { name: "" })).toMatchObject({ json: { code: "invalid_request" } });
  expect((await listed()).data).toHaveLength(before);
});

test("pages hang together, and a cursor belongs to its filters", async () => {
  const { order, listed, send, asOperator } = await underAudit();
  for (let index = 0; index < 5; index += 1) await order("/v1/operator/creators", { name: `C${index}` });
  const numbers: number[] = [];
  let query = "?limit=2&action=creator.created";
  for (let page = await listed(query); ; page = await listed(query)) {
    numbers.push(...page.data.map(({ number }) => number));
    if (page.next_cursor === null) break;
    query = `?limit=2&action=creator.created&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
  expect(numbers).toEqual(numbers.toSorted((a, b) => b - a));
  expect(numbers).toHaveLength(5);
  const foreign = query.replace("&action=creator.created", "");
  expect(await send(`/v1/operator/audit${foreign}`, { as: asOperator })).toMatchObject({ status: 400, json: { code: "invalid_cursor" } });
  expect(await send("/v1/operator/audit?cursor=7.x", { as: asOperator })).toMatchObject({ json: { code: "invalid_cursor" } });
  expect(await send("/v1/operator/audit?action=none", { as: asOperator })).toMatchObject({ json: { code: "invalid_request" } });
});

test("is verified, and says where it is broken", async () => {
  const { order, verification, audit } = await underAudit();
  for (let index = 0; index < 3; index += 1) await order("/v1/operator/creators", { name: `C${index}` });
  const intact = await verification();
  expect(intact).toMatchObject({ status: 200, json: { status: "intact", checked: 4, first_break: null, has_more: false } });
  const { number, hash } = intact.json["last"] as { number: number; hash: string };
  expect((await verification(`?anchor=${number}:${hash}`)).json).toMatchObject({ status: "intact" });
  expect((await verification(`?anchor=${number}:${"0".repeat(64)}`)).json).toMatchObject({ status: "broken", first_break: { number } });
  expect((await verification(`?anchor=${number + 1}:${hash}`)).json).toMatchObject({
    status: "broken",
    first_break: { number: number + 1 },
  });
  expect(await verification("?anchor=1:xyz")).toMatchObject({ status: 400, json: { code: "invalid_request" } });
  audit.records.splice(2, 1);
  expect((await verification()).json).toMatchObject({ status: "broken", checked: 2, first_break: { number: 3, reason: "missing" } });
});

test("is for operators alone", async () => {
  const { send, authorization } = await underAudit();
  for (const path of ["/v1/operator/audit", "/v1/operator/audit/verify"]) {
    expect(await send(path, { as: authorization })).toMatchObject({ status: 401, json: { code: "unauthorized" } });
  }
});
