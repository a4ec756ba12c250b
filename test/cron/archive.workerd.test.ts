import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { d1ArchivableLogs } from "#adapters/d1/archivable-log.ts";
import { d1Directory } from "#adapters/d1/database.ts";
import { d1EventLog, d1LogReader } from "#adapters/d1/event-log.ts";
import { r2EventArchive } from "#adapters/r2/event-archive.ts";
import { type ArchivableLog, type EventArchive, replayDay } from "#domain/events/archive.ts";
import type { LoggedEvent } from "#domain/events/event.ts";
import { anEvent, DAY_MS, newId, NOW } from "#test/fakes/builders.ts";
import { collectedLog } from "#test/fakes/collected-log.ts";
import { archiveEvents } from "../../workers/cron/archive-events.ts";
import type { CronServices } from "../../workers/cron/duty.ts";
import { forgetEvents } from "../../workers/cron/forget-events.ts";

const TODAY = "2026-11-20";
const QUARTER_MS = 15 * 60_000;

const directory = d1Directory(env.DIRECTORY);
const log = d1EventLog(directory);
const reader = d1LogReader(directory.registry);
const archive = r2EventArchive(env.MEDIA);
const logs = d1ArchivableLogs(directory);
const time = { now: NOW };

type Ports = Pick<CronServices, "logs" | "archive" | "clock" | "log">;
const ports = (changes: Partial<Ports> = {}): Ports => ({
  logs,
  archive,
  clock: { now: () => time.now, newId },
  log: collectedLog(),
  ...changes,
});
const archiving = (changes: Partial<Ports> = {}) => archiveEvents(services(changes));
const forgetting = () => forgetEvents(services());

function services(changes: Partial<Ports> = {}): CronServices {
  const unused = (): never => {
    throw new Error("no duty of the archive does that");
  };
  const never = new Proxy({}, { get: unused });
  return { ...(never as Omit<CronServices, keyof Ports>), ...ports(changes) };
}

const keys = async (): Promise<string[]> => (await env.MEDIA.list({ prefix: "events/" })).objects.map(({ key }) => key);

async function replayed(date: string): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for await (const event of replayDay(archive, date)) events.push(event);
  return events;
}

const logged = (): Promise<readonly LoggedEvent[]> => reader.read(0, 100_000);

beforeEach(async () => {
  time.now = NOW;
  await env.DIRECTORY.batch(["events", "cursors", "sqlite_sequence"].map((table) => env.DIRECTORY.prepare(`delete from ${table}`)));
  await env.MEDIA.delete(await keys());
});

