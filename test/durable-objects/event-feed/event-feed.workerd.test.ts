import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import type { EventFeed } from "#durable-objects/event-feed/event-feed.ts";
import { KEPT_EVENTS, KEPT_FOR_MS } from "#durable-objects/event-feed/machine.ts";
import { newId } from "#test/fakes/builders.ts";
import { anEvent, Ear, eventsAt, expectHeard, feeds, from, stubOf, withServices } from "./feed-under-test.ts";

const written = (creatorId: ReturnType<typeof newId<"crt">>): Promise<number> =>
  runInDurableObject(
    stubOf(creatorId),
    (_instance: EventFeed, { storage }) => storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM events").one().n,
  );

describe("what happens", () => {
  test("is told to everybody who listens, in the order of the log", async () => {
    const creatorId = newId("crt");
    const [one, other] = [await Ear.at(creatorId), await Ear.at(creatorId)];
    await feeds.publish(creatorId, eventsAt(creatorId, 5, 7));
    await feeds.publish(creatorId, eventsAt(creatorId, 9));
    await expectHeard(one, 5, 7, 9);
    await expectHeard(other, 5, 7, 9);
  });

  test("arrives whole", async () => {
    const creatorId = newId("crt");
    const ear = await Ear.at(creatorId);
    const event = anEvent(creatorId, 3, { data: { metadata: { title: "Ünïcode\n" }, size: 12 } });
    await feeds.publish(creatorId, [event]);
    await expectHeard(ear, 3);
    expect(ear.messages).toEqual([{ kind: "event", event }]);
  });

  test("is told once however often the relay brings it", async () => {
    const creatorId = newId("crt");
    const ear = await Ear.at(creatorId);
    const events = eventsAt(creatorId, 1, 2, 3);
    await feeds.publish(creatorId, events.slice(0, 2));
    await feeds.publish(creatorId, events);
    await feeds.publish(creatorId, events.slice(1));
    await expectHeard(ear, 1, 2, 3);
    expect((await ear.settled()).positions).toEqual([1, 2, 3]);
  });

  test("is told by type and by resource to who wants only that", async () => {
    const creatorId = newId("crt");
    const resource = newId("upl");
    const [byType, byResource, byBoth] = [
      await Ear.at(creatorId, { types: ["upload.created", "asset.deleted"] }),
      await Ear.at(creatorId, { resource }),
      await Ear.at(creatorId, { types: ["upload.created"], resource }),
    ];
    await feeds.publish(creatorId, [
      anEvent(creatorId, 1, { type: "upload.created" }),
      anEvent(creatorId, 2, { type: "upload.created", resource }),
      anEvent(creatorId, 3, { type: "upload.failed", resource }),
      anEvent(creatorId, 4, { type: "asset.deleted", resource: newId("ast") }),
    ]);
    await expectHeard(byType, 1, 2, 4);
    await expectHeard(byResource, 2, 3);
    await expectHeard(byBoth, 2);
    for (const ear of [byType, byResource, byBoth]) await ear.settled();
    expect([byType.positions, byResource.positions, byBoth.positions]).toEqual([[1, 2, 4], [2, 3], [2]]);
  });

  test("stays with its creator", async () => {
    const [creatorId, stranger] = [newId("crt"), newId("crt")];
    const ear = await Ear.at(stranger);
    await feeds.publish(creatorId, eventsAt(creatorId, 1));
    await feeds.publish(stranger, eventsAt(stranger, 2));
    await expectHeard(ear, 2);
    expect((await ear.settled()).positions).toEqual([2]);
  });
});

