import { describe, expect, test } from "vitest";
import { accepted } from "#domain/publishing/answer.ts";
import { newId, NOW } from "#test/fakes/builders.ts";
import {
  CHANNEL,
  connectingUnderTest,
  MANAGE,
  READ,
  REDIRECT_URI,
  refusedAs,
  unanswered,
  UPLOAD,
} from "#test/fakes/connecting-under-test.ts";

const MINUTES = 60_000;
const DRAFT = { capabilities: null, connectionId: null, returnTo: null };

const begunBy = async (under: ReturnType<typeof connectingUnderTest>, draft = {}, key: string | null = null, fingerprint = "f") => {
  const begun = await under.service.begin(under.creatorId, { ...DRAFT, ...draft }, key === null ? null : { key, fingerprint });
  if (!begun.ok) throw new Error(begun.error.code);
  return begun.value;
};
const startedBy = (under: ReturnType<typeof connectingUnderTest>, ticket: string, browser = under.browser) =>
  under.service.start({ ticket, browser, redirectUri: REDIRECT_URI });

test("a channel that is consented to is connected, kept sealed, and told of", async () => {
  const under = connectingUnderTest();
  const connection = await under.connected();
  expect(connection).toMatchObject({
    creatorId: under.creatorId,
    account: "youtube:UC-films",
    title: CHANNEL.title,
    pictureUrl: CHANNEL.pictureUrl,
    scopes: [UPLOAD, READ],
    status: "active",
    connectedAt: NOW,
    sequence: 1,
  });
  const held = await under.ports.connections.held(under.creatorId, connection.id);
  expect(held?.grant).toMatch(/^e1\.a\./);
  expect(await under.ports.envelope.open(held?.grant ?? "", `connections|${connection.id}|grant|1`)).toMatchObject({
    ok: true,
    value: { text: "refresh-1" },
  });
  expect(under.events.logged).toMatchObject([
    {
      type: "connection.connected",
      resource: connection.id,
      sequence: 1,
      data: { connection_id: connection.id, channel_id: "UC-films", title: CHANNEL.title, capabilities: ["publish"], status: "active" },
    },
  ]);
  expect(under.relays.woken).toBe(1);
  expect([...under.consents.rows]).toEqual([]);
});

test("the question carries state, verifier and scopes; the answer is redeemed with the same verifier", async () => {
  const under = connectingUnderTest();
  await under.connected({ capabilities: ["publish", "manage"] }).catch(() => null);
  const [question] = under.google.asked.consents;
  expect(question).toMatchObject({ scopes: [UPLOAD, READ, MANAGE], redirectUri: REDIRECT_URI });
  expect(question?.verifier).toMatch(/^[\w-]{43}$/);
  expect(under.google.asked.redeemed).toEqual([question?.verifier]);
});

test("neither ticket, state, browser nor verifier is stored as it is", async () => {
  const under = connectingUnderTest();
  const { ticket } = await begunBy(under);
  await startedBy(under, ticket);
  const [question] = under.google.asked.consents;
  const stored = JSON.stringify([...under.consents.rows]);
  for (const secret of [ticket, question?.state, under.browser, question?.verifier]) expect(stored).not.toContain(secret);
  expect(question?.state).not.toContain(ticket.split(".")[1]);
});

describe("a ticket", () => {
  test("is good for ten minutes", async () => {
    const under = connectingUnderTest();
    const { ticket, expiresAt } = await begunBy(under);
    expect(expiresAt).toBe(NOW + 10 * MINUTES);
    under.time.now = expiresAt - 1;
    expect(await startedBy(under, ticket)).toMatchObject({ ok: true });
    under.time.now = expiresAt;
    expect(await startedBy(under, ticket)).toEqual({ ok: false, error: { code: "consent_expired" } });
  });

  test("belongs to the browser that opens it first, which may open it again", async () => {
    const under = connectingUnderTest();
    const { ticket } = await begunBy(under);
    const first = await startedBy(under, ticket);
    expect(await startedBy(under, ticket, "c".repeat(43))).toEqual({ ok: false, error: { code: "consent_other_browser" } });
    expect(await startedBy(under, ticket)).toEqual(first);
  });

  test.each([
    ["another's", (ticket: string) => `${newId("crt")}.${ticket.split(".")[1] ?? ""}`],
    ["changed", (ticket: string) => (ticket.endsWith("A") ? `${ticket.slice(0, -1)}B` : `${ticket.slice(0, -1)}A`)],
    ["none", () => ""],
  ])("that is %s opens nothing", async (_name, change) => {
    const under = connectingUnderTest();
    const { ticket } = await begunBy(under);
    expect(await startedBy(under, change(ticket))).toEqual({ ok: false, error: { code: "consent_unknown" } });
    expect(await startedBy(under, ticket)).toMatchObject({ ok: true });
  });

  test("is the same for the same request under one key, and another afterwards", async () => {
    const under = connectingUnderTest();
    const first = await begunBy(under, {}, "k");
    under.time.now += 1;
    expect(await begunBy(under, {}, "k")).toEqual({ ...first, replayed: true });
    expect(await startedBy(under, first.ticket)).toMatchObject({ ok: true });
    expect((await begunBy(under, {}, "other")).ticket).not.toBe(first.ticket);
    expect((await begunBy(under)).ticket).not.toBe(first.ticket);
    expect(await under.service.begin(under.creatorId, DRAFT, { key: "k", fingerprint: "another body" })).toEqual({
      ok: false,
      error: { code: "idempotency_key_reused" },
    });
    under.time.now = NOW + 10 * MINUTES;
    const later = await begunBy(under, {}, "k");
    expect([later.replayed, later.ticket === first.ticket]).toEqual([false, false]);
  });
});

