import { expect, test } from "vitest";
import { directoryOver } from "#domain/identity/directory.ts";
import { newId } from "#test/fakes/builders.ts";
import { eventRelays } from "#durable-objects/event-relay/client.ts";

type Namespace = Parameters<typeof eventRelays>[0];

test("each database has a relay of its own, and a creator's events are their own database's", async () => {
  const woken: [string, number][] = [];
  const getByName = (name: string) => ({ wake: async (log: number) => void woken.push([name, log]) });
  const directory = directoryOver(["a", "b", "c"]);
  const relays = eventRelays({ getByName } as Partial<Namespace> as Namespace, directory);
  await relays.wakeAll();
  expect(woken.splice(0)).toEqual([
    ["log-0", 0],
    ["log-1", 1],
    ["log-2", 2],
  ]);
  const creators = Array.from({ length: 20 }, () => newId("crt"));
  for (const creatorId of creators) await relays.wake(creatorId);
  expect(woken.map(([, log]) => log)).toEqual(creators.map((creatorId) => directory.indexOf(creatorId)));
});