describe("who comes back", () => {
  test("is told what came after the last position it knows, and then what comes", async () => {
    const creatorId = newId("crt");
    await Ear.at(creatorId);
    await feeds.publish(creatorId, eventsAt(creatorId, ...from(1, 10)));
    const ear = await Ear.at(creatorId, { after: 7 });
    await feeds.publish(creatorId, eventsAt(creatorId, 11));
    await expectHeard(ear, 8, 9, 10, 11);
    expect(ear.connection.position).toBe(7);
  });

  test("with the newest position is told only what comes", async () => {
    const creatorId = newId("crt");
    await Ear.at(creatorId);
    await feeds.publish(creatorId, eventsAt(creatorId, 1, 2));
    const ear = await Ear.at(creatorId, { after: 2 });
    await feeds.publish(creatorId, eventsAt(creatorId, 3));
    await expectHeard(ear, 3);
  });

  test("without a position begins at the newest, and learns which that is", async () => {
    const creatorId = newId("crt");
    await feeds.publish(creatorId, eventsAt(creatorId, 1, 2));
    const ear = await Ear.at(creatorId);
    expect(ear.connection.position).toBe(2);
    await feeds.publish(creatorId, eventsAt(creatorId, 3));
    await expectHeard(ear, 3);
  });

  test("having read ahead in the log is not told twice what the relay brings later", async () => {
    const creatorId = newId("crt");
    await Ear.at(creatorId);
    await feeds.publish(creatorId, eventsAt(creatorId, 1));
    const ear = await Ear.at(creatorId, { after: 3 });
    await feeds.publish(creatorId, eventsAt(creatorId, 2, 3, 4));
    await expectHeard(ear, 4);
    expect((await ear.settled()).positions).toEqual([4]);
  });

  test("gets pages as it asks for them, and misses nothing that happens between two", async () => {
    const creatorId = newId("crt");
    await Ear.at(creatorId);
    await feeds.publish(creatorId, eventsAt(creatorId, ...from(1, 200)));
    const ear = await Ear.at(creatorId, { after: 0 });
    const first = (await ear.settled()).positions.length;
    expect([first, ear.messages.at(-2)?.kind]).toEqual([64, "page-end"]);
    await feeds.publish(creatorId, eventsAt(creatorId, 201, 202));
    expect((await ear.settled()).positions.length).toBe(first);
    ear.messages.splice(-2);
    await ear.readOn();
    await feeds.publish(creatorId, eventsAt(creatorId, 203));
    await expectHeard(ear, ...from(1, 203));
  });

  test("gets fewer at once when they are large", async () => {
    const creatorId = newId("crt");
    await Ear.at(creatorId);
    await feeds.publish(
      creatorId,
      from(1, 8).map((position) => anEvent(creatorId, position, { data: { text: "x".repeat(100_000) } })),
    );
    const ear = await Ear.at(creatorId, { after: 0 });
    expect((await ear.settled()).positions).toEqual([1, 2]);
    ear.messages.splice(-2);
    ear.connection.more();
    await expectHeard(ear, ...from(1, 4));
  });

  test("gets what it wants of what was kept", async () => {
    const creatorId = newId("crt");
    const resource = newId("upl");
    await Ear.at(creatorId);
    await feeds.publish(creatorId, [
      anEvent(creatorId, 1, { type: "upload.created", resource }),
      anEvent(creatorId, 2, { type: "upload.created" }),
      anEvent(creatorId, 3, { type: "upload.completed", resource }),
    ]);
    await expectHeard(await Ear.at(creatorId, { after: 0, resource }), 1, 3);
    await expectHeard(await Ear.at(creatorId, { after: 0, types: ["upload.created"] }), 1, 2);
    await expectHeard(await Ear.at(creatorId, { after: 0, types: ["upload.completed"], resource }), 3);
  });
});

describe("what is kept", () => {
  test("are the newest thousand; who comes from further back is sent to the log, and told from where on it can be let in", async () => {
    const creatorId = newId("crt");
    await Ear.at(creatorId);
    for (let first = 1; first <= 1_200; first += 200) await feeds.publish(creatorId, eventsAt(creatorId, ...from(first, first + 199)));
    const kept = await written(creatorId);
    expect(kept).toBeGreaterThanOrEqual(KEPT_EVENTS);
    expect(kept).toBeLessThanOrEqual(KEPT_EVENTS + 100);
    const floor = 1_200 - kept;
    expect(await new Ear({ after: floor - 1 }).listen(creatorId)).toEqual({ code: "behind", floor });
    const ear = await Ear.at(creatorId, { after: floor });
    await ear.readOn();
    expect(ear.positions).toEqual(from(floor + 1, 1_200));
  });

  test("is nothing while nobody listens; the floor rises with every event", async () => {
    const creatorId = newId("crt");
    await feeds.publish(creatorId, eventsAt(creatorId, 1, 2));
    expect(await written(creatorId)).toBe(0);
    expect(await new Ear({ after: 1 }).listen(creatorId)).toEqual({ code: "behind", floor: 2 });
    expect(await new Ear({ after: 2 }).listen(creatorId)).toBeNull();
  });

  test("is what happens while somebody who was sent to the log reads it", async () => {
    const creatorId = newId("crt");
    await feeds.publish(creatorId, eventsAt(creatorId, 1, 2));
    expect(await new Ear({ after: 0 }).listen(creatorId)).toEqual({ code: "behind", floor: 2 });
    await feeds.publish(creatorId, eventsAt(creatorId, 3));
    await expectHeard(await Ear.at(creatorId, { after: 2 }), 3);
  });

  test("is kept for an hour after the last listener has gone", async () => {
    const creatorId = newId("crt");
    let now = Date.now();
    const ear = await Ear.at(creatorId);
    await withServices(creatorId, { now: () => now });
    ear.connection.close();
    await vi.waitFor(async () =>
      expect(await runInDurableObject(stubOf(creatorId), (_feed: EventFeed, ctx) => ctx.getWebSockets().length)).toBe(0),
    );
    now += KEPT_FOR_MS - 1;
    await feeds.publish(creatorId, eventsAt(creatorId, 1));
    expect(await written(creatorId)).toBe(1);
    now += 1;
    await feeds.publish(creatorId, eventsAt(creatorId, 2));
    expect(await written(creatorId)).toBe(0);
  });
});

