import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { REDIRECT_URI, TestYouTube } from "#test/world/youtube/testing.ts";

const READ = "https://www.googleapis.com/auth/youtube.readonly";
const UPLOAD = "https://www.googleapis.com/auth/youtube.upload";
const VERIFIER = "a-verifier-of-at-least-forty-three-characters.";
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

let world: TestYouTube;

beforeEach(async () => {
  world = new TestYouTube();
  await world.start();
});

afterEach(() => world.remove());

/** Where somebody who clicks is sent back to. */
async function click(decision: "allow" | "deny", { url = world.consentUrl(), channel = world.channelId(), scopes = [] as string[] } = {}) {
  const form = new URLSearchParams({ request: new URL(url).search.slice(1), channel, decision });
  for (const scope of scopes) form.append("scope", scope);
  const reply = await fetch(`${world.url}/o/oauth2/consent`, { method: "POST", body: form, redirect: "manual" });
  return new URL(reply.headers.get("location") ?? "http://no.where/").searchParams;
}

const agree = (parameters: Readonly<Record<string, string>> = {}, channel = world.channelId()) => {
  const url = world.consentUrl({ scope: `${READ} ${UPLOAD}`, ...parameters });
  return click("allow", { url, channel, scopes: [READ, UPLOAD] });
};

const redeem = (code: string | null, more: Readonly<Record<string, string>> = {}) =>
  world.exchange({ grant_type: "authorization_code", code: code ?? "", redirect_uri: REDIRECT_URI, ...more });

const refresh = (token: string) => world.exchange({ grant_type: "refresh_token", refresh_token: token });

const mine = async (accessToken: string): Promise<unknown> => {
  const reply = await fetch(`${world.url}/youtube/v3/channels?part=id&mine=true`, { headers: { authorization: `Bearer ${accessToken}` } });
  return reply.ok
    ? z
        .object({ items: z.array(z.object({ id: z.string() })) })
        .parse(await reply.json())
        .items.map(({ id }) => id)
    : reply.status;
};

test("a person picks a channel and what it grants", async () => {
  const url = world.consentUrl({ scope: `${READ} ${UPLOAD}` });
  const page = await fetch(url);
  const html = await page.text();
  expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
  for (const { id } of world.state().channels) expect(html).toContain(`value="${id}"`);
  const back = await click("allow", { url, channel: world.channelId("Another channel"), scopes: [READ] });
  expect(Object.fromEntries(back)).toMatchObject({ state: "s", scope: READ, iss: "https://accounts.google.com" });
  const { status, body } = await redeem(back.get("code"));
  expect([status, body]).toEqual([200, expect.objectContaining({ token_type: "Bearer", expires_in: 3599, scope: READ })]);
  const { access_token: token } = z.object({ access_token: z.string() }).parse(body);
  expect(await mine(token)).toEqual([world.channelId("Another channel")]);
});

test("who refuses, or grants nothing, is sent back without a code", async () => {
  expect(Object.fromEntries(await click("deny", { scopes: [READ] }))).toEqual({
    state: "s",
    iss: "https://accounts.google.com",
    error: "access_denied",
  });
  expect((await click("allow", { scopes: [] })).get("error")).toBe("access_denied");
});

test.each([
  [{ client_id: "unknown" }, 401, "invalid_client"],
  [{ redirect_uri: `${REDIRECT_URI}/` }, 400, "redirect_uri_mismatch"],
  [{ response_type: "token" }, 400, "unsupported_response_type"],
  [{ scope: "https://www.googleapis.com/auth/drive" }, 400, "invalid_scope"],
  [{ scope: "" }, 400, "invalid_request"],
  [{ access_type: "forever" }, 400, "invalid_request"],
  [{ code_challenge: "short", code_challenge_method: "S256" }, 400, "invalid_request"],
  [{ code_challenge: CHALLENGE, code_challenge_method: "S512" }, 400, "invalid_request"],
])("a request with %j is shown to the person and not sent back", async (parameters, status, error) => {
  const reply = await fetch(world.consentUrl(parameters), { redirect: "manual" });
  expect([reply.status, (await reply.text()).includes(error)]).toEqual([status, true]);
});

test("prompt=none without a standing answer needs interaction", async () => {
  const reply = await fetch(world.consentUrl({ prompt: "none" }), { redirect: "manual" });
  expect(new URL(reply.headers.get("location") ?? "").searchParams.get("error")).toBe("interaction_required");
});

test("the control endpoint answers in a person's stead, until it is told otherwise", async () => {
  const consent = { channel_id: world.channelId(), decision: "allow", scopes: [READ] };
  world.command("settings", { consent });
  const ask = async () => (await fetch(world.consentUrl({ scope: `${READ} ${UPLOAD}` }), { redirect: "manual" })).headers.get("location");
  expect(new URL((await ask()) ?? "").searchParams.get("scope")).toBe(READ);
  world.command("settings", { consent: { ...consent, decision: "deny" } });
  expect(new URL((await ask()) ?? "").searchParams.get("error")).toBe("access_denied");
  world.command("settings", { consent: null });
  expect(await ask()).toBeNull();
});

