import { describe, expect, test } from "vitest";
import { envelope } from "#adapters/crypto/envelope.ts";
import { revokeGrants } from "#domain/connections/revoke-grants.ts";
import { rewrapGrants } from "#domain/connections/rewrap-grants.ts";
import { accepted } from "#domain/publishing/answer.ts";
import { newId, NOW } from "#test/fakes/builders.ts";
import { CHANNEL, connectingUnderTest, KEYS, refusedAs, unanswered } from "#test/fakes/connecting-under-test.ts";

const NEWER = { id: "b", bytes: new Uint8Array(32).fill(2) };
const rotated = envelope([NEWER, ...KEYS]);

async function connectedOne() {
  const under = connectingUnderTest();
  const connection = await under.connected();
  const { id, creatorId } = connection;
  const ended = () => under.service.disconnect(creatorId, id, newId("req"));
  return { ...under, connection, id, ended };
}

describe("disconnecting", () => {
  test("gives the grant back, keeps nothing of it and tells of it", async () => {
    const { ended, google, ports, creatorId, id, events, time } = await connectedOne();
    time.now = NOW + 1;
    expect(await ended()).toEqual({ ok: true, value: true });
    expect(google.asked.revoked).toEqual(["refresh-1"]);
    expect(await ports.connections.find(creatorId, id)).toBeNull();
    expect(await ports.connections.toRevoke(9)).toEqual([]);
    expect(events.logged.at(-1)).toMatchObject({ type: "connection.disconnected", resource: id, sequence: 2, happenedAt: NOW + 1 });
    expect(await ended()).toEqual({ ok: false, error: { code: "connection_not_found" } });
  });

  test("of somebody else's connection finds none", async () => {
    const { service, id, ports, creatorId } = await connectedOne();
    expect(await service.disconnect(newId("crt"), id, newId("req"))).toMatchObject({ error: { code: "connection_not_found" } });
    expect(await ports.connections.find(creatorId, id)).toMatchObject({ status: "active" });
  });

  test("while Google is away ends at once, and the grant is owed until it has been given back", async () => {
    const { ended, google, ports, creatorId, id } = await connectedOne();
    google.answers.revoke = unanswered;
    expect(await ended()).toMatchObject({ ok: true });
    expect(await ports.connections.find(creatorId, id)).toBeNull();
    expect(await ports.connections.toRevoke(9)).toMatchObject([{ id, tries: 1 }]);
    google.answers.revoke = accepted(null);
    expect(await revokeGrants(ports, 9)).toBe(1);
    expect(await ports.connections.toRevoke(9)).toEqual([]);
    expect(google.asked.revoked).toEqual(["refresh-1", "refresh-1"]);
  });

  test("is done even if what comes after it fails", async () => {
    const under = connectingUnderTest();
    const { id, creatorId } = await under.connected();
    const issuer = { ...under.google.issuer, revoke: () => Promise.reject(new Error("away")) };
    const broken = connectingUnderTest({ ...under.ports, issuer });
    expect(await broken.service.disconnect(creatorId, id, newId("req"))).toMatchObject({ ok: true });
    expect(await under.ports.connections.toRevoke(9)).toMatchObject([{ id, tries: 0 }]);
  });
});

