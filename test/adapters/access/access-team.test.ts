import { exportJWK, exportSPKI, generateKeyPair } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { accessTeam } from "#adapters/access/access-team.ts";
import { teamKeysMemory } from "#adapters/access/team-keys.ts";
import { AUDIENCE, fakeAccessTeam, TEAM } from "#test/fakes/fake-access-team.ts";

const base64url = (value: object | Uint8Array) =>
  Buffer.from(value instanceof Uint8Array ? value : JSON.stringify(value)).toString("base64url");
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

type Team = Awaited<ReturnType<typeof fakeAccessTeam>>;
let team: Team;
const gateOf = (to: Team) => accessTeam({ team: TEAM, audiences: [AUDIENCE, "b6".repeat(32)] }, teamKeysMemory(), to.ports);
let gate: ReturnType<typeof gateOf>;

beforeEach(async () => {
  team = await fakeAccessTeam();
  gate = gateOf(team);
});

const refusal = { ok: false, error: { code: "unauthorized" } };

describe("who is let in", () => {
  test("a person, by e-mail", async () => {
    expect(await gate.whose(await team.assertion())).toEqual({ ok: true, value: "access:anna@newsroom.test" });
  });

  test("a service token, by its common name", async () => {
    const assertion = await team.assertion({ email: undefined, sub: "", common_name: "backup.access" });
    expect(await gate.whose(assertion)).toEqual({ ok: true, value: "access-service:backup.access" });
  });

  test("whoever comes for any one of our applications", async () => {
    expect(await gate.whose(await team.assertion({ aud: "b6".repeat(32) }))).toMatchObject({ ok: true });
  });

  test("a clock that is half a minute off, either way", async () => {
    const seconds = Math.floor(team.time.now / SECOND);
    expect(await gate.whose(await team.assertion({ exp: seconds - 29 }))).toMatchObject({ ok: true });
    expect(await gate.whose(await team.assertion({ nbf: seconds + 30 }))).toMatchObject({ ok: true });
  });
});

