import { setImmediate } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openEventStream, STREAM_TIMES, type StreamPorts } from "#api/event-stream/event-stream.ts";
import type { FeedWish } from "#domain/events/event-feed.ts";
import type { LoggedEvent } from "#domain/events/event.ts";
import type { CreatorId } from "#domain/ids.ts";
import { EventReader } from "#test/e2e/event-reader.ts";
import { newId, NOW } from "#test/fakes/builders.ts";
import { memoryEventLog } from "#test/fakes/memory-event-log.ts";
import { memoryFeeds } from "#test/fakes/memory-feeds.ts";

const anything: FeedWish = { after: null, types: [], resource: null, progress: false };
const from = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** One creator's log and feed, and streams of it whose ids are bare positions. */
function streams(times: Partial<StreamPorts["times"]> = {}) {
  const creatorId = newId("crt");
  const [log, feeds] = [memoryEventLog(), memoryFeeds()];
  const time = { now: NOW };
  const ended: [string, number][] = [];
  const ports: StreamPorts = {
    feeds,
    events: log,
    clock: { now: () => time.now },
    chance: () => 0.5,
    times: { ...STREAM_TIMES, rejoinMs: 1, ...times },
    cursor: String,
    resource: ({ position, type }) => ({ position, type }),
    ended: (how, count) => ended.push([how, count]),
  };
  const happen = async (count: number, changes: Partial<LoggedEvent> = {}): Promise<void> => {
    await log.append(Array.from({ length: count }, () => anEvent(creatorId, changes)));
  };
  /** As the relay does. */
  const publish = (): Promise<void> => feeds.publish(creatorId, log.logged);
  const open = async (wish: Partial<FeedWish> = {}) => {
    const opened = await openEventStream(ports, creatorId, { ...anything, ...wish });
    if (!opened.ok) return expect.fail(opened.error.code);
    const reader = new EventReader();
    const body = opened.value;
    const read = reader.read(body);
    read.catch(() => undefined);
    return { reader, read, body };
  };
  return { creatorId, log, feeds, time, ended, ports, happen, publish, open };
}

const anEvent = (creatorId: CreatorId, changes: Partial<LoggedEvent> = {}) => ({
  id: newId("evt"),
  type: "upload.completed" as const,
  creatorId,
  resource: newId("upl"),
  sequence: 1,
  happenedAt: NOW,
  requestId: newId("req"),
  data: {},
  ...changes,
});

const positionsIn = ({ heard }: EventReader): number[] => heard.map(({ id }) => Number(id));
const expectHeard = (reader: EventReader, positions: readonly number[]): Promise<void> =>
  vi.waitFor(() => expect(positionsIn(reader)).toEqual(positions), 5_000);

