import { runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent, newId } from "../../fakes/builders.ts";
import { type Fault, RelayRig } from "./relay-under-test.ts";

const ALL_FAULTS = ["die-before", "die-after", "fail-before", "fail-after"] as const satisfies Fault[];

describe("a relay", () => {
  it("brings every creator's events to every subscriber, once and in order, when it is woken", async () => {
    const rig = await RelayRig.ready();
    await rig.happens(0, 1, 0, 2, 1, 0);
    await rig.stub.wake(0);
    await expect.poll(() => rig.heard["webhooks"]?.length).toBe(6);
    rig.expectAllHeard();
    expect(rig.heard["feeds"]).toHaveLength(6);
    await expect.poll(() => rig.rows()).toEqual({ cursor: 6, lags: [] });
  });

  it("goes through as many pages as there are, and reads no more when there is nothing new", async () => {
    const rig = await RelayRig.ready();
    await rig.log.append(Array.from({ length: 250 }, (_, index) => anEvent({ creatorId: rig.creators[index % 3] ?? newId("crt") })));
    await rig.turn();
    rig.expectAllHeard();
    expect(rig.heard["feeds"]).toHaveLength(250);
    const { calls } = rig;
    await rig.turn();
    expect(rig.calls).toBe(calls + 1);
  });

  it("makes one read of any number of wakes that come while it reads", async () => {
    const rig = await RelayRig.ready();
    await rig.turn();
    await rig.happens(0);
    const { calls } = rig;
    await runInDurableObject(rig.stub, async (instance) => {
      await Promise.all(Array.from({ length: 50 }, () => instance.wake(0)));
    });
    await expect.poll(() => rig.heard["feeds"]?.length).toBe(1);
    await expect.poll(async () => (await rig.rows()).cursor).toBe(1);
    expect(rig.calls - calls).toBeLessThanOrEqual(4 + 1);
    rig.expectAllHeard();
  });

  it("goes on with all others while one is refused, and brings that one on in its order", async () => {
    const rig = await RelayRig.ready();
    const [refused] = rig.creators;
    rig.refuses = (subscriber, creatorId) => subscriber === "webhooks" && creatorId === refused;
    await rig.happens(0, 1, 0);
    await rig.turn();
    await rig.happens(0, 2);
    await rig.turn();
    expect(rig.heard["feeds"]).toHaveLength(5);
    expect(rig.heard["webhooks"]?.map(({ creatorId }) => creatorId)).toEqual([rig.creators[1], rig.creators[2]]);
    expect(await rig.rows()).toEqual({ cursor: 5, lags: [{ subscriber: "webhooks", creator_id: refused, after: 0, attempts: 2 }] });
    rig.refuses = () => false;
    await rig.turn();
    rig.expectAllHeard();
    expect(rig.heard["webhooks"]).toHaveLength(5);
    expect(await rig.rows()).toEqual({ cursor: 5, lags: [] });
  });

  it("rings for who is behind, and at no earlier time than theirs", async () => {
    const rig = await RelayRig.ready();
    rig.refuses = () => true;
    await rig.happens(0);
    await rig.turn();
    const alarm = await runInDurableObject(rig.stub, (_instance, { storage }) => storage.getAlarm());
    expect(alarm).toBe(rig.now + 5_000);
  });

  it("brings on more than a page that was missed", async () => {
    const rig = await RelayRig.ready();
    rig.refuses = (subscriber) => subscriber === "feeds";
    await rig.log.append(Array.from({ length: 230 }, () => anEvent({ creatorId: rig.creators[0] ?? newId("crt") })));
    await rig.turn();
    expect((await rig.rows()).lags).toMatchObject([{ subscriber: "feeds", after: 0 }]);
    rig.refuses = () => false;
    await rig.turn();
    rig.expectAllHeard();
    expect(await rig.rows()).toEqual({ cursor: 230, lags: [] });
  });

  it("gives up waiting for one that hangs, and goes on", async () => {
    const rig = await RelayRig.ready();
    rig.hangs = (subscriber, creatorId) => subscriber === "webhooks" && creatorId === rig.creators[0];
    await rig.happens(0, 1);
    await rig.turn();
    expect(rig.heard["webhooks"]).toHaveLength(1);
    expect(rig.lines.lines.find(({ event }) => event === "events not taken")).toMatchObject({ phase: "webhooks", count: 1 });
    rig.hangs = () => false;
    await rig.turn();
    rig.expectAllHeard();
  });

  it("tries again when the log could not be read", async () => {
    const rig = await RelayRig.ready();
    await rig.happens(0);
    rig.faultAt = () => "fail-before";
    await rig.turn();
    expect(await runInDurableObject(rig.stub, (_instance, { storage }) => storage.getAlarm())).toBe(rig.now + 15_000);
    rig.faultAt = () => null;
    await rig.turn();
    rig.expectAllHeard();
  });

  it("forgets that a subscriber is behind which is not there any more, and begins a new one where the log is", async () => {
    const rig = await RelayRig.ready();
    rig.refuses = (subscriber) => subscriber === "webhooks";
    await rig.happens(0, 1);
    await rig.turn();
    rig.subscribers = ["feeds"];
    await rig.revive();
    await rig.turn();
    expect(await rig.rows()).toEqual({ cursor: 2, lags: [] });
    rig.subscribers = ["feeds", "webhooks"];
    rig.refuses = () => false;
    await rig.revive();
    await rig.happens(0);
    await rig.turn();
    expect(rig.heard["webhooks"]).toHaveLength(1);
  });

  it("waits with the log when nobody takes anything, and loses nothing by it", async () => {
    const rig = await RelayRig.ready();
    rig.refuses = () => true;
    const many = Array.from({ length: 600 }, () => anEvent({ creatorId: newId("crt") }));
    await rig.log.append(many);
    await rig.turn();
    const { cursor, lags } = await rig.rows();
    expect([cursor, lags.length]).toEqual([500, 1_000]);
    await rig.turn();
    expect((await rig.rows()).cursor).toBe(500);
    expect(rig.lines.lines.some(({ event }) => event === "relay stuck")).toBe(true);
    rig.refuses = () => false;
    for (let turn = 0; turn < 8; turn++) await rig.turn();
    rig.expectAllHeard();
    expect(await rig.rows()).toEqual({ cursor: 600, lags: [] });
  });
});

