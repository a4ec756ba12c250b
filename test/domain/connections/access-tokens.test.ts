import { describe, expect, test } from "vitest";
import { envelope } from "#adapters/crypto/envelope.ts";
import { accessTokens, tokenMemory, type AccessTokenPorts } from "#domain/connections/access-tokens.ts";
import type { AccessGrant } from "#domain/connections/grant-issuer.ts";
import { accepted } from "#domain/publishing/answer.ts";
import { newId, NOW } from "#test/fakes/builders.ts";
import { connectingUnderTest, KEYS, refusedAs, unanswered } from "#test/fakes/connecting-under-test.ts";

const MINUTE = 60_000;
const LIFE = 60 * MINUTE;

async function tokensOf(changes: Partial<AccessTokenPorts> = {}, memory = tokenMemory(10)) {
  const under = connectingUnderTest();
  const { id, creatorId } = await under.connected();
  const ports: AccessTokenPorts = {
    ...under.ports,
    // Time stands still: how long another's refresh takes here depends on the machine.
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    ...changes,
  };
  const tokens = accessTokens(ports, memory);
  return { ...under, ports, tokens, id, memory, get: (fresh?: boolean) => tokens.get(creatorId, id, fresh) };
}

const NEEDS = { ok: false, reason: "needs_reauth" };
const AWAY = { ok: false, reason: "away" };

test("a token is asked for once and used until five minutes before its end", async () => {
  const { get, google, time } = await tokensOf();
  expect(await get()).toEqual({ ok: true, accessToken: "access-2" });
  time.now = NOW + LIFE - 5 * MINUTE - 1;
  expect(await get()).toEqual({ ok: true, accessToken: "access-2" });
  time.now += 1;
  expect(await get()).toEqual({ ok: true, accessToken: "access-3" });
  expect(google.asked.refreshed).toEqual(["refresh-1", "refresh-1"]);
});

test("twenty at once are one refresh", async () => {
  const { get, google } = await tokensOf();
  const answers = await Promise.all(Array.from({ length: 20 }, () => get()));
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"ok":true,"accessToken":"access-2"}']));
  expect(google.asked.refreshed).toHaveLength(1);
});

test("one that the peer has refused is replaced, by one refresh however many were refused", async () => {
  const { get, google, time } = await tokensOf();
  await get();
  time.now += 5_000;
  const answers = await Promise.all(Array.from({ length: 5 }, () => get(true)));
  expect(answers).toEqual(Array.from({ length: 5 }, () => ({ ok: true, accessToken: "access-3" })));
  time.now += 4_999;
  expect(await get(true)).toEqual({ ok: true, accessToken: "access-3" });
  expect(google.asked.refreshed).toHaveLength(2);
});

test("two isolates have tokens of their own", async () => {
  const { get, ports, creatorId, id } = await tokensOf();
  const other = accessTokens(ports, tokenMemory(10));
  expect([await get(), await other.get(creatorId, id)]).toMatchObject([{ accessToken: "access-2" }, { accessToken: "access-3" }]);
});

test("a memory that is full forgets the oldest", async () => {
  const { get, ports, creatorId, google, channels } = await tokensOf({}, tokenMemory(1));
  await get();
  channels.answer = accepted([{ id: "UC-cats", title: "Cats", pictureUrl: null }]);
  const other = await connectingUnderTest(ports).connected({}, creatorId);
  await accessTokens(ports, tokenMemory(1)).get(creatorId, other.id);
  expect(await get()).toMatchObject({ ok: true });
  expect(google.asked.refreshed).toHaveLength(2);
});

describe("a grant that Google no longer takes", () => {
  test("needs the person again: recorded and told once, and asked of nobody any more", async () => {
    const { get, google, ports, creatorId, id, events } = await tokensOf();
    google.answers.refresh = refusedAs("reauth", "google.invalid_grant");
    const answers = await Promise.all([get(), get(), get()]);
    expect(answers).toMatchObject([NEEDS, NEEDS, NEEDS]);
    expect(await get()).toMatchObject(NEEDS);
    expect(google.asked.refreshed).toHaveLength(1);
    expect(await ports.connections.find(creatorId, id)).toMatchObject({ status: "needs_reauth", sequence: 2 });
    expect(events.logged.map(({ type }) => type)).toEqual(["connection.connected", "connection.needs_reauth"]);
  });

  test("is good again when it has been given anew", async () => {
    const { get, google, connected, id } = await tokensOf();
    google.answers.refresh = refusedAs("reauth", "google.invalid_grant");
    await get();
    google.answers.refresh = null;
    expect(await connected({ connectionId: id })).toMatchObject({ id, status: "active", sequence: 3 });
    expect(await get()).toMatchObject({ ok: true });
    expect(google.asked.refreshed.at(-1)).toMatch(/^refresh-[2-9]$/);
  });

  test("takes nothing away from one that was renewed while Google was being asked", async () => {
    const under = await tokensOf();
    const issuer = {
      ...under.google.issuer,
      refresh: async () => {
        await under.connected({ connectionId: under.id });
        return refusedAs("reauth", "google.invalid_grant");
      },
    };
    const slow = accessTokens({ ...under.ports, issuer }, tokenMemory(10));
    expect(await slow.get(under.creatorId, under.id)).toMatchObject(NEEDS);
    expect(await under.ports.connections.find(under.creatorId, under.id)).toMatchObject({ status: "active", sequence: 2 });
    expect(await under.get()).toMatchObject({ ok: true });
  });
});