describe("who is not", () => {
  const seconds = () => Math.floor(team.time.now / SECOND);

  test.each<[string, () => Promise<string>]>([
    ["another audience", () => team.assertion({ aud: ["c7".repeat(32)] })],
    ["no audience", () => team.assertion({ aud: undefined })],
    ["another team as issuer", () => team.assertion({ iss: "https://others.cloudflareaccess.test" })],
    ["an issuer that begins like ours", () => team.assertion({ iss: `${TEAM}.evil.test` })],
    ["no issuer", () => team.assertion({ iss: undefined })],
    ["an end that is 30 seconds past", () => team.assertion({ exp: seconds() - 30 })],
    ["no time at which it was made", () => team.assertion({ iat: undefined })],
    ["no end", () => team.assertion({ exp: undefined })],
    ["a beginning that is 31 seconds ahead", () => team.assertion({ nbf: seconds() + 31 })],
    ["no name", () => team.assertion({ email: undefined })],
    ["an empty name", () => team.assertion({ email: "" })],
    ["a name that is no text", () => team.assertion({ email: { toString: "x" } })],
    ["no key id", () => team.assertion({}, { kid: "" })],
  ])("%s", async (_name, assertion) => {
    expect(await gate.whose(await assertion())).toMatchObject(refusal);
    expect(await gate.whose(await team.assertion())).toMatchObject({ ok: true });
  });

  test("an assertion without a signature (alg none)", async () => {
    const [, payload = ""] = (await team.assertion()).split(".");
    for (const alg of ["none", "None", "NONE"]) {
      expect(await gate.whose(`${base64url({ alg, kid: team.current().kid })}.${payload}.`)).toMatchObject(refusal);
    }
  });

  test("an HMAC under the public key, in each form in which it is published", async () => {
    const { publicKey, kid } = team.current();
    const forms = [await exportSPKI(publicKey), JSON.stringify(await exportJWK(publicKey)), String((await exportJWK(publicKey)).n)];
    for (const form of forms) {
      for (const alg of ["HS256", "HS512"]) {
        const assertion = await team.assertion({}, { alg, kid }, new TextEncoder().encode(form.padEnd(64)));
        expect(await gate.whose(assertion)).toMatchObject(refusal);
      }
    }
    expect(team.state.fetches).toBe(0);
  });

  test("another algorithm with the right key", async () => {
    const { privateKey } = team.current();
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", privateKey);
    for (const [alg, name, hash] of [
      ["PS256", "RSA-PSS", "SHA-256"],
      ["RS512", "RSASSA-PKCS1-v1_5", "SHA-512"],
    ] as const) {
      const key = await crypto.subtle.importKey("pkcs8", pkcs8, { name, hash }, false, ["sign"]);
      expect(await gate.whose(await team.assertion({}, { alg }, key))).toMatchObject(refusal);
    }
  });

  test("somebody else's key under the id of ours", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    expect(await gate.whose(await team.assertion({}, {}, privateKey))).toMatchObject(refusal);
  });

  test("our old key under the id of the new one", async () => {
    const { privateKey } = team.current();
    await team.rotate();
    expect(await gate.whose(await team.assertion({}, {}, privateKey))).toMatchObject(refusal);
  });

  test("a key that the assertion brings along", async () => {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const header = { kid: "mine", jwk: await exportJWK(publicKey), jku: "https://evil.test/certs", x5u: "https://evil.test/x5u" };
    expect(await gate.whose(await team.assertion({}, header, privateKey))).toMatchObject(refusal);
  });

  test("a changed payload, a cut signature, an extension that must be understood", async () => {
    const [header = "", payload = "", signature = ""] = (await team.assertion()).split(".");
    const claims = { ...(JSON.parse(Buffer.from(payload, "base64url").toString()) as object), email: "eve@newsroom.test" };
    expect(await gate.whose(`${header}.${base64url(claims)}.${signature}`)).toMatchObject(refusal);
    expect(await gate.whose(`${header}.${payload}.${signature.slice(0, -4)}`)).toMatchObject(refusal);
    const critical = base64url({ alg: "RS256", kid: team.current().kid, crit: ["exp"], exp: 1 });
    expect(await gate.whose(`${critical}.${payload}.${signature}`)).toMatchObject(refusal);
  });

  test("what is too long is not decoded, and what is no assertion asks for no key", async () => {
    expect(await gate.whose(await team.assertion({ filler: "x".repeat(12_500) }))).toMatchObject(refusal);
    for (const text of ["", ".", "..", "a.b.c", "e30.e30.e30", "null", "é.é.é", "x".repeat(20_000)]) {
      expect(await gate.whose(text)).toMatchObject(refusal);
    }
    expect(team.state.fetches).toBe(0);
    expect(await gate.whose(await team.assertion({ filler: "x".repeat(11_000) }))).toMatchObject({ ok: true });
  });
});

