import { describe, expect, it, test } from "vitest";
import { type BucketDay, exhaust, leftOf, type Moment, reserve, settle, UNTOUCHED } from "#durable-objects/quota-ledger/machine.ts";
import { viewOf } from "#durable-objects/quota-ledger/view.ts";
import { pacificDayByLaw } from "#test/fixtures/pacific-law.ts";

const HOUR = 3600_000;
const at = (text: string): Moment => ({ ...pacificDayByLaw(Date.parse(text)), now: Date.parse(text) });
const NOON = at("2026-11-20T20:00:00Z");

const asked = { id: "a", bucket: "units", cost: 50, method: "videos.update" } as const;
const open = { ...asked, day: NOON.day, at: NOON.now };
const used = (count: number, exhaustedUntil: number | null = null): BucketDay => ({ used: count, exhaustedUntil });

describe("a reservation", () => {
  test.each([
    ["of what is left is granted", used(50), 100, { granted: true, left: 0 }],
    ["of more than is left is refused until midnight", used(51), 100, { granted: false, until: NOON.endsAt }],
    [
      "of a bucket that the peer said is empty is refused until it is believed no more",
      used(0, NOON.now + 9),
      100,
      { granted: false, until: NOON.now + 9 },
    ],
    ["of a bucket that was empty until now is granted", used(0, NOON.now), 100, { granted: true, left: 50 }],
  ])("%s", (_what, today, limit, answer) => {
    const { answer: said, taken } = reserve({ today, open: null }, asked, limit, NOON);
    expect([said, taken]).toEqual([answer, answer.granted ? open : null]);
  });

  it("that is open is not taken again, even where nothing else would be granted", () => {
    expect(reserve({ today: used(100), open }, asked, 100, NOON)).toEqual({ answer: { granted: true, left: 0 }, taken: null });
  });

  it.each([
    ["an hour has gone by", { ...open, at: NOON.now - HOUR }, asked],
    ["the day is another", { ...open, day: "2026-11-19" }, asked],
    ["it costs something else", open, { ...asked, cost: 49 }],
    ["it is of another bucket", open, { ...asked, bucket: "inserts" as const }],
  ])("is one of its own when %s", (_when, before, request) => {
    expect(reserve({ today: UNTOUCHED, open: before }, request, 100, NOON).taken).toEqual({ ...request, day: NOON.day, at: NOON.now });
  });

  it.each([
    ["the day of 23 hours", "2026-03-08T07:59:59Z", 1, 23],
    ["the day of 25 hours", "2026-11-01T06:59:59Z", 1, 25],
  ])("is refused as long as %s lasts", (_what, eve, secondsLeft, hours) => {
    const before = at(eve);
    const refused = reserve({ today: used(100), open: null }, asked, 100, before);
    expect(refused.answer).toEqual({ granted: false, until: before.now + secondsLeft * 1000 });
    const next = { ...pacificDayByLaw(before.endsAt), now: before.endsAt };
    expect(reserve({ today: used(100), open: null }, asked, 100, next).answer).toEqual({ granted: false, until: next.now + hours * HOUR });
  });
});

describe("settling", () => {
  it("says what is to be added to the day of the reservation", () => {
    const late = { ...NOON, now: NOON.now + HOUR - 1 };
    expect(settle({ ...open, day: "2026-11-19" }, 20, late)).toEqual({
      day: "2026-11-19",
      bucket: "units",
      method: "videos.update",
      cost: -30,
      calls: 0,
    });
    expect(settle(open, 51, late)).toMatchObject({ cost: 1, calls: 0 });
    expect(settle(open, 0, late)).toMatchObject({ cost: -50, calls: -1 });
  });

  it("comes to nothing where nothing is open", () => {
    expect(settle(null, 0, NOON)).toBeNull();
    expect(settle(open, 0, { ...NOON, now: NOON.now + HOUR })).toBeNull();
  });
});