describe("the archive", () => {
  it("has a day as the log had it, by the dates on which things happened", async () => {
    const midnight = Date.UTC(2026, 10, 21);
    await log.append([
      anEvent({ happenedAt: midnight - 1, data: { text: "Grüße,\nund ein „Zitat“" } }),
      anEvent({ happenedAt: midnight, type: "asset.deleted", resource: newId("ast") }),
      anEvent({ happenedAt: midnight - 2, type: "webhook.disabled", resource: newId("whk"), sequence: 9 }),
    ]);
    const [first, second, third] = await logged();
    time.now = midnight + QUARTER_MS;
    expect(await archiving()).toBe(3);
    expect(await replayed(TODAY)).toEqual([first, third]);
    expect(await replayed("2026-11-21")).toEqual([second]);
    expect(await replayed("2026-11-22")).toEqual([]);
    expect(await keys()).toEqual([
      "events/2026-11-20/0/0000000000000001-0000000000000003.ndjson",
      "events/2026-11-21/0/0000000000000001-0000000000000003.ndjson",
    ]);
  });

  it("waits a quarter of an hour for more, or until a stretch is full", async () => {
    await log.append([anEvent()]);
    time.now = NOW + QUARTER_MS;
    expect(await archiving()).toBe(0);
    time.now += 1;
    expect(await archiving()).toBe(1);
    await log.append(Array.from({ length: 249 }, () => anEvent({ happenedAt: time.now })));
    expect(await archiving()).toBe(0);
    await log.append([anEvent({ happenedAt: time.now }), anEvent({ happenedAt: time.now })]);
    expect(await archiving()).toBe(250);
    expect(await keys()).toHaveLength(2);
    time.now += QUARTER_MS + 1;
    expect(await archiving()).toBe(1);
    expect(await replayed(TODAY)).toEqual(await logged());
  });

  it("writes the same objects again when a run dies, however much has come since", async () => {
    await log.append([anEvent(), anEvent({ happenedAt: NOW - DAY_MS })]);
    time.now += DAY_MS;
    const puts = { left: 1 };
    const dying: EventArchive = {
      ...archive,
      put: async (...args) => {
        if (puts.left-- === 0) throw new Error("died");
        await archive.put(...args);
      },
    };
    await expect(archiving({ archive: dying })).rejects.toThrow("died");
    expect(await keys()).toHaveLength(1);
    await log.append([anEvent({ happenedAt: NOW })]);
    expect(await archiving()).toBe(3);
    expect(await keys()).toEqual([
      "events/2026-11-19/0/0000000000000001-0000000000000002.ndjson",
      "events/2026-11-20/0/0000000000000001-0000000000000002.ndjson",
      "events/2026-11-20/0/0000000000000003-0000000000000003.ndjson",
    ]);
  });

  it("never changes what it has", async () => {
    const file = { date: TODAY, log: 0, stretch: { after: 0, to: 1 } };
    const event = { ...anEvent(), position: 1 };
    await archive.put(file, [event]);
    await archive.put(file, [{ ...anEvent(), position: 1 }]);
    expect(await archive.read(file)).toEqual([event]);
  });

  it("tells an event once where stretches overlap, as after a database was put back", async () => {
    const events = Array.from({ length: 6 }, (_, index) => ({ ...anEvent(), position: index + 1 }));
    const put = (after: number, to: number) => archive.put({ date: TODAY, log: 0, stretch: { after, to } }, events.slice(after, to));
    await put(0, 3);
    await put(0, 2);
    await put(2, 5);
    await put(5, 6);
    expect(await replayed(TODAY)).toEqual(events);
  });

  it("has a day in the order of its logs, however many they are and however many files", async () => {
    const expected: LoggedEvent[] = [];
    for (const log of [2, 10])
      for (const after of [0, 9, 99]) {
        const event = { ...anEvent(), position: after + 1 };
        await archive.put({ date: TODAY, log, stretch: { after, to: after + 1 } }, [event]);
        expected.push(event);
      }
    const inPages = new Proxy(env.MEDIA, {
      get: (bucket, name) => {
        if (name === "list") return (options: R2ListOptions) => bucket.list({ ...options, limit: 2 });
        const member: unknown = Reflect.get(bucket, name);
        return typeof member === "function" ? (member.bind(bucket) as unknown) : member;
      },
    });
    const events: LoggedEvent[] = [];
    for await (const event of replayDay(r2EventArchive(inPages), TODAY)) events.push(event);
    expect(events).toEqual(expected);
  });

  it("is claimed by one run at a time, and what was recorded is not taken back by one that comes late", async () => {
    await log.append([anEvent(), anEvent(), anEvent()]);
    const [only = expect.fail()] = logs;
    const before = NOW + 1;
    const claims = await Promise.all([only.claim({ most: 1, before }, NOW), only.claim({ most: 2, before }, NOW)]);
    const claimed = new Set(claims.flatMap((stretch) => (stretch === null ? [] : [JSON.stringify(stretch)])));
    expect(claimed.size).toBe(1);
    await only.archived({ after: 0, to: 3 }, NOW);
    await only.archived({ after: 0, to: 1 }, NOW);
    expect(await only.claim({ most: 1, before }, NOW)).toBeNull();
  });

  it("is not disturbed by other keys in its folder", async () => {
    await env.MEDIA.put(`events/${TODAY}/0/notes.txt`, "mine");
    await env.MEDIA.put(`events/${TODAY}/readme`, "mine");
    await log.append([anEvent()]);
    time.now += DAY_MS;
    await archiving();
    expect(await replayed(TODAY)).toEqual(await logged());
  });
});

