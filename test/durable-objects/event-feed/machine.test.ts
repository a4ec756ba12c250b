import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { LoggedEvent } from "#domain/events/event.ts";
import { admit, KEPT_EVENTS, KEPT_FOR_MS, NEW_FEED, takeIn, type FeedState } from "#durable-objects/event-feed/machine.ts";
import { newId, NOW } from "../../fakes/builders.ts";

const event: LoggedEvent = {
  id: newId("evt"),
  type: "upload.created",
  creatorId: newId("crt"),
  resource: newId("upl"),
  sequence: 1,
  happenedAt: NOW,
  requestId: newId("req"),
  data: {},
  position: 1,
};
const at = (position: number): LoggedEvent => ({ ...event, position });
const positionsOf = (events: readonly LoggedEvent[]): number[] => events.map(({ position }) => position);
const anybody = { types: [], resource: null, progress: false };

const step = fc.record({
  /** How many new events, how far apart, and how many of the old ones come with them again. */
  fresh: fc.nat({ max: 400 }),
  gap: fc.integer({ min: 1, max: 5 }),
  again: fc.nat({ max: 20 }),
  listens: fc.boolean(),
  passesMs: fc.constantFrom(0, 1, KEPT_FOR_MS - 1, KEPT_FOR_MS),
});

test("whatever the relay brings, everything after the floor is kept, and everything fresh is told once", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let [state, now, kept]: [FeedState, number, number[]] = [NEW_FEED, NOW, []];
      const happened: LoggedEvent[] = [];
      const told: number[] = [];
      for (const { fresh, gap, again, listens, passesMs } of steps) {
        now += passesMs;
        if (listens) state = { ...state, listenedAt: now };
        const old = happened.slice(Math.max(0, happened.length - again));
        const begin = happened.at(-1)?.position ?? 0;
        const added = Array.from({ length: fresh }, (_, index) => at(begin + (index + 1) * gap));
        happened.push(...added);

        const intake = takeIn(state, [...old, ...added], listens, now);
        told.push(...positionsOf(intake.fresh));
        kept.push(...positionsOf(intake.keep));
        state = intake.state;
        if (intake.trimTo !== null) {
          const [dropped, rest] = [kept.slice(0, kept.length - intake.trimTo), kept.slice(kept.length - intake.trimTo)];
          kept = rest;
          state = { ...state, floor: Math.max(state.floor, dropped.at(-1) ?? 0), kept: kept.length };
        }

        const { floor, newest } = state;
        expect(kept.join()).toBe(positionsOf(happened.filter(({ position }) => position > floor)).join());
        expect([newest, state.kept]).toEqual([happened.at(-1)?.position ?? 0, kept.length]);
        expect(kept.length).toBeLessThanOrEqual(KEPT_EVENTS + 100);
        expect(admit(state, { ...anybody, after: floor }).ok).toBe(true);
        if (floor > 0) expect(admit(state, { ...anybody, after: floor - 1 })).toEqual({ ok: false, error: { code: "behind", floor } });
      }
      expect(told.join()).toBe(positionsOf(happened).join());
    }),
    { numRuns: 60 },
  );
});

test("who knows the newest, or more than the feed, is told what comes; who comes without a position too", () => {
  const state = takeIn(NEW_FEED, [at(3), at(8)], true, NOW).state;
  expect(admit(state, { ...anybody, after: 7 })).toMatchObject({ ok: true, value: { at: 7, live: false } });
  expect(admit(state, { ...anybody, after: 8 })).toMatchObject({ ok: true, value: { at: 8, live: true } });
  expect(admit(state, { ...anybody, after: 9 })).toMatchObject({ ok: true, value: { at: 9, live: true } });
  expect(admit(state, { ...anybody, after: null })).toMatchObject({ ok: true, value: { at: 8, live: true } });
});
