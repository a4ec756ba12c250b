import { ulid } from "ulid";
import { describe, expect, test } from "vitest";
import { idOf } from "#domain/ids.ts";
import type { AttemptOutcome } from "#domain/webhooks/delivery.ts";
import { STANDARD_SCHEDULE_MS } from "#domain/webhooks/schedule.ts";
import {
  again,
  decide,
  type DeliveryState,
  type EndpointState,
  enqueued,
  opened,
  pinged,
  sent,
  SERVICE_ENDPOINT,
  settle,
  slots,
} from "#durable-objects/webhook-endpoint/machine.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;
const active = opened(
  {
    id: idOf("whk", ulid()),
    creatorId: idOf("crt", ulid()),
    createdAt: NOW,
    url: "https://app.example/hooks",
    description: null,
    types: [],
  },
  "sealed-1",
);
const taken: AttemptOutcome = { taken: true, status: 204 };
const refused = (status = 500, retryAfterMs: number | null = null): AttemptOutcome => ({
  taken: false,
  fault: "refused",
  status,
  retryAfterMs,
});
const at = (now: number) => ({ now, chance: 0, schedule: STANDARD_SCHEDULE_MS });
const onItsWay = (tries = 0, begunAt = NOW): DeliveryState => ({
  stage: { status: "delivering", since: NOW },
  tries,
  begunAt,
  once: false,
});
const secretsOf = ({ owner }: EndpointState) => (owner.kind === "creator" ? owner.secrets : []);

describe("a delivery", () => {
  test("is sent by the standard's schedule, then failed, and the endpoint is disabled and the creator told", () => {
    let state = active;
    let delivery = enqueued(NOW);
    let now = NOW;
    const pauses: number[] = [];
    const effects: string[][] = [];
    while (delivery.stage.status === "pending") {
      pauses.push(delivery.stage.nextAt - now);
      now = delivery.stage.nextAt;
      delivery = sent(delivery, now);
      const step = settle(state, delivery, refused(), at(now));
      ({ state, delivery } = step);
      effects.push([...step.effects]);
    }
    expect(pauses).toEqual(STANDARD_SCHEDULE_MS);
    expect(delivery).toMatchObject({ stage: { status: "failed", at: now }, tries: 10, begunAt: NOW });
    expect(effects).toEqual([...Array.from({ length: 9 }, () => []), ["project", "announce"]]);
    expect(state).toMatchObject({ stage: { status: "disabled", reason: "exhausted", at: now }, sequence: 2 });
  });

  test("that is refused while others are taken fails alone", () => {
    const tookOthers = { ...active, health: { ...active.health, lastDeliveredAt: NOW + HOUR } };
    const { state, delivery, effects } = settle(tookOthers, onItsWay(9), refused(400), at(NOW + 80 * HOUR));
    expect([delivery.stage.status, state.stage.status, effects]).toEqual(["failed", "active", []]);
    const before = { ...active, health: { ...active.health, lastDeliveredAt: NOW - 1 } };
    expect(settle(before, onItsWay(9), refused(400), at(NOW + 80 * HOUR)).state.stage.status).toBe("disabled");
  });

  test("that was interrupted by us goes again at once and has used nothing up", () => {
    const interrupted: AttemptOutcome = { taken: false, fault: "interrupted", status: null, retryAfterMs: null };
    expect(settle(active, onItsWay(9), interrupted, at(NOW + 5))).toEqual({
      state: active,
      delivery: { ...onItsWay(9), stage: { status: "pending", nextAt: NOW + 5 } },
      effects: [],
    });
  });

  test("comes later when the receiver asks for it, never earlier", () => {
    const next = (retryAfterMs: number) => settle(active, onItsWay(1), refused(503, retryAfterMs), at(NOW)).delivery.stage;
    expect(next(1000)).toEqual({ status: "pending", nextAt: NOW + 300_000 });
    expect(next(HOUR)).toEqual({ status: "pending", nextAt: NOW + HOUR });
    expect(next(900 * HOUR)).toEqual({ status: "pending", nextAt: NOW + 24 * HOUR });
  });

  test("has a whole schedule when it is sent again by hand, unless it is on its way", () => {
    const failed: DeliveryState = { stage: { status: "failed", at: NOW }, tries: 10, begunAt: NOW, once: false };
    expect(again(failed, NOW + 9)).toEqual({ stage: { status: "pending", nextAt: NOW + 9 }, tries: 0, begunAt: null, once: false });
    expect(again({ ...failed, stage: { status: "delivered", at: NOW } }, NOW + 9).stage).toEqual({ status: "pending", nextAt: NOW + 9 });
    expect(again(onItsWay(3), NOW + 9)).toEqual(onItsWay(3));
  });

  test("that is a ping ends with its one attempt, and says nothing about the endpoint", () => {
    for (const outcome of [taken, refused(), refused(410), refused(503, HOUR)]) {
      const { state, delivery, effects } = settle(active, pinged(NOW), outcome, at(NOW + 1));
      expect(delivery.stage).toEqual({ status: outcome.taken ? "delivered" : "failed", at: NOW + 1 });
      expect([state, effects]).toEqual([active, []]);
    }
  });
});

