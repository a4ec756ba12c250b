import { createServer, type RequestListener } from "node:http";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { googleGrantIssuer, type IssuerOptions } from "#adapters/google/grant-issuer.ts";
import { youtubeApi } from "#adapters/youtube/youtube.ts";
import { closeServer, listenOnFirstFree } from "#test/world/listen.ts";
import { REDIRECT_URI, TestYouTube } from "#test/world/youtube/testing.ts";

const READ = "https://www.googleapis.com/auth/youtube.readonly";
const UPLOAD = "https://www.googleapis.com/auth/youtube.upload";
const QUESTION = { state: "the-state", verifier: "v".repeat(43), scopes: [UPLOAD, READ], redirectUri: REDIRECT_URI };

let google: TestYouTube;

beforeEach(async () => {
  google = new TestYouTube();
  await google.start();
  google.command("settings", { consent: { channel_id: google.channelId(), decision: "allow" } });
});
afterEach(() => google.remove());

const projectAt = (url: string, changes = {}) => ({
  clientId: google.project.clientId,
  clientSecret: google.project.clientSecret,
  authorizationUrl: `${url}/o/oauth2/v2/auth`,
  tokenUrl: `${url}/token`,
  revocationUrl: `${url}/revoke`,
  ...changes,
});
const issuerWith = (changes = {}, options: Partial<IssuerOptions> = {}) =>
  googleGrantIssuer(projectAt(google.url, changes), { now: () => google.now, ...options });

const youtube = () => youtubeApi({ url: google.url, now: () => google.now, sized: () => new TransformStream<Uint8Array, Uint8Array>() });

/** What somebody comes back with who was sent to Google. */
async function consented(question = QUESTION): Promise<URLSearchParams> {
  const reply = await fetch(await issuerWith().consentUrl(question), { redirect: "manual" });
  return new URL(reply.headers.get("location") ?? "http://no.where/").searchParams;
}

async function granted() {
  const answer = await issuerWith().redeem(await consented(), QUESTION);
  if (answer.kind !== "accepted" || answer.value.refreshToken === null) throw new Error(JSON.stringify(answer));
  return { ...answer.value, refreshToken: answer.value.refreshToken };
}

test("asks for lasting access, with state and a challenge, and for nothing else", async () => {
  const url = new URL(await issuerWith().consentUrl(QUESTION));
  expect(`${url.origin}${url.pathname}`).toBe(`${google.url}/o/oauth2/v2/auth`);
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_id: google.project.clientId,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: `${UPLOAD} ${READ}`,
    state: "the-state",
    code_challenge: createHash("sha256").update(QUESTION.verifier).digest("base64url"),
    code_challenge_method: "S256",
    access_type: "offline",
    prompt: "consent",
    include_granted_scopes: "true",
  });
});

test("a code becomes a grant, which is refreshed, and YouTube knows both", async () => {
  const grant = await granted();
  expect(grant).toMatchObject({ lifeMs: 3_599_000, scopes: [UPLOAD, READ] });
  const refreshed = await issuerWith().refresh(grant.refreshToken);
  expect(refreshed).toMatchObject({ kind: "accepted", value: { lifeMs: 3_599_000 } });
  for (const token of [grant.accessToken, refreshed.kind === "accepted" ? refreshed.value.accessToken : ""]) {
    expect(await youtube().channels(token)).toMatchObject({ kind: "accepted", value: [{ id: google.channelId() }] });
  }
});