describe("a stream of events", () => {
  test("begins with what happens next, and says from where to come back before anything happens", async () => {
    const { happen, publish, open } = streams();
    await happen(2);
    await publish();
    const { reader } = await open();
    await vi.waitFor(() => expect([reader.lastEventId, reader.retryMs]).toEqual(["2", 2_000]));
    await happen(1);
    await publish();
    await expectHeard(reader, [3]);
    expect(reader.heard).toEqual([{ id: "3", type: "upload.completed", data: { position: 3, type: "upload.completed" } }]);
  });

  test.for([
    { what: "the feed has", floor: 0, after: 4, queries: 0 },
    { what: "the log alone has", floor: 10, after: 4, queries: 1 },
    { what: "neither has, because there is nothing", floor: 10, after: 10, queries: 0 },
  ])("goes on after a position with what $what, then with what comes", async ({ floor, after, queries }) => {
    const { log, feeds, happen, publish, open } = streams();
    const asked = vi.spyOn(log, "page");
    await happen(10);
    feeds.floor = floor;
    await publish();
    const { reader } = await open({ after });
    await expectHeard(reader, from(after + 1, 10));
    await happen(1);
    await publish();
    await expectHeard(reader, from(after + 1, 11));
    expect(asked).toHaveBeenCalledTimes(queries);
  });

  test("reads the log page by page, and again when the feed's floor has risen meanwhile", async () => {
    const { log, feeds, happen, publish, open } = streams();
    await happen(250);
    feeds.floor = 250;
    await publish();
    const page = log.page.bind(log);
    const asked = vi.spyOn(log, "page").mockImplementation(async (creatorId, query) => {
      const found = await page(creatorId, query);
      if (query.after === 200) {
        await happen(30);
        feeds.floor = 280;
      }
      return found;
    });
    const { reader } = await open({ after: 0 });
    await expectHeard(reader, from(1, 280));
    expect(asked.mock.calls.map(([, { after }]) => after)).toEqual([0, 100, 200, 250]);
  });

  test("gives what was asked for, from the log and from the feed", async () => {
    const { feeds, happen, publish, open } = streams();
    const resource = newId("upl");
    await happen(1, { resource, type: "upload.created" });
    await happen(1);
    await happen(1, { resource, sequence: 2 });
    feeds.floor = 3;
    const [one, kind] = [await open({ after: 0, resource }), await open({ after: 0, types: ["upload.created"] })];
    await expectHeard(one.reader, [1, 3]);
    await expectHeard(kind.reader, [1]);
    await happen(1, { resource, sequence: 3 });
    await happen(1, { type: "upload.created" });
    await publish();
    await expectHeard(one.reader, [1, 3, 4]);
    await expectHeard(kind.reader, [1, 5]);
  });

  test("gives what waits in one piece, in its order", async () => {
    const { creatorId, feeds, happen, publish, ports } = streams();
    const opened = await openEventStream(ports, creatorId, { ...anything, progress: true });
    await happen(2);
    await publish();
    feeds.say({ kind: "progress", pace: { uploadId: newId("upl"), offset: 1, length: null, rateBps: 0, etaSeconds: null } });
    await happen(1);
    await publish();
    const pieces = (opened.ok ? opened.value : expect.fail()).getReader();
    await pieces.read();
    const text = new TextDecoder().decode((await pieces.read()).value);
    expect(text.match(/^(id|event): .*$/gm)).toEqual([
      ...["id: 1", "event: upload.completed", "id: 2", "event: upload.completed"],
      ...["event: upload.progress", "id: 3", "event: upload.completed"],
    ]);
    await pieces.cancel();
  });

  test("tells an event once, though its feed says it again", async () => {
    const { log, feeds, happen, publish, open } = streams();
    const { reader } = await open();
    await happen(2);
    await publish();
    for (const event of log.logged) feeds.say({ kind: "event", event });
    await happen(1);
    await publish();
    await expectHeard(reader, [1, 2, 3]);
  });

  test("shows progress without an id: nobody comes back to it", async () => {
    const { feeds, open } = streams();
    const { reader } = await open({ progress: true });
    await vi.waitFor(() => expect(reader.lastEventId).toBe("0"));
    const uploadId = newId("upl");
    feeds.say({ kind: "progress", pace: { uploadId, offset: 10, length: 100, rateBps: 5, etaSeconds: 18 } });
    await vi.waitFor(() => expect(reader.heard).toHaveLength(1));
    expect(reader.heard[0]).toEqual({
      id: null,
      type: "upload.progress",
      data: { upload_id: uploadId, offset: 10, length: 100, rate_bps: 5, eta_seconds: 18 },
    });
    expect(reader.lastEventId).toBe("0");
  });

  test("is refused before it begins when too many listen", async () => {
    const { creatorId, feeds, ports } = streams();
    feeds.full = true;
    expect(await openEventStream(ports, creatorId, anything)).toEqual({ ok: false, error: { code: "too_many_listeners", limit: 1 } });
  });
});

describe("a feed that goes", () => {
  test("is joined again from the last event: nothing is missing and nothing there twice", async () => {
    const { feeds, happen, publish, open } = streams();
    const { reader } = await open();
    for (let round = 0; round < 5; round++) {
      await happen(4);
      await publish();
      feeds.closeAll();
      await happen(2);
      await publish();
    }
    await expectHeard(reader, from(1, 30));
  });

  test("and does not come back at once is waited for", async () => {
    const { feeds, happen, publish, open, ended } = streams();
    const { reader } = await open();
    feeds.away = 4;
    feeds.closeAll();
    await happen(1);
    await publish();
    await expectHeard(reader, [1]);
    expect(ended).toEqual([]);
  });

  test.for([
    [0, [50, 100, 150, 200]],
    [1, [500, 1_000, 1_500, 2_000]],
  ] as const)("is tried again after pauses that grow, and with a chance of %d are spread to %j", async ([chance, pauses]) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { creatorId, feeds, ports } = streams({ rejoinMs: 500 });
    const opened = await openEventStream({ ...ports, chance: () => chance }, creatorId, anything);
    if (!opened.ok) return expect.fail(opened.error.code);
    void new EventReader().read(opened.value);
    await vi.advanceTimersByTimeAsync(0);
    feeds.away = 3;
    feeds.closeAll();
    for (const [index, ms] of pauses.entries()) {
      await vi.advanceTimersByTimeAsync(ms - 1);
      expect(feeds.wishes).toHaveLength(1 + index);
      await vi.advanceTimersByTimeAsync(1);
      expect(feeds.wishes).toHaveLength(2 + index);
    }
  });

  test("for good ends the stream cleanly, for the client to come again", async () => {
    const { feeds, open, ended } = streams();
    const { read } = await open();
    feeds.away = 5;
    feeds.closeAll();
    await read;
    expect(ended).toEqual([["feed away", 0]]);
  });

  test("without a word is noticed because it does not answer", async () => {
    const { feeds, happen, publish, open, time } = streams({ heartbeatMs: 10 });
    const { reader } = await open();
    await happen(1);
    await publish();
    await expectHeard(reader, [1]);
    feeds.silent = true;
    time.now += 1_000;
    await vi.waitFor(() => expect(feeds.wishes.length).toBeGreaterThan(1));
    expect(feeds.wishes[1]).toMatchObject({ after: 1 });
  });
});