describe("an endpoint", () => {
  test("that answers 410 is disabled at once", () => {
    const { state, delivery, effects } = settle(active, onItsWay(), refused(410), at(NOW));
    expect(state.stage).toEqual({ status: "disabled", reason: "gone", at: NOW });
    expect([delivery.stage.status, effects]).toEqual(["failed", ["project", "announce"]]);
    expect(settle(active, onItsWay(), refused(404), at(NOW)).state.stage).toEqual({ status: "active" });
  });

  test("that is disabled is not disabled, and told of, a second time", () => {
    const { state } = settle(active, onItsWay(), refused(410), at(NOW));
    const late = settle(state, onItsWay(), refused(410), at(NOW + 1));
    expect([late.state.stage, late.effects]).toEqual([state.stage, []]);
    expect(settle(state, onItsWay(9), refused(), at(NOW + 1)).effects).toEqual([]);
  });

  test("of the service is disabled by nothing", () => {
    expect(settle(SERVICE_ENDPOINT, onItsWay(), refused(410), at(NOW))).toMatchObject({
      state: { stage: { status: "active" } },
      delivery: { stage: { status: "pending", nextAt: NOW + 5000 } },
      effects: [],
    });
    expect(settle(SERVICE_ENDPOINT, onItsWay(9), refused(), at(NOW))).toMatchObject({
      state: { stage: { status: "active" } },
      delivery: { stage: { status: "failed" } },
      effects: [],
    });
    expect(decide(SERVICE_ENDPOINT, { type: "disable", now: NOW })).toEqual({ state: SERVICE_ENDPOINT, effects: [] });
  });

  test("sends six at once, one while it keeps failing, and six again", () => {
    let state = active;
    expect(slots(state, NOW)).toBe(6);
    for (let failures = 1; failures <= 3; failures++) state = settle(state, onItsWay(), refused(), at(NOW + failures)).state;
    expect(state.health).toMatchObject({ failuresInRow: 3, failingSince: NOW + 1 });
    expect(slots(state, NOW + 9)).toBe(1);
    state = settle(state, onItsWay(), taken, at(NOW + 9)).state;
    expect(state.health).toEqual({ failuresInRow: 0, failingSince: null, lastDeliveredAt: NOW + 9, pausedUntil: null });
    expect(slots(state, NOW + 9)).toBe(6);
  });

  test.each([429, 502, 503, 504])("that says it is overloaded, by %d, is sent one at a time until it takes something", (status) => {
    const { state } = settle(active, onItsWay(), refused(status), at(NOW));
    expect(slots(state, NOW + 1)).toBe(1);
    expect(slots(settle(active, onItsWay(), refused(500), at(NOW)).state, NOW + 1)).toBe(6);
    const more = [refused(500), refused(500)].reduce((before, outcome) => settle(before, onItsWay(), outcome, at(NOW)).state, state);
    expect([slots(more, NOW + 1), slots(settle(more, onItsWay(), taken, at(NOW)).state, NOW + 1)]).toEqual([1, 6]);
  });

  test("is left in peace for as long as it asked, a day at most", () => {
    const { state } = settle(active, onItsWay(), refused(429, HOUR), at(NOW));
    expect([slots(state, NOW + HOUR - 1), slots(state, NOW + HOUR)]).toEqual([0, 1]);
    const shorter = settle(state, onItsWay(), refused(429, 1000), at(NOW + 1)).state;
    expect(shorter.health.pausedUntil).toBe(NOW + HOUR);
    expect(settle(active, onItsWay(), refused(503, 99 * HOUR), at(NOW)).state.health.pausedUntil).toBe(NOW + 24 * HOUR);
  });

  test("keeps its old secrets for the overlap, newest first, and at most three of them", () => {
    const rotate = (state: EndpointState, sealed: string, now: number, overlapMs = 24 * HOUR) =>
      decide(state, { type: "rotate", sealed, overlapMs, now }).state;
    const twice = rotate(rotate(active, "sealed-2", NOW), "sealed-3", NOW + HOUR);
    expect(secretsOf(twice)).toEqual([
      { sealed: "sealed-3", until: null },
      { sealed: "sealed-2", until: NOW + 25 * HOUR },
      { sealed: "sealed-1", until: NOW + 24 * HOUR },
    ]);
    expect(secretsOf(rotate(twice, "sealed-4", NOW + 30 * HOUR)).map(({ sealed }) => sealed)).toEqual(["sealed-4", "sealed-3"]);
    expect(secretsOf(rotate(twice, "sealed-4", NOW + HOUR, 0))).toEqual([{ sealed: "sealed-4", until: null }]);
    const often = ["a", "b", "c", "d", "e"].reduce((state, sealed) => rotate(state, sealed, NOW), active);
    expect(secretsOf(often).map(({ sealed }) => sealed)).toEqual(["e", "d", "c", "b"]);
  });

  test("goes on where it was when it is enabled, and does both only once", () => {
    const disabled = decide(active, { type: "disable", now: NOW });
    expect(disabled).toMatchObject({ state: { stage: { status: "disabled", reason: "by_creator" }, sequence: 2 }, effects: ["project"] });
    expect(slots(disabled.state, NOW)).toBe(0);
    expect(decide(disabled.state, { type: "disable", now: NOW + 1 })).toEqual({ state: disabled.state, effects: [] });
    const enabled = decide(disabled.state, { type: "enable" });
    expect(enabled).toMatchObject({ state: { stage: { status: "active" }, sequence: 3 }, effects: ["project", "resume"] });
    expect(decide(enabled.state, { type: "enable" })).toEqual({ state: enabled.state, effects: [] });
  });

  test("that is removed stays removed", () => {
    const { state, effects } = decide(active, { type: "remove", now: NOW });
    expect([state.stage, effects]).toEqual([{ status: "removed", at: NOW }, ["project"]]);
    expect(slots(state, NOW)).toBe(0);
    expect(decide(state, { type: "enable" })).toEqual({ state, effects: [] });
    expect(settle(state, onItsWay(), refused(410), at(NOW)).state.stage).toEqual(state.stage);
  });
});