describe("the team's keys", () => {
  test("are read once for many assertions, and again after an hour", async () => {
    for (let index = 0; index < 5; index += 1) await gate.whose(await team.assertion());
    expect(team.state.fetches).toBe(1);
    team.time.now += HOUR;
    await gate.whose(await team.assertion());
    expect(team.state.fetches).toBe(2);
  });

  test("rotate: the new one counts at once, the old one while it is published", async () => {
    const before = team.current();
    await gate.whose(await team.assertion());
    team.time.now += MINUTE;
    await team.rotate();
    expect(await gate.whose(await team.assertion())).toMatchObject({ ok: true });
    const byOld = () => team.assertion({}, { kid: before.kid }, before.privateKey);
    expect(await gate.whose(await byOld())).toMatchObject({ ok: true });
    team.withdraw(before.kid);
    team.time.now += HOUR;
    expect(await gate.whose(await byOld())).toMatchObject(refusal);
  });

  test("are asked for at most once a minute because of ids that nobody knows", async () => {
    await gate.whose(await team.assertion());
    const unknown = async (kid: string) => gate.whose(await team.assertion({}, { kid }));
    for (let index = 0; index < 20; index += 1) expect(await unknown(`guess-${index}`)).toMatchObject(refusal);
    expect(team.state.fetches).toBe(1);
    team.time.now += MINUTE;
    await Promise.all(Array.from({ length: 20 }, (_, index) => unknown(`guess-${index}`)));
    expect(team.state.fetches).toBe(2);
  });

  test("are not missed by those who come while somebody else is reading them", async () => {
    await gate.whose(await team.assertion());
    team.time.now += MINUTE;
    await team.rotate();
    const assertion = await team.assertion();
    const answers = await Promise.all(Array.from({ length: 10 }, () => gate.whose(assertion)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(team.state.fetches).toBe(2);
  });

  test("are good for a day while the team does not answer, which is an outage after", async () => {
    await gate.whose(await team.assertion());
    team.state.away = true;
    team.time.now += 23 * HOUR;
    expect(await gate.whose(await team.assertion())).toMatchObject({ ok: true });
    team.time.now += HOUR;
    await expect(gate.whose(await team.assertion())).rejects.toMatchObject({ retryable: true });
    team.state.away = false;
    team.time.now += MINUTE;
    expect(await gate.whose(await team.assertion())).toMatchObject({ ok: true });
  });

  test("that can't be had at all are an outage, asked for no more often than every five seconds", async () => {
    team.state.away = true;
    const assertion = await team.assertion();
    for (let index = 0; index < 5; index += 1) await expect(gate.whose(assertion)).rejects.toMatchObject({ retryable: true });
    expect(team.state.fetches).toBe(1);
    team.state.away = false;
    team.time.now += 5 * SECOND;
    expect(await gate.whose(assertion)).toMatchObject({ ok: true });
  });

  test.each(["", "<html>", "{}", '{"keys":{}}', "x".repeat(100_000)])("that are no keys are an outage: %j", async (reply) => {
    team.state.reply = reply;
    await expect(gate.whose(await team.assertion())).rejects.toMatchObject({ retryable: true });
  });

  test("come from the team's own address alone, wherever it would send us", async () => {
    await gate.whose(await team.assertion());
    expect(team.asked.map(({ url, redirect }) => [url, redirect])).toEqual([[`${TEAM}/cdn-cgi/access/certs`, "manual"]]);
  });

  test.each([
    ["with another status", 404, ""],
    ["beyond the length of any", 200, " ".repeat(70_000)],
  ])("that come %s are an outage", async (_how, status, before) => {
    const { publicKey, kid } = team.current();
    team.state.reply = before + JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid }] });
    team.state.status = status;
    await expect(gate.whose(await team.assertion())).rejects.toMatchObject({ retryable: true });
    team.state.reply = team.state.reply.trim();
    team.state.status = 200;
    team.time.now += 5 * SECOND;
    expect(await gate.whose(await team.assertion())).toMatchObject({ ok: true });
  });

  test("that do not come within five seconds are an outage", { timeout: 60_000 }, async () => {
    team.state.hangs = true;
    await expect(gate.whose(await team.assertion())).rejects.toMatchObject({ retryable: true });
  });

  test("that can't be used leave the others good", async () => {
    const { kid, publicKey } = team.current();
    const odd = [null, { kty: "EC", kid: "e" }, { kty: "RSA", kid: "r", n: "!", e: "AQAB" }, { kty: "oct", kid, k: "c2VjcmV0" }];
    team.state.reply = JSON.stringify({ keys: [...odd, { ...(await exportJWK(publicKey)), kid }] });
    expect(await gate.whose(await team.assertion())).toMatchObject({ ok: true });
  });
});