describe("an object that is thrown out of memory", () => {
  test("goes on telling its listeners, who notice nothing", async () => {
    const creatorId = newId("crt");
    const ear = await Ear.at(creatorId, { types: ["upload.completed"] });
    await feeds.publish(creatorId, eventsAt(creatorId, 1));
    await evictDurableObject(stubOf(creatorId));
    await feeds.publish(creatorId, [anEvent(creatorId, 2), anEvent(creatorId, 3, { type: "upload.failed" }), anEvent(creatorId, 4)]);
    await expectHeard(ear, 1, 2, 4);
    expect((await ear.settled()).isClosed).toBe(false);
  });

  test("in the middle of a replay goes on with it", async () => {
    const creatorId = newId("crt");
    await Ear.at(creatorId);
    await feeds.publish(creatorId, eventsAt(creatorId, ...from(1, 150)));
    const ear = await Ear.at(creatorId, { after: 0 });
    await ear.settled();
    ear.messages.splice(-2);
    await evictDurableObject(stubOf(creatorId));
    await feeds.publish(creatorId, eventsAt(creatorId, 151));
    ear.connection.more();
    await ear.readOn();
    expect(ear.positions).toEqual(from(1, 151));
  });

  test("with its sockets closed lets them come back from where they were", async () => {
    const creatorId = newId("crt");
    const ear = await Ear.at(creatorId);
    await feeds.publish(creatorId, eventsAt(creatorId, 1, 2));
    await expectHeard(ear, 1, 2);
    await evictDurableObject(stubOf(creatorId), { webSockets: "close" });
    await vi.waitFor(() => expect(ear.isClosed).toBe(true));
    await feeds.publish(creatorId, eventsAt(creatorId, 3));
    await expectHeard(await Ear.at(creatorId, { after: 2 }), 3);
  });

  test("answers a probe without being woken", async () => {
    const creatorId = newId("crt");
    const ear = await Ear.at(creatorId);
    await evictDurableObject(stubOf(creatorId));
    await ear.settled();
    // It can't be evicted where it is not running.
    await expect(evictDurableObject(stubOf(creatorId))).rejects.toThrow();
  });
});

test("a listener who reads so slowly that what it was to get is dropped is closed, and sent to the log when it comes again", async () => {
  const creatorId = newId("crt");
  await Ear.at(creatorId);
  await feeds.publish(creatorId, eventsAt(creatorId, ...from(1, 100)));
  const slow = await Ear.at(creatorId, { after: 0 });
  await slow.settled();
  for (let first = 101; first <= 1_300; first += 300) await feeds.publish(creatorId, eventsAt(creatorId, ...from(first, first + 299)));
  slow.connection.more();
  await vi.waitFor(() => expect(slow.isClosed).toBe(true));
  expect(slow.positions).toEqual(from(1, 64));
  expect(await new Ear({ after: 64 }).listen(creatorId)).toMatchObject({ code: "behind" });
});

test("of one creator a thousand may listen", async () => {
  const creatorId = newId("crt");
  const ears: Ear[] = [];
  for (let group = 0; group < 20; group++) ears.push(...(await Promise.all(from(1, 50).map(() => Ear.at(creatorId)))));
  expect(await new Ear().listen(creatorId)).toEqual({ code: "too_many_listeners", limit: 1_000 });
  ears[0]?.connection.close();
  await vi.waitFor(async () => expect(await new Ear().listen(creatorId)).toBeNull());
});

test("who says anything else is closed", async () => {
  const creatorId = newId("crt");
  const answer = await stubOf(creatorId).fetch(
    `https://feed/?creator=${creatorId}&wish=${JSON.stringify({ after: null, types: [], resource: null, progress: false })}`,
    { headers: { Upgrade: "websocket" } },
  );
  const socket = answer.webSocket ?? expect.fail("no socket");
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener("close", ({ code }) => resolve(code));
  });
  socket.accept();
  socket.send("everything");
  expect(await closed).toBe(1003);
});
