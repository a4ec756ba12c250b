import { expect, test } from "vitest";
import type { Connection } from "#domain/connections/connection.ts";
import type { ConnectionDirectory, ConsentRequest, ConsentRequests, SealedGrant } from "#domain/connections/directory.ts";
import type { LoggedEvent } from "#domain/events/event.ts";
import type { CreatorId } from "#domain/ids.ts";
import { anEvent, newId, NOW } from "#test/fakes/builders.ts";

const ALL = { limit: 100, before: null };
const GRANT: SealedGrant = { text: "e1.a.sealed", key: "a" };

const aConnection = (changes: Partial<Connection> = {}): Connection => ({
  id: newId("con"),
  creatorId: newId("crt"),
  account: "youtube:UC-films",
  title: "Zoë's films",
  pictureUrl: "https://yt3.example/picture",
  scopes: ["a", "b"],
  status: "active",
  connectedAt: NOW,
  changedAt: NOW,
  sequence: 1,
  ...changes,
});

const eventOf = ({ id, creatorId, sequence }: Connection, changes = {}) =>
  anEvent({ type: "connection.connected", resource: id, creatorId, sequence, data: { connection_id: id }, ...changes });

/** What a directory of connections does, the fake one included. */
export function connectionDirectoryContract(
  make: () => { connections: ConnectionDirectory; logged: (creatorId: CreatorId) => Promise<readonly LoggedEvent[]> },
): void {
  const added = async (connections: ConnectionDirectory, changes: Partial<Connection> = {}, grant = GRANT) => {
    const connection = aConnection(changes);
    expect(await connections.put(connection, eventOf(connection), grant)).toBe(true);
    return connection;
  };
  const ended = async (connections: ConnectionDirectory, connection: Connection) => {
    const gone: Connection = { ...connection, status: "disconnected", sequence: connection.sequence + 1 };
    expect(await connections.put(gone, eventOf(gone, { type: "connection.disconnected" }), null)).toBe(true);
    return gone;
  };
  const owedOf = async (connections: ConnectionDirectory) => {
    const [owed] = await connections.toRevoke(1);
    if (owed === undefined) throw new Error("nothing is owed");
    return owed;
  };

  test("finds a connection by its id and by its account, for its creator only", async () => {
    const { connections } = make();
    const connection = await added(connections, { pictureUrl: null });
    const { id, creatorId, account } = connection;
    expect(await connections.find(creatorId, id)).toEqual(connection);
    expect(await connections.byAccount(creatorId, account)).toEqual(connection);
    expect(await connections.held(creatorId, id)).toEqual({ connection, grant: GRANT.text });
    const other = newId("crt");
    expect([await connections.find(other, id), await connections.byAccount(other, account), await connections.held(other, id)]).toEqual([
      null,
      null,
      null,
    ]);
    expect(await connections.byAccount(creatorId, "youtube:UC-cats")).toBeNull();
  });

  test("lists a creator's connections, newest first, page by page", async () => {
    const { connections } = make();
    const creatorId = newId("crt");
    const made = [];
    for (const channel of ["a", "b", "c", "gone"]) made.push(await added(connections, { creatorId, account: `youtube:${channel}` }));
    const gone = made.pop();
    if (gone !== undefined) await ended(connections, gone);
    await added(connections);
    const [first, second, third] = made.toSorted((a, b) => (a.id < b.id ? 1 : -1));
    expect(await connections.list(creatorId, { limit: 2, before: null })).toEqual({ items: [first, second], hasMore: true });
    expect(await connections.list(creatorId, { limit: 2, before: second?.id ?? null })).toEqual({ items: [third], hasMore: false });
  });

  test("has one connection of an account for a creator, and another once that has ended", async () => {
    const { connections, logged } = make();
    const first = await added(connections);
    const { creatorId } = first;
    const second = aConnection({ creatorId });
    expect(await connections.put(second, eventOf(second), GRANT)).toBe(false);
    expect((await logged(creatorId)).map(({ resource }) => resource)).toEqual([first.id]);
    await ended(connections, first);
    expect(await connections.put(second, eventOf(second), GRANT)).toBe(true);
    expect(await connections.byAccount(creatorId, first.account)).toEqual(second);
  });

  test("is changed from what it was one sequence before, and tells of that once", async () => {
    const { connections, logged } = make();
    const connection = await added(connections);
    const { id, creatorId } = connection;
    const changed: Connection = { ...connection, status: "needs_reauth", changedAt: NOW + 1, sequence: 2 };
    const [event, again] = [eventOf(changed, { type: "connection.needs_reauth" }), eventOf(changed, { type: "connection.connected" })];
    expect(await connections.put(changed, event, null)).toBe(true);
    expect(await connections.put({ ...changed, title: "Another" }, again, null)).toBe(false);
    expect(await connections.put({ ...changed, sequence: 4 }, eventOf({ ...changed, sequence: 4 }), null)).toBe(false);
    expect(await connections.put({ ...changed, creatorId: newId("crt"), sequence: 3 }, eventOf({ ...changed, sequence: 3 }), null)).toBe(
      false,
    );
    expect(await connections.held(creatorId, id)).toEqual({ connection: changed, grant: GRANT.text });
    expect((await logged(creatorId)).map(({ type, sequence }) => [type, sequence])).toEqual([
      ["connection.connected", 1],
      ["connection.needs_reauth", 2],
    ]);
  });

  test("is renewed with another grant", async () => {
    const { connections } = make();
    const connection = await added(connections);
    const renewed: Connection = { ...connection, title: "Renamed", scopes: ["c"], connectedAt: NOW + 1, sequence: 2 };
    expect(await connections.put(renewed, eventOf(renewed), { text: "e1.a.anew", key: "a" })).toBe(true);
    expect(await connections.held(renewed.creatorId, renewed.id)).toEqual({ connection: renewed, grant: "e1.a.anew" });
  });

  test("what has ended is in no list and does not come back; its grant is owed", async () => {
    const { connections } = make();
    const connection = await added(connections);
    const { id, creatorId, account } = connection;
    const gone = await ended(connections, connection);
    expect(await connections.put({ ...gone, status: "active", sequence: 3 }, eventOf({ ...gone, sequence: 3 }), GRANT)).toBe(false);
    expect([
      await connections.find(creatorId, id),
      await connections.byAccount(creatorId, account),
      await connections.held(creatorId, id),
    ]).toEqual([null, null, null]);
    expect(await connections.list(creatorId, ALL)).toEqual({ items: [], hasMore: false });
    expect(await connections.toRevoke(9)).toEqual([{ id, creatorId, account, grant: GRANT.text, tries: 0 }]);
  });

  test("owes a grant until it is forgotten, those first that were tried least", async () => {
    const { connections } = make();
    const [one, two] = [await added(connections), await added(connections)];
    for (const connection of [one, two]) await ended(connections, connection);
    await added(connections);
    const first = await owedOf(connections);
    await connections.stillOwed(first, "e1.b.sealed");
    // Somebody who looked at it before that changes nothing any more.
    await connections.stillOwed(first, "e1.c.sealed");
    await connections.forgetGrant(first);
    const all = await connections.toRevoke(9);
    expect(all).toMatchObject([{ tries: 0 }, { id: first.id, grant: "e1.b.sealed", tries: 1 }]);
    expect(await connections.toRevoke(1)).toHaveLength(1);
    let owed = all[1];
    for (let tries = 1; tries < 12 && owed !== undefined; tries += 1) {
      await connections.stillOwed(owed, "e1.b.sealed");
      owed = (await connections.toRevoke(9))[1];
    }
    expect(owed).toMatchObject({ id: first.id, tries: 12 });
    for (const each of await connections.toRevoke(9)) await connections.forgetGrant(each);
    expect(await connections.toRevoke(9)).toEqual([]);
  });

  test("knows the living grants under a key, by id, in pieces", async () => {
    const { connections } = make();
    const made = [await added(connections), await added(connections), await added(connections)];
    await added(connections, {}, { text: "e1.b.sealed", key: "b" });
    await ended(connections, await added(connections));
    const rows = made.map(({ id, creatorId }) => ({ id, creatorId, grant: GRANT.text })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(await connections.underKey("a", null, 2)).toEqual(rows.slice(0, 2));
    expect(await connections.underKey("a", rows[1]?.id ?? null, 2)).toEqual(rows.slice(2));
  });

  test("takes a grant that is sealed otherwise, unless it is another by now", async () => {
    const { connections } = make();
    const { id, creatorId } = await added(connections);
    const to = { text: "e1.b.sealed", key: "b" };
    await connections.rewrapped({ id, creatorId, grant: "e1.a.another" }, to);
    expect(await connections.underKey("a", null, 9)).toHaveLength(1);
    await connections.rewrapped({ id, creatorId, grant: GRANT.text }, to);
    expect(await connections.underKey("a", null, 9)).toEqual([]);
    expect(await connections.underKey("b", null, 9)).toEqual([{ id, creatorId, grant: to.text }]);
    expect(await connections.find(creatorId, id)).toMatchObject({ sequence: 1 });
  });
}

const aRequest = (changes: Partial<ConsentRequest> = {}): ConsentRequest => ({
  stateHash: newId("req"),
  creatorId: newId("crt"),
  kind: "youtube",
  connectionId: null,
  browserHash: null,
  verifier: `e1.${newId("req")}`,
  scopes: ["a", "b"],
  returnTo: null,
  createdAt: NOW,
  expiresAt: NOW + 600_000,
  ...changes,
});

/** What keeps consents that people have been sent for. */
export function consentRequestsContract(make: () => ConsentRequests): void {
  test("keeps a request for its creator until it is taken, once", async () => {
    const consents = make();
    const request = aRequest({ connectionId: newId("con"), returnTo: "https://app.example/" });
    expect(await consents.open(request, null)).toBe(true);
    expect(await consents.find(request.creatorId, request.stateHash)).toEqual(request);
    expect(await consents.find(newId("crt"), request.stateHash)).toBeNull();
    expect(await consents.take(newId("crt"), request.stateHash)).toBeNull();
    expect(await consents.take(request.creatorId, request.stateHash)).toEqual(request);
    expect(await consents.take(request.creatorId, request.stateHash)).toBeNull();
  });

  test("belongs to the first browser, while its time lasts", async () => {
    const consents = make();
    const request = aRequest();
    const { creatorId, stateHash, expiresAt } = request;
    await consents.open(request, null);
    expect(await consents.claim(newId("crt"), stateHash, "one", NOW)).toBeNull();
    expect(await consents.claim(creatorId, stateHash, "one", expiresAt)).toBeNull();
    expect(await consents.claim(creatorId, stateHash, "one", expiresAt - 1)).toEqual({ ...request, browserHash: "one" });
    expect(await consents.claim(creatorId, stateHash, "two", NOW)).toBeNull();
    expect(await consents.claim(creatorId, stateHash, "one", NOW)).toEqual({ ...request, browserHash: "one" });
    expect(await consents.claim(creatorId, "unknown", "one", NOW)).toBeNull();
  });

  test("knows a request by its name for as long as it is good", async () => {
    const consents = make();
    const request = aRequest();
    const { creatorId, createdAt, expiresAt } = request;
    const name = { scopeHash: "name", fingerprint: "f" };
    expect(await consents.known(creatorId, name, NOW)).toEqual({ ok: true, value: null });
    expect(await consents.open(request, name)).toBe(true);
    expect(await consents.known(creatorId, name, expiresAt - 1)).toEqual({ ok: true, value: { createdAt, expiresAt } });
    expect(await consents.known(creatorId, { ...name, fingerprint: "g" }, NOW)).toEqual({
      ok: false,
      error: { code: "idempotency_key_reused" },
    });
    expect(await consents.known(newId("crt"), name, NOW)).toEqual({ ok: true, value: null });
    expect(await consents.known(creatorId, name, expiresAt)).toEqual({ ok: true, value: null });

    const rival = aRequest({ creatorId });
    expect(await consents.open(rival, name)).toBe(false);
    expect(await consents.find(creatorId, rival.stateHash)).toBeNull();
    const later = aRequest({ creatorId, createdAt: expiresAt, expiresAt: expiresAt + 600_000 });
    expect(await consents.open(later, name)).toBe(true);
    expect(await consents.known(creatorId, name, expiresAt)).toEqual({
      ok: true,
      value: { createdAt: expiresAt, expiresAt: later.expiresAt },
    });
  });

  test("forgets what is over, so many at once", async () => {
    const consents = make();
    const over = [aRequest({ expiresAt: NOW - 1 }), aRequest({ expiresAt: NOW }), aRequest({ expiresAt: NOW })];
    const open = aRequest({ expiresAt: NOW + 1 });
    for (const request of [...over, open]) await consents.open(request, null);
    expect([await consents.forget(NOW, 2), await consents.forget(NOW, 2), await consents.forget(NOW, 2)]).toEqual([2, 1, 0]);
    expect(await consents.find(open.creatorId, open.stateHash)).toEqual(open);
  });
}