describe("refuses to redeem", () => {
  test.each<[string, (answer: URLSearchParams) => void, string]>([
    ["another state", (answer) => answer.set("state", "another"), "google.answer_refused"],
    ["no state", (answer) => answer.delete("state"), "google.answer_refused"],
    ["another issuer's answer", (answer) => answer.set("iss", "https://accounts.example"), "google.answer_refused"],
    ["an error", (answer) => answer.set("error", "access_denied"), "google.answer_refused"],
    ["another code", (answer) => answer.set("code", "4/0another"), "google.invalid_grant"],
  ])("%s", async (_name, change, code) => {
    expect(await issuerWith().redeem(await consented(), QUESTION)).toMatchObject({ kind: "accepted" });
    const answer = await consented();
    change(answer);
    expect(await issuerWith().redeem(answer, QUESTION)).toMatchObject({ kind: "refused", refusal: { code } });
  });

  test("a code a second time, another verifier, another redirection", async () => {
    const answer = await consented();
    expect(await issuerWith().redeem(answer, { ...QUESTION, verifier: "w".repeat(43) })).toMatchObject({
      kind: "refused",
      refusal: { kind: "reauth", code: "google.invalid_grant" },
    });
    expect(await issuerWith().redeem(await consented(), { ...QUESTION, redirectUri: `${REDIRECT_URI}/` })).toMatchObject({
      kind: "refused",
      refusal: { kind: "final", code: "google.redirect_uri_mismatch" },
    });
    expect(await issuerWith().redeem(answer, QUESTION)).toMatchObject({ kind: "accepted" });
    expect(await issuerWith().redeem(answer, QUESTION)).toMatchObject({ refusal: { code: "google.invalid_grant" } });
  });

  test("as a project whose secret is another", async () => {
    expect(await issuerWith({ clientSecret: "GOCSPX-another" }).redeem(await consented(), QUESTION)).toMatchObject({
      kind: "refused",
      refusal: { kind: "final", code: "google.invalid_client" },
    });
  });
});

describe("a grant", () => {
  test("that was taken back needs the person again", async () => {
    const { refreshToken } = await granted();
    google.command("grants/revoke", { channel_id: google.channelId() });
    expect(await issuerWith().refresh(refreshToken)).toEqual({
      kind: "refused",
      refusal: {
        kind: "reauth",
        code: "google.invalid_grant",
        detail: "Token has been expired or revoked.",
        retryAfterMs: null,
        bucket: null,
      },
    });
  });

  test("of a project whose secret is another is not said to be gone", async () => {
    const { refreshToken } = await granted();
    expect(await issuerWith({ clientSecret: "GOCSPX-another" }).refresh(refreshToken)).toMatchObject({
      kind: "refused",
      refusal: { kind: "final" },
    });
  });

  test("is given back, and giving it back again is no error", async () => {
    const { refreshToken } = await granted();
    expect(await issuerWith().revoke(refreshToken)).toEqual({ kind: "accepted", value: null });
    expect(await issuerWith().refresh(refreshToken)).toMatchObject({ refusal: { code: "google.invalid_grant" } });
    expect(await issuerWith().revoke(refreshToken)).toEqual({ kind: "accepted", value: null });
  });

  test("is given back without the project's secret", async () => {
    const { refreshToken } = await granted();
    const bodies: string[] = [];
    const send = async (request: Request): Promise<Response> => {
      bodies.push(await request.clone().text());
      return fetch(request);
    };
    await issuerWith({}, { send }).revoke(refreshToken);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).not.toContain(google.project.clientSecret);
  });
});

