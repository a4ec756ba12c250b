import { expect, test } from "vitest";
import type { EventLog, LogReader } from "#domain/events/event-log.ts";
import { anEvent, newId } from "#test/fakes/builders.ts";

const ALL = { after: 0, types: [], resource: null, limit: 99 } as const;

/** What every log does, the fake one included. */
export function eventLogContract(make: () => EventLog & LogReader): void {
  test("gives events back as they were appended, in that order, to their creator alone", async () => {
    const log = make();
    const creatorId = newId("crt");
    const events = [
      anEvent({ creatorId }),
      anEvent({ creatorId, type: "asset.deleted", resource: newId("ast"), data: { deep: { n: [1, null] } } }),
    ];
    await log.append([events[0] ?? anEvent(), anEvent()]);
    await log.append(events.slice(1));
    const page = await log.page(creatorId, ALL);
    expect(page.map(({ position: _position, ...event }) => event)).toEqual(events);
    expect(page[1]?.position).toBeGreaterThan(page[0]?.position ?? 0);
    expect(await log.page(newId("crt"), ALL)).toEqual([]);
  });

  test("takes an event once, by its resource and sequence, and in any company", async () => {
    const log = make();
    const creatorId = newId("crt");
    const [first, second] = [anEvent({ creatorId, sequence: 1 }), anEvent({ creatorId, sequence: 1 })];
    await log.append([first]);
    await log.append([first, { ...first, id: newId("evt") }, second, second]);
    await log.append([]);
    expect((await log.page(creatorId, ALL)).map(({ id }) => id)).toEqual([first.id, second.id]);
  });

  test("goes on after a position, under its filters, as far as is asked", async () => {
    const log = make();
    const [creatorId, resource] = [newId("crt"), newId("upl")];
    const events = [
      anEvent({ creatorId, resource, sequence: 1, type: "upload.created" }),
      anEvent({ creatorId, type: "upload.created" }),
      anEvent({ creatorId, resource, sequence: 5, type: "upload.failed" }),
      anEvent({ creatorId, type: "upload.expired" }),
    ];
    await log.append(events);
    const ids = async (query: Partial<Parameters<EventLog["page"]>[1]>) =>
      (await log.page(creatorId, { ...ALL, ...query })).map(({ id }) => events.findIndex((event) => event.id === id));
    const [, second] = await log.page(creatorId, ALL);
    expect(await ids({ after: second?.position ?? 0 })).toEqual([2, 3]);
    expect(await ids({ limit: 3 })).toEqual([0, 1, 2]);
    expect(await ids({ types: ["upload.failed", "upload.expired"] })).toEqual([2, 3]);
    expect(await ids({ resource })).toEqual([0, 2]);
    expect(await ids({ resource, types: ["upload.created"] })).toEqual([0]);
    expect(await ids({ resource, after: second?.position ?? 0 })).toEqual([2]);
    expect(await log.page(newId("crt"), { ...ALL, resource })).toEqual([]);
  });

  test("is read across creators from a position on", async () => {
    const log = make();
    const before = (await log.read(0, 1_000)).at(-1)?.position ?? 0;
    const events = [anEvent(), anEvent(), anEvent()];
    await log.append(events);
    const page = await log.read(before, 2);
    expect(page.map(({ id }) => id)).toEqual(events.slice(0, 2).map(({ id }) => id));
    expect((await log.read(page.at(-1)?.position ?? 0, 2)).map(({ id }) => id)).toEqual([events[2]?.id]);
  });
}