describe("whoever comes back", () => {
  const cases: [string, (under: ReturnType<typeof connectingUnderTest>) => void, Record<string, string> | undefined, object][] = [
    ["having said no", () => undefined, { error: "access_denied" }, { code: "consent_denied" }],
    ["with an error of Google's", () => undefined, { error: "server_error" }, { code: "consent_failed", detail: "server_error" }],
    [
      "after ten minutes",
      (under) => {
        under.time.now += 10 * MINUTES;
      },
      undefined,
      { code: "consent_expired" },
    ],
    [
      "with a code that Google does not take",
      ({ google }) => {
        google.answers.redeem = refusedAs("reauth", "google.invalid_grant");
      },
      undefined,
      { code: "consent_lost", detail: "Google says google.invalid_grant." },
    ],
    [
      "with a code whose exchange has no answer",
      ({ google }) => {
        google.answers.redeem = unanswered;
      },
      undefined,
      { code: "consent_lost", detail: "Google did not answer in time." },
    ],
  ];
  test.each(cases)("%s is told so, and nothing is granted that would have to be given back", async (_name, arrange, answer, error) => {
    const under = connectingUnderTest();
    const state = await under.sent({ returnTo: "https://app.example/back" });
    arrange(under);
    expect(await under.back(state, answer)).toEqual({ returnTo: "https://app.example/back", outcome: { ok: false, error } });
    expect(await under.ports.connections.list(under.creatorId, { limit: 9, before: null })).toMatchObject({ items: [] });
    expect(under.google.asked.revoked).toEqual([]);
  });

  const grant = { accessToken: "access", lifeMs: 1, refreshToken: "refresh", scopes: [UPLOAD, READ] };
  const given: [string, (under: ReturnType<typeof connectingUnderTest>) => void, object, string][] = [
    [
      "without every scope",
      ({ google }) => {
        google.answers.redeem = accepted({ ...grant, scopes: [READ] });
      },
      { code: "scopes_missing", scopes: [UPLOAD] },
      "refresh",
    ],
    [
      "without lasting access",
      ({ google }) => {
        google.answers.redeem = accepted({ ...grant, refreshToken: null });
      },
      { code: "grant_not_lasting" },
      "access",
    ],
    [
      "without a channel",
      ({ channels }) => {
        channels.answer = accepted([]);
      },
      { code: "no_channel" },
      "refresh-1",
    ],
    [
      "as somebody who never signed up at YouTube",
      ({ channels }) => {
        channels.answer = refusedAs("final", "youtube.youtube_signup_required");
      },
      { code: "no_channel" },
      "refresh-1",
    ],
    [
      "while YouTube refuses to say which channel it is",
      ({ channels }) => {
        channels.answer = refusedAs("final", "youtube.forbidden");
      },
      { code: "channel_unreadable", detail: "Google says youtube.forbidden." },
      "refresh-1",
    ],
    [
      "while YouTube is away",
      ({ channels }) => {
        channels.answer = unanswered;
      },
      { code: "channel_unreadable", detail: "Google did not answer in time." },
      "refresh-1",
    ],
  ];
  test.each(given)("%s is told so, and the grant is given back", async (_name, arrange, error, token) => {
    const under = connectingUnderTest();
    arrange(under);
    expect((await under.back(await under.sent())).outcome).toEqual({ ok: false, error });
    expect(under.google.asked.revoked).toEqual([token]);
    expect(await under.ports.connections.byAccount(under.creatorId, "youtube:UC-films")).toBeNull();
    expect(under.events.logged).toEqual([]);
  });

  test.each(given)("%s keeps what is connected already: Google would end it too", async (_name, arrange) => {
    const under = connectingUnderTest();
    await under.connected();
    arrange(under);
    expect((await under.back(await under.sent())).outcome).toMatchObject({ ok: false });
    expect(under.google.asked.revoked).toEqual([]);
  });

  test("a second time is told that it is used up, and nothing is redeemed again", async () => {
    const under = connectingUnderTest();
    const state = await under.sent();
    expect((await under.back(state)).outcome).toMatchObject({ ok: true });
    expect(await under.back(state)).toEqual({ returnTo: null, outcome: { ok: false, error: { code: "consent_unknown" } } });
    expect(under.google.asked.redeemed).toHaveLength(1);
  });

  test("twice at once is connected once", async () => {
    const under = connectingUnderTest();
    const state = await under.sent();
    const outcomes = await Promise.all([under.back(state), under.back(state)]);
    expect(outcomes.filter(({ outcome }) => outcome.ok)).toHaveLength(1);
    expect(under.google.asked.redeemed).toHaveLength(1);
  });

  test.each([
    ["from another browser", "c".repeat(43)],
    ["without a cookie", null],
  ])("%s is refused, sent nowhere, and takes the consent from nobody", async (_name, from) => {
    const under = connectingUnderTest();
    const state = await under.sent({ returnTo: "https://app.example/back" });
    expect(await under.back(state, undefined, from)).toEqual({
      returnTo: null,
      outcome: { ok: false, error: { code: "consent_other_browser" } },
    });
    expect((await under.back(state)).outcome).toMatchObject({ ok: true });
  });

  test("with a link that no browser has opened is refused", async () => {
    const under = connectingUnderTest();
    const { ticket } = await begunBy(under);
    const [request] = under.consents.rows.values();
    expect(request?.browserHash).toBeNull();
    const state = `${under.creatorId}.${await under.ports.secrets.sign("consent", ticket)}`;
    expect((await under.back(state, undefined, null)).outcome).toMatchObject({ error: { code: "consent_other_browser" } });
    expect((await under.back(state)).outcome).toMatchObject({ error: { code: "consent_other_browser" } });
  });

  test.each([
    ["of somebody else", (state: string) => `${newId("crt")}.${state.split(".")[1] ?? ""}`],
    ["that is changed", (state: string) => (state.endsWith("A") ? `${state.slice(0, -1)}B` : `${state.slice(0, -1)}A`)],
    ["that is none", () => "state"],
  ])("with a state %s is told that it is not ours", async (_name, change) => {
    const under = connectingUnderTest();
    const state = await under.sent();
    expect((await under.back(change(state))).outcome).toEqual({ ok: false, error: { code: "consent_unknown" } });
    expect((await under.back(state)).outcome).toMatchObject({ ok: true });
  });
});