describe("the log", () => {
  it("lets go of what is thirty days old and archived, and of nothing else", async () => {
    await log.append([anEvent(), anEvent(), anEvent({ happenedAt: NOW + 1 })]);
    time.now = NOW + 30 * DAY_MS;
    await archiving();
    expect(await forgetting()).toBe(0);
    time.now += 1;
    expect(await forgetting()).toBe(2);
    expect(await logged()).toMatchObject([{ position: 3 }]);
    expect(await replayed(TODAY)).toHaveLength(3);
  });

  it("keeps what is old and has not been archived", async () => {
    await log.append([anEvent()]);
    time.now = NOW + 40 * DAY_MS;
    expect(await forgetting()).toBe(0);
    await archiving();
    expect(await forgetting()).toBe(1);
    expect(await logged()).toEqual([]);
  });

  it("gives no place twice, though its rows are gone", async () => {
    await log.append([anEvent()]);
    time.now = NOW + 40 * DAY_MS;
    await archiving();
    await forgetting();
    await log.append([anEvent()]);
    expect(await logged()).toMatchObject([{ position: 2 }]);
  });
});

describe("a random life of the log", () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant("happens" as const), days: fc.array(fc.integer({ min: -2, max: 0 }), { maxLength: 4 }) }),
    fc.record({ type: fc.constant("time" as const), ms: fc.constantFrom(60_000, QUARTER_MS, DAY_MS, 12 * DAY_MS) }),
    fc.record({ type: fc.constant("archive" as const), diesAt: fc.option(fc.integer({ min: 1, max: 5 })) }),
    fc.constant({ type: "race" as const }),
    fc.constant({ type: "forget" as const }),
  );

  /** Everything that a run does, dying at one call, before or after its effect. */
  function dyingAt(call: number | null): Partial<Ports> {
    let calls = 0;
    const mortal =
      <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T> => {
        calls += 1;
        if (calls === call && call % 2 === 0) throw new Error("died before");
        const value = await work(...args);
        if (calls === call) throw new Error("died after");
        return value;
      };
    const dying = ({ number, claim, read, archived, forget }: ArchivableLog): ArchivableLog => ({
      number,
      claim: mortal(claim),
      read: mortal(read),
      archived: mortal(archived),
      forget,
    });
    return { logs: logs.map(dying), archive: { ...archive, put: mortal(archive.put) } };
  }

  it("is in the archive, day by day: nothing missing, nothing twice, in its order", { timeout: 90_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        await env.DIRECTORY.batch(["events", "cursors"].map((table) => env.DIRECTORY.prepare(`delete from ${table}`)));
        await env.MEDIA.delete(await keys());
        time.now = NOW;
        const happened: { id: string; date: string }[] = [];
        for (const one of steps) {
          if (one.type === "happens") {
            const events = one.days.map((days) => anEvent({ happenedAt: time.now + days * DAY_MS }));
            await log.append(events);
            happened.push(...events.map(({ id, happenedAt }) => ({ id, date: new Date(happenedAt).toISOString().slice(0, 10) })));
          } else if (one.type === "time") time.now += one.ms;
          else if (one.type === "forget") await forgetting();
          else if (one.type === "race") await Promise.all([archiving(), archiving()]);
          else await archiving(dyingAt(one.diesAt)).catch(() => undefined);
        }
        time.now += DAY_MS;
        await archiving();
        for (const date of new Set(happened.map((event) => event.date))) {
          const expected = happened.filter((event) => event.date === date).map(({ id }) => id);
          expect((await replayed(date)).map(({ id }) => id)).toEqual(expected);
        }
        const kept = await logged();
        expect(kept.map(({ id }) => id)).toEqual(happened.slice(happened.length - kept.length).map(({ id }) => id));
      }),
      { numRuns: 40, plugins: [fc.interruptAfterTimeLimit(60_000)] },
    );
  });
});
