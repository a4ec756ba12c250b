import { beforeEach, describe, expect, test } from "vitest";
import { CONSENT_WORDS } from "#api/routes/connections/consent-words.ts";
import { accepted } from "#domain/publishing/answer.ts";
import { apiUnderTest, ORIGIN } from "#test/fakes/api-under-test.ts";
import { newId, NOW } from "#test/fakes/builders.ts";
import { CHANNEL, unanswered } from "#test/fakes/connecting-under-test.ts";

type Api = Awaited<ReturnType<typeof apiUnderTest>>;
let api: Api;

beforeEach(async () => {
  api = await apiUnderTest({ allowedOrigins: ["*", "https://app.example"] });
});

const DRAFT = { kind: "youtube" };
const pathOf = (url: unknown): string => String(url).replace(ORIGIN, "");
const begin = async (draft = {}, headers = {}) => api.post("/v1/connections", { ...DRAFT, ...draft }, { headers });

/** A browser: it keeps cookies and does not follow. */
function browser() {
  let cookie: string | null = null;
  return {
    get cookie() {
      return cookie;
    },
    visit: async (path: string, headers: Record<string, string> = {}, method = "GET") => {
      const sent = { ...headers, ...(cookie === null ? {} : { Cookie: cookie }) };
      const answer = await api.send(path, { as: null, method, headers: sent });
      cookie = answer.headers.get("Set-Cookie")?.split(";")[0] ?? cookie;
      return { ...answer, location: answer.headers.get("Location") };
    },
  };
}

/** Through Google, whose answer is what the page says. */
async function throughGoogle(draft = {}, answer: Record<string, string> = { code: "4/0code" }) {
  const { json } = await begin(draft);
  const person = browser();
  const { location } = await person.visit(pathOf(json["connect_url"]));
  const state = new URL(location ?? "http://no.where").searchParams.get("state") ?? "";
  const back = `/oauth/youtube/callback?${new URLSearchParams({ state, ...answer }).toString()}`;
  return { person, back, came: await person.visit(back) };
}
const connectedOne = async (draft = {}): Promise<string> => {
  const { came } = await throughGoogle(draft);
  expect(came.status).toBe(200);
  return ((await api.send("/v1/connections")).json["data"] as { id: string }[])[0]?.id ?? "";
};

