import { expect, test } from "vitest";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";
import { aReservation, GENEROUS, newId, NOW } from "#test/fakes/builders.ts";

const DRAFT = { filename: "a.mp4", length: 10 };

async function underSwitches() {
  const api = await apiUnderTest();
  const set = (key: string, body: object = { reason: "Maintenance until noon." }) =>
    api.post(`/v1/operator/switches/${key}`, body, { as: api.asOperator, method: "PUT" });
  const ask = (key: string, method = "GET") => api.send(`/v1/operator/switches${key}`, { as: api.asOperator, method });
  return { ...api, set, ask };
}

test("paused uploads are refused in every dialect with the reason, and what is open goes on", async () => {
  const { set, ask, post, send } = await underSwitches();
  const open = await post("/v1/uploads", DRAFT);
  expect(await set("uploads")).toMatchObject({ status: 200, json: { key: "uploads", reason: "Maintenance until noon.", stopped: 0 } });
  const refused = await post("/v1/uploads", DRAFT);
  expect(refused).toMatchObject({ status: 503, json: { code: "uploads_paused", retryable: true, reason: "Maintenance until noon." } });
  expect(refused.headers.get("Retry-After")).toBe("300");
  const tus = await send("/files", { method: "POST", headers: { "Tus-Resumable": "1.0.0", "Upload-Length": "10" } });
  expect(tus.status).toBe(503);
  expect((await send("/upload/b.mp4", { method: "PUT", body: "0123456789" })).status).toBe(503);

  const url = new URL(String(open.json["upload_url"]));
  const sent = await send(url.pathname, { as: null, method: "PUT", headers: { "Content-Range": "bytes 0-9/10" }, body: "0123456789" });
  expect(sent.status).toBe(200);
  expect((await ask("/uploads", "DELETE")).status).toBe(204);
  expect((await post("/v1/uploads", DRAFT)).status).toBe(201);
  expect(await ask("/uploads", "DELETE")).toMatchObject({ status: 404, json: { code: "switch_not_found" } });
});

test("a suspended creator alone is refused, and says so differently", async () => {
  const { set, post, creator, keyWith, creators } = await underSwitches();
  const other = { ...creator, id: newId("crt"), externalId: null };
  await creators.add(other, null);
  const { authorization } = await keyWith({}, other);
  await set(`uploads:${creator.id}`, { reason: "Write to support." });
  expect(await post("/v1/uploads", DRAFT)).toMatchObject({ status: 403, json: { code: "creator_suspended", detail: "Write to support." } });
  expect((await post("/v1/uploads", DRAFT, { as: authorization })).status).toBe(201);
});

test("stop cancels what is being received, of that creator alone, and is in the log before it happens", async () => {
  const { set, post, send, creator, keyWith, creators, audit } = await underSwitches();
  const other = { ...creator, id: newId("crt"), externalId: null };
  await creators.add(other, null);
  const { authorization } = await keyWith({}, other);
  const mine = await post("/v1/uploads", DRAFT);
  const theirs = await post("/v1/uploads", DRAFT, { as: authorization });
  expect(await set(`uploads:${creator.id}`, { reason: "Abuse", stop: true })).toMatchObject({ json: { stopped: 1, more_to_stop: false } });
  const status = async (id: unknown, as: string | undefined) =>
    (await send(`/v1/uploads/${String(id)}`, as === undefined ? {} : { as })).json["status"];
  expect(await status(mine.json["id"], undefined)).toBe("cancelled");
  expect(await status(theirs.json["id"], authorization)).toBe("receiving");
  expect(audit.records.slice(-2).map(({ action }) => action)).toEqual(["switch.set", "uploads.stopped"]);
  expect(await set("uploads", { reason: "Incident", stop: true })).toMatchObject({ json: { stopped: 1 } });
  expect(await status(theirs.json["id"], authorization)).toBe("cancelled");
});

test.each(["one creator's", "everybody's"])(
  "stop cancels two hundred at once, and says that there are more of %s",
  { timeout: 60_000 },
  async (whose) => {
    const api = await apiUnderTest({ limits: { maxOpenUploads: 1_000 } });
    for (let index = 0; index < 203; index += 1) expect((await api.post("/v1/uploads", DRAFT)).status).toBe(201);
    const key = whose === "everybody's" ? "uploads" : `uploads:${api.creator.id}`;
    const stop = async () => {
      const { json } = await api.post(`/v1/operator/switches/${key}`, { reason: "x", stop: true }, { as: api.asOperator, method: "PUT" });
      return [json["stopped"], json["more_to_stop"]];
    };
    expect([await stop(), await stop(), await stop()]).toEqual([
      [200, true],
      [3, false],
      [0, false],
    ]);
  },
);

test("stop passes over what can't be cancelled: a reservation of which no session knows", async () => {
  const { set, post, send, creator, directory } = await underSwitches();
  await directory.reserve(aReservation({ creatorId: creator.id, expiresAt: NOW + 1 }), GENEROUS);
  const { json } = await post("/v1/uploads", DRAFT);
  expect(await set("uploads", { reason: "x", stop: true })).toMatchObject({ status: 200, json: { stopped: 1 } });
  expect((await send(`/v1/uploads/${String(json["id"])}`)).json["status"]).toBe("cancelled");
});

test("the list shows what is off, page by page", async () => {
  const { set, ask, creator } = await underSwitches();
  expect((await ask("")).json).toMatchObject({ data: [], has_more: false });
  await set("uploads");
  await set(`uploads:${creator.id}`);
  const first = await ask("?limit=1");
  expect(first.json).toMatchObject({ data: [{ key: "uploads" }], has_more: true });
  expect(first.headers.get("Link")).toContain('rel="next"');
  const next = await ask(`?limit=1&cursor=${encodeURIComponent(String(first.json["next_cursor"]))}`);
  expect(next.json).toMatchObject({ data: [{ key: `uploads:${creator.id}` }], has_more: false, next_cursor: null });
  expect((await ask(`/uploads:${creator.id}`)).json).toMatchObject({ reason: "Maintenance until noon." });
});

test.each<[string, string, object | undefined, number, string]>([
  ["another switch", "downloads", undefined, 404, "switch_not_found"],
  ["a creator whom nobody knows", `uploads:${newId("crt")}`, undefined, 404, "creator_not_found"],
  ["no reason", "uploads", { reason: "" }, 400, "invalid_request"],
  ["a member that is not known", "uploads", { reason: "x", forever: true }, 400, "invalid_request"],
])("refuses %s", async (_name, key, body, status, code) => {
  const { set, audit } = await underSwitches();
  const before = audit.records.length;
  expect(await set(key, body)).toMatchObject({ status, json: { code } });
  expect(audit.records).toHaveLength(before);
});

test("is for operators alone", async () => {
  const { post, send } = await underSwitches();
  expect(await post("/v1/operator/switches/uploads", { reason: "x" }, { method: "PUT" })).toMatchObject({ status: 401 });
  expect(await send("/v1/operator/switches/uploads", { method: "DELETE" })).toMatchObject({ status: 401 });
});