describe("while Google is away", () => {
  test.each([
    ["does not answer", unanswered],
    ["asks for peace", refusedAs("busy", "google.rate_limited")],
    ["does not know the project", refusedAs("final", "google.invalid_client")],
  ])("(it %s) nobody is told to connect again, and it is asked once in five seconds", async (_name, answer) => {
    const { get, google, ports, creatorId, id, time } = await tokensOf();
    google.answers.refresh = answer;
    expect(await Promise.all([get(), get()])).toMatchObject([AWAY, AWAY]);
    time.now += 4_000;
    expect(await get()).toMatchObject(AWAY);
    expect(google.asked.refreshed).toHaveLength(1);
    expect(await ports.connections.find(creatorId, id)).toMatchObject({ status: "active" });
    time.now += 5_000;
    google.answers.refresh = null;
    expect(await get()).toMatchObject({ ok: true });
  });

  test("a token is used to its end, but not when the peer has refused it", async () => {
    const { get, google, time } = await tokensOf();
    await get();
    google.answers.refresh = unanswered;
    time.now = NOW + LIFE - MINUTE;
    expect([await get(), await get()]).toMatchObject([{ accessToken: "access-2" }, { accessToken: "access-2" }]);
    expect(await get(true)).toMatchObject(AWAY);
    time.now = NOW + LIFE;
    expect(await get()).toMatchObject(AWAY);
  });

  test("who died while refreshing is waited for no longer than fifteen seconds", async () => {
    const memory = tokenMemory(10);
    const { get, ports, creatorId, id, time } = await tokensOf({}, memory);
    const hanging = { ...ports.issuer, refresh: () => new Promise<never>(() => undefined) };
    const dying = accessTokens(
      { ...ports, issuer: { ...hanging, consentUrl: async () => "", redeem: async () => unanswered, revoke: async () => unanswered } },
      memory,
    );
    const patient = accessTokens(
      {
        ...ports,
        pause: async (ms) => {
          time.now += ms;
        },
      },
      memory,
    );
    void dying.get(creatorId, id);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await patient.get(creatorId, id)).toMatchObject({ ok: true });
    expect(time.now).toBe(NOW + 15_000);
    expect(await get()).toMatchObject({ ok: true });
  });
});

test("who has disconnected is obeyed at once, whatever is in memory", async () => {
  const { get, service, creatorId, id } = await tokensOf();
  expect(await get()).toMatchObject({ ok: true });
  await service.disconnect(creatorId, id, newId("req"));
  expect(await get()).toMatchObject(NEEDS);
});

test("there is none for somebody else, or without a project", async () => {
  const { tokens, id, ports, creatorId } = await tokensOf();
  expect(await tokens.get(newId("crt"), id)).toMatchObject(NEEDS);
  expect(await accessTokens({ ...ports, issuer: null }, tokenMemory(1)).get(creatorId, id)).toMatchObject(AWAY);
});

describe("sealing keys", () => {
  const NEWER = { id: "b", bytes: new Uint8Array(32).fill(2) };

  test("use wraps a grant anew, and the old key can go", async () => {
    const { ports, creatorId, id } = await tokensOf();
    const both = accessTokens({ ...ports, envelope: envelope([NEWER, ...KEYS]) }, tokenMemory(1));
    expect(await both.get(creatorId, id)).toMatchObject({ ok: true });
    expect((await ports.connections.held(creatorId, id))?.grant).toMatch(/^e1\.b\./);
    const alone = accessTokens({ ...ports, envelope: envelope([NEWER]) }, tokenMemory(1));
    expect(await alone.get(creatorId, id)).toMatchObject({ ok: true });
  });

  test("a grant that can't be wrapped anew now is used all the same", async () => {
    const { ports, creatorId, id } = await tokensOf();
    const connections = { ...ports.connections, rewrapped: () => Promise.reject(new Error("D1 is away")) };
    const both = accessTokens({ ...ports, connections, envelope: envelope([NEWER, ...KEYS]) }, tokenMemory(1));
    expect(await both.get(creatorId, id)).toMatchObject({ ok: true });
  });

  test("one that is taken out too early ends nothing: it is said, and good again when it is back", async () => {
    const { ports, creatorId, id, log, time, get } = await tokensOf();
    const without = accessTokens({ ...ports, envelope: envelope([NEWER]) }, tokenMemory(1));
    expect(await without.get(creatorId, id)).toMatchObject(AWAY);
    expect(log.lines.at(-1)).toMatchObject({ level: "error", event: "grant not readable", connection_id: id });
    time.now += 5_000;
    expect(await get()).toMatchObject({ ok: true });
  });
});

test("a directory that is away while a grant is being ended is an outage, no end", async () => {
  const { ports, creatorId, id, google } = await tokensOf();
  google.answers.refresh = refusedAs("reauth", "google.invalid_grant");
  const connections = { ...ports.connections, put: () => Promise.reject(new Error("D1 is away")) };
  const tokens = accessTokens({ ...ports, connections }, tokenMemory(1));
  expect(await tokens.get(creatorId, id)).toMatchObject(AWAY);
});

test("its life is the one that Google says", async () => {
  const { get, google, time } = await tokensOf();
  const short: AccessGrant = { accessToken: "short", lifeMs: 10 * MINUTE };
  google.answers.refresh = accepted(short);
  await get();
  time.now += 5 * MINUTE;
  google.answers.refresh = null;
  expect(await get()).toMatchObject({ accessToken: expect.stringMatching(/^access-/) });
});