describe("a grant that is owed", () => {
  test("is tried a day long, hour by hour, then given up and forgotten", async () => {
    const { ended, google, ports, log } = await connectedOne();
    google.answers.revoke = refusedAs("final", "google.invalid_client");
    await ended();
    for (let hour = 0; hour < 22; hour += 1) expect(await revokeGrants(ports, 9)).toBe(1);
    expect(await ports.connections.toRevoke(9)).toMatchObject([{ tries: 23 }]);
    expect([await revokeGrants(ports, 9), await revokeGrants(ports, 9)]).toEqual([1, 0]);
    expect(google.asked.revoked).toHaveLength(24);
    expect(log.lines.at(-1)).toMatchObject({ level: "error", event: "revocation given up" });
  });

  test("is left alone once the channel is connected again: Google would end that too", async () => {
    const { ended, google, ports, connected } = await connectedOne();
    google.answers.revoke = unanswered;
    await ended();
    await connected();
    google.answers.revoke = accepted(null);
    expect(await revokeGrants(ports, 9)).toBe(1);
    expect(google.asked.revoked).toEqual(["refresh-1"]);
    expect(await ports.connections.toRevoke(9)).toEqual([]);
  });

  test("is not held up by another channel of the same creator", async () => {
    const { ended, google, ports, connected, channels } = await connectedOne();
    google.answers.revoke = unanswered;
    await ended();
    channels.answer = accepted([{ ...CHANNEL, id: "UC-cats" }]);
    await connected();
    await revokeGrants(ports, 9);
    expect(google.asked.revoked).toEqual(["refresh-1", "refresh-1"]);
  });

  test("is wrapped by the newest key as it is tried", async () => {
    const { ended, google, ports } = await connectedOne();
    google.answers.revoke = unanswered;
    await ended();
    await revokeGrants({ ...ports, envelope: rotated }, 9);
    const [owed] = await ports.connections.toRevoke(9);
    expect(owed?.grant).toMatch(/^e1\.b\./);
    google.answers.revoke = accepted(null);
    await revokeGrants({ ...ports, envelope: envelope([NEWER]) }, 9);
    expect(google.asked.revoked).toEqual(["refresh-1", "refresh-1", "refresh-1"]);
  });

  test("waits for its sealing key, and for a project at Google", async () => {
    const { ended, google, ports, log } = await connectedOne();
    google.answers.revoke = unanswered;
    await ended();
    google.answers.revoke = accepted(null);
    await revokeGrants({ ...ports, envelope: envelope([NEWER]) }, 9);
    expect(log.lines.at(-1)).toMatchObject({ level: "error", event: "grant not readable" });
    await revokeGrants({ ...ports, issuer: null }, 9);
    expect(await ports.connections.toRevoke(9)).toMatchObject([{ tries: 3 }]);
    await revokeGrants(ports, 9);
    expect(await ports.connections.toRevoke(9)).toEqual([]);
  });

  test("holds up no other when it fails", async () => {
    const { ended, google, ports, connected, service, channels } = await connectedOne();
    google.answers.revoke = unanswered;
    await ended();
    channels.answer = accepted([{ ...CHANNEL, id: "UC-cats" }]);
    const other = await connected();
    await service.disconnect(other.creatorId, other.id, newId("req"));
    let calls = 0;
    const issuer = {
      ...google.issuer,
      revoke: async () => {
        calls += 1;
        if (calls === 1) throw new Error("away");
        return accepted(null);
      },
    };
    expect(await revokeGrants({ ...ports, issuer }, 9)).toBe(2);
    expect(await ports.connections.toRevoke(9)).toHaveLength(1);
  });
});

describe("the sweep after a new sealing key", () => {
  test("wraps every grant anew, the tokens stay, and the old key can go", async () => {
    const under = connectingUnderTest();
    const made = [];
    for (let index = 0; index < 130; index += 1) made.push(await under.connected({}, newId("crt")));
    expect(await rewrapGrants({ ...under.ports, envelope: rotated }, 1000)).toBe(130);
    const alone = envelope([NEWER]);
    for (const [index, { id, creatorId }] of made.entries()) {
      const held = await under.ports.connections.held(creatorId, id);
      expect(await alone.open(held?.grant ?? "", `connections|${id}|grant|1`)).toMatchObject({ value: { text: `refresh-${index + 1}` } });
    }
    expect(await rewrapGrants({ ...under.ports, envelope: rotated }, 1000)).toBe(0);
  });

  test("does no more at once than it may, and goes on", async () => {
    const under = connectingUnderTest();
    for (let index = 0; index < 5; index += 1) await under.connected({}, newId("crt"));
    const ports = { ...under.ports, envelope: rotated };
    expect([await rewrapGrants(ports, 2), await rewrapGrants(ports, 2), await rewrapGrants(ports, 2)]).toEqual([2, 2, 1]);
  });

  test("goes past one that can't be read, and says which", async () => {
    const under = connectingUnderTest();
    const [first, second] = [await under.connected(), await under.connected({}, newId("crt"))];
    const held = await under.ports.connections.held(first.creatorId, first.id);
    await under.ports.connections.rewrapped({ ...first, grant: held?.grant ?? "" }, { text: "e1.a.x.x.x.x", key: "a" });
    expect(await rewrapGrants({ ...under.ports, envelope: rotated }, 10)).toBe(2);
    expect((await under.ports.connections.held(second.creatorId, second.id))?.grant).toMatch(/^e1\.b\./);
    expect(under.log.lines.at(-1)).toMatchObject({ event: "grant not readable", connection_id: first.id });
  });
});