describe("connecting again", () => {
  test("renews the connection that the channel has", async () => {
    const under = connectingUnderTest();
    const { id } = await under.connected();
    under.time.now += 1;
    under.channels.answer = accepted([{ ...CHANNEL, title: "Renamed" }]);
    expect(await under.connected()).toMatchObject({ id, title: "Renamed", connectedAt: NOW + 1, sequence: 2 });
    const held = await under.ports.connections.held(under.creatorId, id);
    expect(await under.ports.envelope.open(held?.grant ?? "", `connections|${id}|grant|1`)).toMatchObject({ value: { text: "refresh-2" } });
    expect(under.google.asked.revoked).toEqual([]);
    expect(under.events.logged.map(({ type, sequence }) => [type, sequence])).toEqual([
      ["connection.connected", 1],
      ["connection.connected", 2],
    ]);
  });

  test("asks for what the connection could be asked for, unless it is told", async () => {
    const under = connectingUnderTest();
    under.google.answers.redeem = accepted({ accessToken: "a", lifeMs: 1, refreshToken: "r", scopes: [UPLOAD, READ, MANAGE] });
    const { id } = await under.connected({ capabilities: ["publish", "manage"] });
    await under.sent({ connectionId: id });
    await under.sent({ connectionId: id, capabilities: ["publish"] });
    expect(under.google.asked.consents.map(({ scopes }) => scopes)).toEqual([
      [UPLOAD, READ, MANAGE],
      [UPLOAD, READ, MANAGE],
      [UPLOAD, READ],
    ]);
  });

  test("by name takes no other channel, and gives its grant back", async () => {
    const under = connectingUnderTest();
    const { id } = await under.connected();
    under.channels.answer = accepted([{ ...CHANNEL, id: "UC-cats", title: "Cats" }]);
    expect((await under.back(await under.sent({ connectionId: id }))).outcome).toEqual({
      ok: false,
      error: { code: "other_channel", expected: CHANNEL.title, granted: "Cats" },
    });
    expect(under.google.asked.revoked).toEqual(["refresh-2"]);
    expect(await under.ports.connections.find(under.creatorId, id)).toMatchObject({ sequence: 1, account: "youtube:UC-films" });
  });

  test("by name leaves another connected channel its grant", async () => {
    const under = connectingUnderTest();
    const { id } = await under.connected();
    under.channels.answer = accepted([{ ...CHANNEL, id: "UC-cats", title: "Cats" }]);
    await under.connected();
    expect((await under.back(await under.sent({ connectionId: id }))).outcome).toMatchObject({ error: { code: "other_channel" } });
    expect(under.google.asked.revoked).toEqual([]);
  });

  test("what has been disconnected meanwhile stays so", async () => {
    const under = connectingUnderTest();
    const { id } = await under.connected();
    const state = await under.sent({ connectionId: id });
    await under.service.disconnect(under.creatorId, id, newId("req"));
    expect((await under.back(state)).outcome).toEqual({ ok: false, error: { code: "connection_gone" } });
    expect(under.google.asked.revoked).toEqual(["refresh-1", "refresh-2"]);
  });

  test.each(["unknown", "another creator's"])("of %s connection is refused at once", async (whose) => {
    const under = connectingUnderTest();
    const id = whose === "unknown" ? newId("con") : (await under.connected({}, newId("crt"))).id;
    expect(await under.service.begin(under.creatorId, { ...DRAFT, connectionId: id }, null)).toEqual({
      ok: false,
      error: { code: "connection_not_found" },
    });
  });

  test("two creators may have the same channel", async () => {
    const under = connectingUnderTest();
    const [one, two] = [await under.connected(), await under.connected({}, newId("crt"))];
    expect(one.id).not.toBe(two.id);
  });
});