describe("what is not known to have had no effect", () => {
  const calls = [
    ["redeem", "token", async (issuer: ReturnType<typeof issuerWith>) => issuer.redeem(await consented(), QUESTION)],
    ["refresh", "token", async (issuer: ReturnType<typeof issuerWith>) => issuer.refresh("1//0any")],
    ["revoke", "revoke", async (issuer: ReturnType<typeof issuerWith>) => issuer.revoke("1//0any")],
  ] as const;
  describe.each(calls)("%s", (_name, operation, call) => {
    test("a server's error", async () => {
      google.fault({ peer: "youtube", operation, kind: "status", status: 503, retry_after_seconds: 7 });
      expect(await call(issuerWith())).toMatchObject({ kind: "unknown", detail: "Google answered 503.", retryAfterMs: 7_000 });
      expect(google.pendingFaults).toBe(0);
    });

    test("a reply that is lost", async () => {
      google.fault({ peer: "youtube", operation, kind: "lost_reply" });
      expect(await call(issuerWith())).toMatchObject({ kind: "unknown" });
      expect(google.pendingFaults).toBe(0);
    });

    test("no reply in time", async () => {
      google.fault({ peer: "youtube", operation, kind: "timeout" });
      expect(await call(issuerWith({}, { timeoutMs: 200 }))).toMatchObject({ kind: "unknown", detail: "Google did not answer in time." });
    });
  });

  test("being asked too often has had none", async () => {
    google.fault({ peer: "youtube", operation: "token", kind: "status", status: 429, retry_after_seconds: 3 });
    expect(await issuerWith().refresh("1//0any")).toMatchObject({ kind: "refused", refusal: { kind: "busy", retryAfterMs: 3_000 } });
  });

  test("a code whose exchange had no answer is not good again", async () => {
    const answer = await consented();
    google.fault({ peer: "youtube", operation: "token", kind: "lost_reply" });
    expect(await issuerWith().redeem(answer, QUESTION)).toMatchObject({ kind: "unknown" });
    expect(await issuerWith().redeem(answer, QUESTION)).toMatchObject({ refusal: { code: "google.invalid_grant" } });
  });
});

describe("an answer of another kind", () => {
  const serving = async (listener: RequestListener, check: (url: string) => Promise<void>): Promise<void> => {
    const server = createServer(listener);
    const url = `http://127.0.0.1:${await listenOnFirstFree(server, [])}`;
    try {
      await check(url);
    } finally {
      await closeServer(server);
    }
  };
  const answering = (status: number, type: string, body: string): RequestListener => {
    return (_request, response) => {
      response.writeHead(status, { "content-type": type }).end(body);
    };
  };

  test.each([
    ["a page", answering(200, "text/html", "<h1>Hello</h1>")],
    ["a page that refuses", answering(403, "text/html", "<h1>No</h1>")],
    ["a redirection", (_request, response) => response.writeHead(302, { location: "https://example.com/" }).end()],
    ["no token", answering(200, "application/json", '{"token_type":"Bearer"}')],
    ["a token of another kind", answering(200, "application/json", '{"access_token":"a","token_type":"mac"}')],
    [
      "more than it may be",
      answering(200, "application/json", `{"access_token":"a","token_type":"Bearer","more":"${"x".repeat(70_000)}"}`),
    ],
  ] as [string, RequestListener][])("(%s) is none", async (_name, listener) => {
    await serving(listener, async (url) => {
      const issuer = googleGrantIssuer(projectAt(url), { now: () => google.now });
      expect(await issuer.refresh("1//0any")).toMatchObject({ kind: "unknown", detail: "Google's answer can't be read." });
    });
  });

  test("a token that does not say how long it is good is good for ten minutes", async () => {
    await serving(answering(200, "application/json", '{"access_token":"a","token_type":"Bearer"}'), async (url) => {
      const issuer = googleGrantIssuer(projectAt(url), { now: () => google.now });
      expect(await issuer.refresh("1//0any")).toEqual({
        kind: "accepted",
        value: { accessToken: "a", lifeMs: 600_000, refreshToken: null, scopes: null },
      });
    });
  });

  test("words of a refusal are shortened and lose their markup", async () => {
    const body = JSON.stringify({ error: "Wrong-Thing!", error_description: `<b>${"long ".repeat(100)}` });
    await serving(answering(400, "application/json", body), async (url) => {
      const answer = await googleGrantIssuer(projectAt(url), { now: () => google.now }).refresh("1//0any");
      expect(answer).toMatchObject({ kind: "refused", refusal: { code: "google._rong__hing_" } });
      const detail = answer.kind === "refused" ? answer.refusal.detail : "";
      expect([detail.length, /[<>]/.test(detail)]).toEqual([200, false]);
    });
  });
});

test("an account without a channel has none", async () => {
  google.command("settings", { consent: { channel_id: google.channelId("Nobody's channel"), decision: "allow" } });
  const { accessToken } = await granted();
  expect(await youtube().channels(accessToken)).toEqual({ kind: "accepted", value: [] });
});