describe("a refusal of the peer", () => {
  const MIDNIGHT = at("2026-11-20T08:00:00Z");
  const quarter = 15 * 60_000;
  test.each([
    ["is believed until midnight", UNTOUCHED, null, NOON, NOON.endsAt],
    ["is believed until midnight, of a call of today", UNTOUCHED, open, NOON, NOON.endsAt],
    ["just after midnight is believed for a quarter of an hour", UNTOUCHED, null, MIDNIGHT, MIDNIGHT.now + quarter],
    [
      "a quarter of an hour after midnight is believed for the day",
      UNTOUCHED,
      null,
      { ...MIDNIGHT, now: MIDNIGHT.now + quarter },
      MIDNIGHT.endsAt,
    ],
    ["takes nothing back of one before", used(0, NOON.endsAt), null, { ...MIDNIGHT, now: MIDNIGHT.now + 1 }, NOON.endsAt],
  ])("%s", (_what, today, call, moment, until) => {
    expect(exhaust(today, call, moment)).toEqual({ until, believed: true });
  });

  it("of a call of yesterday is about yesterday", () => {
    expect(exhaust(UNTOUCHED, { ...open, day: "2026-11-19" }, MIDNIGHT)).toEqual({ until: MIDNIGHT.now, believed: false });
  });
});

test("what is left is never less than nothing, and nothing while the peer says so", () => {
  expect([leftOf(used(3), 5, NOON), leftOf(used(7), 5, NOON), leftOf(used(3, NOON.now + 1), 5, NOON)]).toEqual([2, 0, 0]);
});

describe("a forecast", () => {
  const forecastOf = (today: BucketDay, cost: number, now = NOON.now) =>
    viewOf(
      { days: new Map([[NOON.day, new Map([["units", today]])]]), recent: new Map([["units", { cost, reserved: 0 }]]), methods: [] },
      { inserts: 0, searches: 0, units: 100 },
      { ...NOON, now },
    ).buckets[2]?.forecastAt;

  test.each([
    ["is the instant at which nothing will be left at the pace of the last hour", used(40), 30, NOON.now, NOON.now + 2 * HOUR],
    ["is never too early", used(0), 77, NOON.now, NOON.now + Math.ceil((HOUR * 100) / 77)],
    ["is now where nothing is left", used(100), 0, NOON.now, NOON.now],
    ["is now where the peer says that nothing is left", used(0, NOON.endsAt), 0, NOON.now, NOON.now],
    ["is none where nothing was called", used(99), 0, NOON.now, null],
    ["is none where all was given back", used(0), -1, NOON.now, null],
    ["is the last instant of the day", used(50), 50, NOON.endsAt - HOUR - 1, NOON.endsAt - 1],
    ["is none where the bucket is filled before", used(50), 50, NOON.endsAt - HOUR, null],
  ])("%s", (_what, today, cost, now, expected) => {
    expect(forecastOf(today, cost, now)).toBe(expected);
  });
});

test("a history is thirty days, today first", () => {
  const dayOf = (count: number) => pacificDayByLaw(NOON.now - count * 24 * HOUR).day;
  const days = new Map(Array.from({ length: 40 }, (_, count) => [dayOf(count + 1), new Map([["units", used(count + 1)]])]));
  const { history } = viewOf({ days, recent: new Map(), methods: [] }, { inserts: 0, searches: 0, units: 0 }, NOON);
  expect(history.map(({ day, used: { units } }) => [day, units])).toEqual(Array.from({ length: 30 }, (_, count) => [dayOf(count), count]));
});

test("a view leaves out what it does not know, and days that have not come", () => {
  const days = new Map([
    ["2026-11-21", new Map([["units", used(9)]])],
    [
      "2026-11-19",
      new Map([
        ["units", used(7)],
        ["battery", used(5)],
      ]),
    ],
  ]);
  const recent = new Map([["battery", { cost: 5, reserved: 5 }]]);
  const view = viewOf({ days, recent, methods: [] }, { inserts: 1, searches: 2, units: 3 }, NOON);
  expect(
    view.buckets.map(({ bucket, limit, used: count, reserved, left, forecastAt }) => [bucket, limit, count, reserved, left, forecastAt]),
  ).toEqual([
    ["inserts", 1, 0, 0, 1, null],
    ["searches", 2, 0, 0, 2, null],
    ["units", 3, 0, 0, 3, null],
  ]);
  expect(view.history).toEqual([
    { day: "2026-11-20", used: { inserts: 0, searches: 0, units: 0 } },
    { day: "2026-11-19", used: { inserts: 0, searches: 0, units: 7 } },
  ]);
});