test("the way of a person: an address of ours, Google, a page that says what is connected", async () => {
  const begun = await begin();
  expect(begun.status).toBe(201);
  expect(begun.json).toEqual({
    connect_url: expect.stringMatching(/^https:\/\/sluice\.test\/oauth\/youtube\/start\?ticket=crt_[0-9a-z]{26}\.[\w-]{43}$/),
    expires_at: new Date(NOW + 600_000).toISOString(),
  });
  expect(begun.headers.get("Cache-Control")).toBe("no-store");

  const person = browser();
  const started = await person.visit(pathOf(begun.json["connect_url"]));
  expect([started.status, started.headers.get("Cache-Control")]).toEqual([303, "no-store"]);
  expect(started.headers.get("Set-Cookie")).toMatch(
    /^__Host-sluice-consent=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
  const google = new URL(started.location ?? "");
  expect(google.origin).toBe("https://accounts.example");
  expect(api.linking.google.asked.consents[0]?.redirectUri).toBe(`${ORIGIN}/oauth/youtube/callback`);

  const came = await person.visit(`/oauth/youtube/callback?state=${google.searchParams.get("state") ?? ""}&code=4/0x`);
  expect([came.status, came.headers.get("Cache-Control")]).toEqual([200, "no-store"]);
  expect(came.text).toContain("“Zoë&#39;s films” is connected.");
  expect(came.headers.get("Content-Security-Policy")).toContain("default-src 'none'; style-src 'self'");
  expect(came.text).not.toContain("<script");
});

test("a connection is read, listed and ended", async () => {
  const id = await connectedOne();
  const resource = {
    id,
    kind: "youtube",
    channel: { id: "UC-films", title: CHANNEL.title, picture_url: CHANNEL.pictureUrl },
    capabilities: ["publish"],
    status: "active",
    connected_at: new Date(NOW).toISOString(),
    changed_at: new Date(NOW).toISOString(),
  };
  expect((await api.send(`/v1/connections/${id}`)).json).toEqual(resource);
  expect((await api.send("/v1/connections")).json).toEqual({ data: [resource], has_more: false, next_cursor: null });
  expect((await api.send(`/v1/connections/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await api.send("/v1/connections")).json).toMatchObject({ data: [] });
  for (const method of ["GET", "DELETE"])
    expect((await api.send(`/v1/connections/${id}`, { method })).json).toMatchObject({ code: "connection_not_found", status: 404 });
});

test("lists go on where their cursor is, and no other list's", async () => {
  for (const channel of ["UC-a", "UC-b", "UC-c"]) {
    api.linking.channels.answer = accepted([{ ...CHANNEL, id: channel }]);
    await throughGoogle();
  }
  const first = await api.send("/v1/connections?limit=2");
  expect(first.json).toMatchObject({ has_more: true, data: [{ channel: { id: expect.any(String) } }, {}] });
  const second = await api.send(`/v1/connections?limit=2&cursor=${String(first.json["next_cursor"])}`);
  expect(second.json).toMatchObject({ has_more: false, data: [{}] });
  expect((await api.send(`/v1/webhooks?cursor=${String(first.json["next_cursor"])}`)).json).toMatchObject({ code: "invalid_cursor" });
});

test("another creator sees, ends and renews nothing", async () => {
  const id = await connectedOne();
  const other = await api.keyWith({}, { ...api.creator, id: newId("crt") });
  const as = other.authorization;
  expect((await api.send("/v1/connections", { as })).json).toMatchObject({ data: [] });
  for (const method of ["GET", "DELETE"])
    expect((await api.send(`/v1/connections/${id}`, { method, as })).json).toMatchObject({ code: "connection_not_found" });
  expect((await api.post("/v1/connections", { ...DRAFT, connection_id: id }, { as })).json).toMatchObject({ code: "connection_not_found" });
  expect((await begin({ connection_id: id })).status).toBe(201);
});

test.each([
  ["POST", "/v1/connections", "publishing:write"],
  ["GET", "/v1/connections", "publishing:read"],
  ["GET", `/v1/connections/${newId("con")}`, "publishing:read"],
  ["DELETE", `/v1/connections/${newId("con")}`, "publishing:write"],
] as const)("%s %s takes a key with %s", async (method, path, scope) => {
  const as = (await api.keyWith({ scopes: ["publishing:read", "publishing:write"].filter((each) => each !== scope) as [] })).authorization;
  const init = method === "POST" ? { body: JSON.stringify(DRAFT), headers: { "Content-Type": "application/json" } } : {};
  expect((await api.send(path, { method, as, ...init })).json).toMatchObject({ code: "forbidden", scope });
  expect((await api.send(path, { method, as: null, ...init })).json).toMatchObject({ code: "unauthorized" });
  const enough = (await api.keyWith({ scopes: [scope] })).authorization;
  expect((await api.send(path, { method, as: enough, ...init })).json["code"]).not.toBe("forbidden");
});

describe("a draft", () => {
  test.each([
    [{ kind: "vimeo" }, "invalid_request"],
    [{ capabilities: [] }, "invalid_request"],
    [{ capabilities: ["publish", "publish"] }, "invalid_request"],
    [{ capabilities: ["own"] }, "invalid_request"],
    [{ colour: "red" }, "invalid_request"],
    [{ connection_id: "con_1" }, "connection_not_found"],
    [{ connection_id: newId("con") }, "connection_not_found"],
    [{ return_to: "https://other.example/" }, "return_to_refused"],
    [{ return_to: "/channels" }, "return_to_refused"],
    [{ return_to: "javascript:alert(1)" }, "return_to_refused"],
    [{ return_to: "https://app.example@other.example/" }, "return_to_refused"],
    [{ return_to: "https://me:secret@app.example/" }, "return_to_refused"],
    [{ return_to: "http://app.example/" }, "return_to_refused"],
    [{ return_to: "https://app.example.other.example/" }, "return_to_refused"],
  ])("of %j is refused: %s", async (change, code) => {
    expect((await begin()).status).toBe(201);
    expect((await begin(change)).json).toMatchObject({ code });
  });

  test.each(["https://app.example/channels?tab=2#list", `${ORIGIN}/`])("may send people back to %s", async (returnTo) => {
    expect((await begin({ return_to: returnTo })).status).toBe(201);
  });

  test("with a key is the same again, and another body under it is refused", async () => {
    const headers = { "Idempotency-Key": "k-1" };
    const first = await begin({}, headers);
    const second = await begin({}, headers);
    expect(second.json).toEqual(first.json);
    expect([first.headers.get("Idempotent-Replayed"), second.headers.get("Idempotent-Replayed")]).toEqual([null, "true"]);
    expect((await begin({ capabilities: ["manage"] }, headers)).json).toMatchObject({ code: "idempotency_key_reused" });
    expect((await begin({}, { "Idempotency-Key": "" })).json).toMatchObject({ code: "invalid_header" });
  });

  test("without a project at Google is refused", async () => {
    Object.assign(api.services, {
      connecting: { ...api.services.connecting, begin: async () => ({ ok: false, error: { code: "youtube_not_configured" } }) },
    });
    expect((await begin()).json).toMatchObject({ code: "youtube_not_configured", status: 503, retryable: false });
  });
});

describe("people are sent on to the application", () => {
  const returnTo = "https://app.example/channels?tab=2";

  test("with the connection", async () => {
    const { came } = await throughGoogle({ return_to: returnTo });
    expect(came.status).toBe(303);
    expect(came.location).toMatch(/^https:\/\/app\.example\/channels\?tab=2&connection=con_[0-9a-z]{26}$/);
  });

  test("with what went wrong", async () => {
    const { came } = await throughGoogle({ return_to: returnTo }, { error: "access_denied" });
    expect([came.status, came.location]).toEqual([303, "https://app.example/channels?tab=2&connection_error=consent_denied"]);
  });

  test("but not with an answer that another browser brings", async () => {
    const { back, person } = await throughGoogle({ return_to: returnTo });
    expect(person.cookie).not.toBeNull();
    const { status, location, text } = await browser().visit(back);
    expect([status, location]).toEqual([400, null]);
    expect(text).toContain("This link is used up");
  });
});

describe("a page says what happened and what to do", () => {
  test.each([
    [{ error: "access_denied" }, 403, "You said no"],
    [{ error: "<b>odd</b>" }, 502, "Google sent you back with <code>&lt;b&gt;odd&lt;/b&gt;</code>"],
  ])("of %j", async (answer, status, words) => {
    const { came } = await throughGoogle({}, answer);
    expect([came.status, came.headers.get("Cache-Control")]).toEqual([status, "no-store"]);
    expect(came.text).toContain(words);
    expect(came.text).not.toContain("<b>");
  });

  test("of YouTube that is away", async () => {
    api.linking.channels.answer = unanswered;
    const { came } = await throughGoogle();
    expect(came.status).toBe(502);
    expect(came.text).toContain("Connect it again in a few minutes.");
  });

  test("of a channel that is another", async () => {
    const id = await connectedOne();
    api.linking.channels.answer = accepted([{ ...CHANNEL, id: "UC-cats", title: "<Cats>" }]);
    const { came } = await throughGoogle({ connection_id: id });
    expect(came.status).toBe(409);
    expect(came.text).toContain("chose “&lt;Cats&gt;”");
  });

  test("of a link that another browser has", async () => {
    const { json } = await begin();
    const path = pathOf(json["connect_url"]);
    expect((await browser().visit(path)).status).toBe(303);
    const second = await browser().visit(path);
    expect([second.status, second.headers.get("Set-Cookie")]).toEqual([403, null]);
    expect(second.text).toContain("This link belongs to another browser");
  });

  test("of a link that is over, or none", async () => {
    const { json } = await begin();
    api.time.now += 600_000;
    expect((await browser().visit(pathOf(json["connect_url"]))).status).toBe(410);
    expect((await browser().visit("/oauth/youtube/start")).status).toBe(400);
    expect((await browser().visit("/oauth/youtube/callback")).status).toBe(400);
  });

  test.each(Object.entries(CONSENT_WORDS))("%s has a status, a title, and two sentences at least", (code, { status, title, say }) => {
    const evidence = { code, detail: "Why.", scopes: ["https://www.googleapis.com/auth/youtube"], expected: "One", granted: "Two" };
    const [what, next] = (say as (refusal: unknown) => readonly [string, string])(evidence);
    expect(status).toBeGreaterThanOrEqual(400);
    for (const text of [what, next]) expect(text).toMatch(/^[^ ].*[.`\n]$/s);
    expect(`${title} ${what} ${next}`).not.toMatch(/undefined|null|\[object/);
  });
});

describe("a link that is looked at ahead of a click", () => {
  test.each([
    ["HEAD", {}],
    ["GET", { "Sec-Purpose": "prefetch" }],
    ["GET", { "Sec-Purpose": "prefetch;prerender" }],
  ])("by %s with %j belongs to nobody yet", async (method, headers) => {
    const { json } = await begin();
    const path = pathOf(json["connect_url"]);
    const ahead = await browser().visit(path, headers, method);
    expect([ahead.status, ahead.headers.get("Set-Cookie")]).toEqual([204, null]);
    expect((await browser().visit(path)).status).toBe(303);
  });

  test("takes no consent either", async () => {
    const { json } = await begin();
    const person = browser();
    const { location } = await person.visit(pathOf(json["connect_url"]));
    const back = `/oauth/youtube/callback?code=4/0x&state=${new URL(location ?? "").searchParams.get("state") ?? ""}`;
    expect((await person.visit(back, { "Sec-Purpose": "prefetch" })).status).toBe(204);
    expect((await person.visit(back, {}, "HEAD")).status).toBe(204);
    expect((await person.visit(back)).status).toBe(200);
  });
});

test("one browser can connect two channels at once", async () => {
  const person = browser();
  const states = [];
  for (const draft of [{}, { capabilities: ["publish"] }]) {
    const { location } = await person.visit(pathOf((await begin(draft)).json["connect_url"]));
    states.push(new URL(location ?? "").searchParams.get("state") ?? "");
  }
  for (const state of states) expect((await person.visit(`/oauth/youtube/callback?code=4/0x&state=${state}`)).status).toBe(200);
});

test("a cookie that is none of ours is replaced", async () => {
  const { json } = await begin();
  const answer = await api.send(pathOf(json["connect_url"]), { as: null, headers: { Cookie: "__Host-sluice-consent=chosen" } });
  expect([answer.status, answer.headers.get("Set-Cookie")]).toEqual([303, expect.stringMatching(/^__Host-sluice-consent=[\w-]{43};/)]);
});

test("by plain http the cookie has a plain name, which counts for nothing by https", async () => {
  api = await apiUnderTest({ publicOrigin: "http://127.0.0.1:8787" });
  const { json } = await begin();
  const started = await api.send(pathOf(json["connect_url"]).replace("http://127.0.0.1:8787", ""), { as: null });
  const cookie = started.headers.get("Set-Cookie") ?? "";
  expect(cookie).toMatch(/^sluice-consent=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);

  api = await apiUnderTest();
  const { json: secure } = await begin();
  const again = await api.send(pathOf(secure["connect_url"]), { as: null, headers: { Cookie: cookie.split(";")[0] ?? "" } });
  expect(again.headers.get("Set-Cookie")).not.toContain(cookie.split(";")[0]?.split("=")[1]);
});

test("neither ticket, state nor code is logged", async () => {
  const { back } = await throughGoogle();
  const state = new URL(back, ORIGIN).searchParams.get("state") ?? "";
  const logged = JSON.stringify(api.log.lines);
  expect(logged).toContain("/oauth/youtube/callback");
  expect(logged).toContain("connection changed");
  for (const secret of [state, "4/0code", "refresh-1", "access-1"]) expect(logged).not.toContain(secret);
});