test("a code is good once, for ten minutes, with its verifier and its redirect", async () => {
  const pkce = { code_challenge: CHALLENGE, code_challenge_method: "S256" };
  const code = (await agree(pkce)).get("code");
  expect(await redeem(code)).toMatchObject({ status: 400, body: { error: "invalid_grant", error_description: "Missing code verifier." } });
  expect(await redeem(code, { code_verifier: CHALLENGE })).toMatchObject({
    status: 400,
    body: { error_description: "Invalid code verifier." },
  });
  expect(await redeem(code, { code_verifier: VERIFIER, redirect_uri: "http://else/" })).toMatchObject({
    status: 400,
    body: { error: "redirect_uri_mismatch" },
  });
  expect(await redeem(code, { code_verifier: VERIFIER, client_secret: "wrong" })).toMatchObject({
    status: 401,
    body: { error: "invalid_client" },
  });
  expect(await redeem(code, { code_verifier: VERIFIER, client_id: "unknown" })).toMatchObject({
    status: 401,
    body: { error: "invalid_client" },
  });
  expect((await redeem(code, { code_verifier: VERIFIER })).status).toBe(200);
  expect(await redeem(code, { code_verifier: VERIFIER })).toMatchObject({ status: 400, body: { error: "invalid_grant" } });

  const late = (await agree(pkce)).get("code");
  world.now += 600_000;
  expect(await redeem(late, { code_verifier: VERIFIER })).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});

test("a client may name itself by Basic authentication", async () => {
  const code = (await agree()).get("code") ?? "";
  const { clientId, clientSecret } = world.project;
  const ask = (secret: string) =>
    fetch(`${world.url}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI }),
    });
  expect((await ask("wrong")).status).toBe(401);
  expect((await ask(clientSecret)).status).toBe(200);
});

test("a refresh token comes with offline access, the first time or when consent is asked for", async () => {
  const tokenOf = async (parameters: Readonly<Record<string, string>>) => {
    const { body } = await redeem((await agree(parameters)).get("code"));
    return z.object({ refresh_token: z.string().optional() }).parse(body).refresh_token;
  };
  expect(await tokenOf({ access_type: "online" })).toBeUndefined();
  expect(await tokenOf({ prompt: "select_account" })).toMatch(/^1\/\//);
  expect(await tokenOf({ prompt: "select_account" })).toBeUndefined();
  expect(await tokenOf({ prompt: "consent" })).toMatch(/^1\/\//);
});

test("an access token ends after an hour, its refresh token goes on over a restart", async () => {
  const { accessToken, refreshToken } = await world.grant();
  world.now += 3_599_999;
  expect(await mine(accessToken)).toEqual([world.channelId()]);
  world.now += 1;
  expect(await mine(accessToken)).toBe(401);
  await world.restart();
  const { status, body } = await refresh(refreshToken ?? "");
  expect([status, body]).toEqual([200, expect.not.objectContaining({ refresh_token: expect.anything() })]);
  expect(await mine(z.object({ access_token: z.string() }).parse(body).access_token)).toEqual([world.channelId()]);
});

test.each(["refresh", "access"])("revoking by the %s token ends every token of the grant", async (kind) => {
  const { accessToken, refreshToken } = await world.grant();
  const other = await world.grant("Another channel");
  const token = (kind === "refresh" ? refreshToken : accessToken) ?? "";
  const revoke = () => fetch(`${world.url}/revoke`, { method: "POST", body: new URLSearchParams({ token }) });
  expect((await revoke()).status).toBe(200);
  expect(await mine(accessToken)).toBe(401);
  expect(await refresh(refreshToken ?? "")).toEqual({
    status: 400,
    body: { error: "invalid_grant", error_description: "Token has been expired or revoked." },
  });
  const again = await revoke();
  expect([again.status, await again.json()]).toEqual([400, { error: "invalid_token", error_description: "Token expired or revoked" }]);
  expect(await mine(other.accessToken)).toEqual([world.channelId("Another channel")]);
});

test("a person who takes the grant back ends it as well", async () => {
  const { accessToken, refreshToken } = await world.grant();
  expect(world.command("grants/revoke", { channel_id: world.channelId() })).toEqual({ revoked: 1 });
  expect(await mine(accessToken)).toBe(401);
  expect((await refresh(refreshToken ?? "")).status).toBe(400);
});

test("the 101st refresh token silently ends the first", async () => {
  const first = await world.grant();
  const second = await world.grant();
  for (let n = 2; n < 101; n += 1) await world.grant();
  expect((await refresh(first.refreshToken ?? "")).status).toBe(400);
  expect((await refresh(second.refreshToken ?? "")).status).toBe(200);
});

test("neither tokens nor codes nor the project's secret are in what is kept", async () => {
  const { accessToken, refreshToken } = await world.grant();
  const kept = JSON.stringify([world.state(), world.log, world.running.site.library.tokens.all(), world.running.site.library.grants.all()]);
  const projects = JSON.stringify(world.running.site.library.projects.all());
  for (const secret of [accessToken, refreshToken ?? ""]) expect(kept).not.toContain(secret);
  for (const secret of [world.project.clientSecret, world.project.apiKey]) expect(projects).not.toContain(secret);
});

test("userinfo says whose account it is, its address when that was granted", async () => {
  const ask = async (scope: string) => {
    const { accessToken } = await world.grant("Local channel", { scope });
    return (await fetch(`${world.url}/oauth2/v3/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } })).json();
  };
  expect(await ask(READ)).toEqual({ sub: expect.stringMatching(/^\d{21}$/) });
  expect(await ask(`${READ} email`)).toMatchObject({ email: "ada@example.com", email_verified: true });
});