describe("a client", () => {
  test("hears a heartbeat while nothing happens", async () => {
    const { open } = streams({ heartbeatMs: 10 });
    const { reader } = await open();
    await vi.waitFor(() => expect(reader.comments).toBeGreaterThan(2));
    expect(reader.heard).toEqual([]);
  });

  test("hears one every fifteen seconds, and the feed is asked whether it lives, for as long as nothing else happens", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { feeds, open, time } = streams();
    const { reader } = await open();
    for (let comments = 0; comments < 20; comments++) {
      await vi.advanceTimersByTimeAsync(14_999);
      expect(reader.comments).toBe(comments);
      time.now += 15_000;
      await vi.advanceTimersByTimeAsync(1);
      expect(reader.comments).toBe(comments + 1);
    }
    expect(feeds.wishes).toHaveLength(1);
  });

  test("that goes leaves the feed", async () => {
    const { creatorId, feeds, ports, ended } = streams();
    const opened = await openEventStream(ports, creatorId, anything);
    expect(feeds.listening).toBe(1);
    await (opened.ok ? opened.value.cancel() : expect.fail());
    await vi.waitFor(() => expect(ended).toEqual([["client gone", 0]]));
    expect([feeds.listening, feeds.wishes.length]).toEqual([0, 1]);
  });

  test("that goes while the feed is waited for leaves nobody in its place", async () => {
    const { creatorId, feeds, ports, ended } = streams({ rejoinMs: 20 });
    const opened = await openEventStream(ports, creatorId, anything);
    feeds.closeAll();
    await setImmediate();
    await (opened.ok ? opened.value.cancel() : expect.fail());
    await vi.waitFor(() => expect(ended).toEqual([["client gone", 0]]));
    expect([feeds.listening, feeds.wishes.length]).toEqual([0, 1]);
  });

  test("that has listened for half an hour has to come again", async () => {
    const { open, time, ended, happen, publish } = streams({ heartbeatMs: 10 });
    const { read } = await open();
    await happen(1);
    await publish();
    time.now += 30 * 60_000;
    await read;
    expect(ended).toEqual([["lifetime over", 1]]);
  });

  test("that reads nothing is cut off after a minute, and goes on from what it has", async () => {
    const { creatorId, feeds, happen, publish, ports, time, ended, open } = streams({ heartbeatMs: 10 });
    const opened = await openEventStream(ports, creatorId, anything);
    const body = opened.ok ? opened.value : expect.fail();
    const taken = body.getReader();
    await taken.read();
    await happen(1);
    await publish();
    await setImmediate();
    await happen(1);
    await publish();
    expect(new TextDecoder().decode((await taken.read()).value)).toContain("id: 1\n");
    await setImmediate();
    time.now += 60_000;
    await vi.waitFor(() => expect(ended).toEqual([["client too slow", 1]]));
    await expect(taken.read()).rejects.toThrow("too slowly");
    expect(feeds.listening).toBe(0);
    const { reader } = await open({ after: 1 });
    await expectHeard(reader, [2]);
  });

  test("that lets a megabyte wait is cut off at once", async () => {
    const { creatorId, feeds, happen, publish, ports, ended } = streams();
    const opened = await openEventStream(ports, creatorId, anything);
    onTestFinished(() => (opened.ok ? opened.value.cancel().catch(() => undefined) : undefined));
    await happen(12, { data: { text: "x".repeat(100_000) } });
    await publish();
    await vi.waitFor(() => expect(ended[0]?.[0]).toBe("client too slow"));
    expect(feeds.listening).toBe(0);
  });

  test("that is behind with progress has only the newest of each upload waiting", async () => {
    const { creatorId, feeds, ports, ended } = streams();
    const opened = await openEventStream(ports, creatorId, { ...anything, progress: true });
    const [one, other] = [newId("upl"), newId("upl")];
    for (let offset = 1; offset <= 20_000; offset++)
      for (const uploadId of [one, other])
        feeds.say({ kind: "progress", pace: { uploadId, offset, length: null, rateBps: 1, etaSeconds: null } });
    const reader = new EventReader();
    reader.read(opened.ok ? opened.value : expect.fail()).catch(() => undefined);
    await vi.waitFor(() => expect(reader.heard).toHaveLength(2));
    expect(reader.heard.map(({ data }) => data)).toMatchObject([
      { upload_id: one, offset: 20_000 },
      { upload_id: other, offset: 20_000 },
    ]);
    expect(ended).toEqual([]);
  });
});