test("without a project at Google nothing begins, starts or ends", async () => {
  const under = connectingUnderTest();
  const { ticket } = await begunBy(under);
  const state = await under.sent();
  const without = connectingUnderTest({ ...under.ports, issuer: null });
  expect(await without.service.begin(under.creatorId, DRAFT, null)).toEqual({ ok: false, error: { code: "youtube_not_configured" } });
  expect(await startedBy(without, ticket)).toEqual({ ok: false, error: { code: "youtube_not_configured" } });
  expect((await without.back(state)).outcome).toEqual({ ok: false, error: { code: "youtube_not_configured" } });
});

test("what began under a sealing key that is gone is lost, and said to be", async () => {
  const under = connectingUnderTest();
  const { ticket } = await begunBy(under);
  const state = await under.sent();
  const { envelope } = connectingUnderTest().ports;
  const blind = { ...envelope, open: async () => ({ ok: false, error: { code: "seal_broken", detail: "there is no key a" } }) as const };
  const without = connectingUnderTest({ ...under.ports, envelope: blind });
  expect(await startedBy(without, ticket)).toMatchObject({ error: { code: "consent_lost" } });
  expect((await without.back(state)).outcome).toMatchObject({ error: { code: "consent_lost" } });
});

test("the channel's publisher hears of it, and holds up nobody who can't reach it", async () => {
  const under = connectingUnderTest();
  const { id } = await under.connected();
  expect(under.reconnected).toEqual([`youtube:UC-films ${id}`]);
  const away = connectingUnderTest({ publishers: { get: () => ({ reconnected: () => Promise.reject(new Error("away")) }) } });
  expect(await away.connected()).toMatchObject({ status: "active" });
  expect(away.log.lines).toContainEqual(expect.objectContaining({ event: "publisher not told", account: "youtube:UC-films" }));
});

test("a relay that can't be woken holds up nobody", async () => {
  const relays = { wake: () => Promise.reject(new Error("away")), wakeAll: async () => undefined };
  const under = connectingUnderTest({ relays });
  expect(await under.connected()).toMatchObject({ status: "active" });
  expect(under.log.lines).toMatchObject([{ event: "connection changed" }, { event: "relay not woken" }]);
});