describe("a relay that dies or fails at any call", () => {
  /** Events, a refusal, more events, and an end to the refusal. */
  async function history(rig: RelayRig): Promise<void> {
    await rig.happens(0, 1, 0);
    await rig.turn();
    rig.refuses = (subscriber, creatorId) => subscriber === "webhooks" && creatorId === rig.creators[0];
    await rig.happens(0, 1, 2);
    await rig.turn();
    await rig.happens(0);
    await rig.turn();
    rig.refuses = () => false;
    await rig.turn();
    await rig.happens(1, 0);
    await rig.turn();
  }

  it.each(ALL_FAULTS)("tells everything in order with %s at each", async (fault) => {
    const clean = await RelayRig.ready();
    await history(clean);
    clean.expectAllHeard();
    expect(clean.calls).toBeGreaterThan(15);
    for (let at = 1; at <= clean.calls; at++) {
      const rig = await RelayRig.ready();
      rig.faultAt = (call) => (call === at ? fault : null);
      await history(rig);
      rig.faultAt = () => null;
      for (let turn = 0; turn < 3; turn++) await rig.turn();
      rig.expectAllHeard();
      expect((await rig.rows()).lags).toEqual([]);
      // What is told twice is a page, or what somebody was being brought on with.
      expect(rig.heard["feeds"]?.length ?? 0).toBeLessThanOrEqual(rig.log.logged.length + 4);
    }
  });

  it("tells everything in order whatever happens", { timeout: 60_000 }, async () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant("happens" as const), creators: fc.array(fc.constantFrom(0, 1, 2), { maxLength: 5 }) }),
      fc.record({ type: fc.constant("fault" as const), fault: fc.constantFrom(...ALL_FAULTS), calls: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ type: fc.constant("refusal" as const), creator: fc.constantFrom(0, 1, 2, null) }),
      fc.constant({ type: "turn" as const }),
      fc.constant({ type: "crash" as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const rig = await RelayRig.ready();
        for (const one of steps) {
          if (one.type === "happens") await rig.happens(...one.creators);
          else if (one.type === "crash") await rig.revive();
          else if (one.type === "turn") await rig.turn();
          else if (one.type === "refusal")
            rig.refuses = (_subscriber, creatorId) => one.creator !== null && creatorId === rig.creators[one.creator];
          else {
            const at = rig.calls + one.calls;
            rig.faultAt = (call) => (call === at ? one.fault : null);
          }
        }
        rig.faultAt = () => null;
        rig.refuses = () => false;
        for (let turn = 0; turn < 4; turn++) await rig.turn();
        rig.expectAllHeard();
        expect(await rig.rows()).toEqual({ cursor: rig.log.logged.length, lags: [] });
      }),
      { numRuns: 60, plugins: [fc.interruptAfterTimeLimit(40_000)] },
    );
  });
});
