import { expect, test } from "vitest";
import type { QuotaBucket, QuotaLedger, QuotaRequest } from "#domain/quota/quota-ledger.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A ledger of 5 inserts, 3 searches and 1,000 units a day, and its clock. */
export type LedgerUnderContract = { readonly ledger: QuotaLedger; now: number };

export const anInsert = (id: string): QuotaRequest => ({ id, bucket: "inserts", cost: 1, method: "videos.insert" });
export const someUnits = (id: string, cost: number, method = "videos.update"): QuotaRequest => ({ id, bucket: "units", cost, method });

export async function bucketOf(ledger: QuotaLedger, bucket: QuotaBucket) {
  const { buckets } = await ledger.view();
  return buckets.find((each) => each.bucket === bucket) ?? expect.fail(`no bucket ${bucket}`);
}

/** What every ledger does, the fake one included. `at` is an RFC 3339 instant; Los Angeles is seven hours behind in these tests. */
export function quotaLedgerContract(make: (at: string) => Promise<LedgerUnderContract>): void {
  const NOON = "2031-07-15T19:00:00Z";
  const MIDNIGHT = Date.parse("2031-07-16T07:00:00Z");

  test("gives as much as there is, and says until when there is no more", async () => {
    const { ledger } = await make(NOON);
    const answers = [];
    for (const id of "abcdef") answers.push(await ledger.reserve(anInsert(id)));
    expect(answers).toEqual([...[4, 3, 2, 1, 0].map((left) => ({ granted: true, left })), { granted: false, until: MIDNIGHT }]);
    expect(await ledger.reserve(someUnits("g", 1000))).toEqual({ granted: true, left: 0 });
    expect(await ledger.reserve({ id: "h", bucket: "searches", cost: 1, method: "search.list" })).toEqual({ granted: true, left: 2 });
  });

  test("refuses what costs more than is left, and grants what costs as much", async () => {
    const { ledger } = await make(NOON);
    await ledger.reserve(someUnits("a", 900));
    expect(await ledger.reserve(someUnits("b", 101))).toEqual({ granted: false, until: MIDNIGHT });
    expect(await ledger.reserve(someUnits("c", 100))).toEqual({ granted: true, left: 0 });
  });

  test("takes the same reservation once", async () => {
    const { ledger } = await make(NOON);
    for (let time = 0; time < 9; time++) expect(await ledger.reserve(anInsert("a"))).toEqual({ granted: true, left: 4 });
    expect(await bucketOf(ledger, "inserts")).toMatchObject({ used: 1, reserved: 1, left: 4 });
  });

  test("takes another call that has the same id on its own account", async () => {
    const under = await make(NOON);
    const { ledger } = under;
    await ledger.reserve(someUnits("a", 50));
    expect(await ledger.reserve(someUnits("a", 51))).toEqual({ granted: true, left: 899 });
    expect(await bucketOf(ledger, "units")).toMatchObject({ used: 101, reserved: 51 });
    expect(await ledger.reserve(anInsert("a"))).toEqual({ granted: true, left: 4 });
    await ledger.settle("a", 1);
    expect(await ledger.reserve(anInsert("a"))).toEqual({ granted: true, left: 3 });
    under.now += HOUR;
    expect(await ledger.reserve(anInsert("a"))).toEqual({ granted: true, left: 2 });
    expect(await bucketOf(ledger, "units")).toMatchObject({ used: 101, reserved: 0 });
  });

  test("gives back what a call did not cost, once", async () => {
    const { ledger } = await make(NOON);
    await ledger.reserve(someUnits("a", 50));
    await ledger.reserve(someUnits("b", 400, "captions.insert"));
    for (let time = 0; time < 3; time++) await ledger.settle("a", 0);
    expect(await bucketOf(ledger, "units")).toMatchObject({ used: 400, reserved: 400, left: 600 });
    expect((await ledger.view()).methods).toEqual([{ method: "captions.insert", calls: 1, cost: 400 }]);
    await ledger.settle("b", 1);
    await ledger.settle("b", 0);
    await ledger.settle("unknown", 5);
    expect(await bucketOf(ledger, "units")).toMatchObject({ used: 1, reserved: 0, left: 999 });
  });

  test("counts what a call cost more, even beyond the limit", async () => {
    const { ledger } = await make(NOON);
    await ledger.reserve(someUnits("a", 999));
    await ledger.settle("a", 1200);
    expect(await bucketOf(ledger, "units")).toMatchObject({ used: 1200, left: 0 });
    expect(await ledger.reserve(someUnits("b", 1))).toEqual({ granted: false, until: MIDNIGHT });
  });

  test("counts a reservation as spent that nobody settles within an hour", async () => {
    const under = await make(NOON);
    await under.ledger.reserve(anInsert("a"));
    await under.ledger.reserve(anInsert("b"));
    under.now += HOUR - 1;
    await under.ledger.settle("a", 0);
    expect(await bucketOf(under.ledger, "inserts")).toMatchObject({ used: 1, reserved: 1 });
    under.now += 1;
    await under.ledger.settle("b", 0);
    expect(await bucketOf(under.ledger, "inserts")).toMatchObject({ used: 1, reserved: 0 });
  });

  test("fills every bucket at midnight in Los Angeles", async () => {
    const under = await make("2031-07-16T06:59:59.999Z");
    await under.ledger.reserve(someUnits("a", 1000));
    expect(await under.ledger.reserve(someUnits("b", 1))).toEqual({ granted: false, until: MIDNIGHT });
    under.now += 1;
    expect(await under.ledger.reserve(someUnits("b", 1))).toEqual({ granted: true, left: 999 });
    expect((await under.ledger.view()).resetsAt).toBe(MIDNIGHT + 24 * HOUR);
  });

  test("corrects the day that a reservation was made in", async () => {
    const under = await make("2031-07-16T06:50:00Z");
    await under.ledger.reserve(someUnits("a", 500));
    await under.ledger.reserve(someUnits("b", 50));
    under.now += 20 * MINUTE;
    await under.ledger.reserve(someUnits("c", 7));
    await under.ledger.settle("a", 20);
    expect(await bucketOf(under.ledger, "units")).toMatchObject({ used: 7, reserved: 7, left: 993 });
    expect((await under.ledger.view()).history).toEqual([
      { day: "2031-07-16", used: { inserts: 0, searches: 0, units: 7 } },
      { day: "2031-07-15", used: { inserts: 0, searches: 0, units: 70 } },
    ]);
  });

  test("takes a reservation that is repeated on another day out of that day", async () => {
    const under = await make("2031-07-16T06:50:00Z");
    await under.ledger.reserve(anInsert("a"));
    under.now += 20 * MINUTE;
    expect(await under.ledger.reserve(anInsert("a"))).toEqual({ granted: true, left: 4 });
    await under.ledger.settle("a", 0);
    expect((await under.ledger.view()).history.map(({ used }) => used.inserts)).toEqual([0, 1]);
  });

  test("believes the peer that nothing is left, until midnight, of that bucket alone", async () => {
    const under = await make(NOON);
    const { ledger } = under;
    await ledger.reserve(anInsert("a"));
    expect(await ledger.exhausted("inserts", "a")).toEqual({ until: MIDNIGHT });
    expect(await ledger.exhausted("inserts")).toEqual({ until: MIDNIGHT });
    for (const id of ["a", "b"]) expect(await ledger.reserve(anInsert(id))).toEqual({ granted: false, until: MIDNIGHT });
    expect(await bucketOf(ledger, "inserts")).toMatchObject({ used: 1, left: 0, exhaustedByPeer: true, forecastAt: under.now });
    expect(await ledger.reserve(someUnits("c", 1))).toMatchObject({ granted: true });
    await ledger.settle("a", 0);
    expect(await ledger.reserve(anInsert("d"))).toEqual({ granted: false, until: MIDNIGHT });
    under.now = MIDNIGHT;
    expect(await bucketOf(ledger, "inserts")).toMatchObject({ left: 5, exhaustedByPeer: false });
    expect(await ledger.reserve(anInsert("d"))).toEqual({ granted: true, left: 4 });
  });

  test("does not take a refusal of yesterday's call for one of today", async () => {
    const under = await make("2031-07-16T06:50:00Z");
    await under.ledger.reserve(anInsert("a"));
    await under.ledger.settle("a", 0);
    under.now = MIDNIGHT + 30 * MINUTE;
    expect(await under.ledger.exhausted("inserts", "a")).toEqual({ until: MIDNIGHT });
    expect(await under.ledger.reserve(anInsert("b"))).toEqual({ granted: true, left: 4 });
    const { until } = await under.ledger.exhausted("inserts", "b");
    expect(await under.ledger.exhausted("inserts", "a")).toEqual({ until: MIDNIGHT });
    expect(await under.ledger.reserve(anInsert("c"))).toEqual({ granted: false, until });
    under.now = Date.parse("2031-07-16T07:50:00Z");
    expect(await under.ledger.exhausted("searches", "a")).toEqual({ until });
  });

  test("asks again a quarter of an hour after a refusal that comes just after midnight: the peer's clock may be late", async () => {
    const under = await make("2031-07-16T07:14:59.999Z");
    const until = under.now + 15 * MINUTE;
    expect(await under.ledger.exhausted("inserts")).toEqual({ until });
    under.now = until - 1;
    expect(await under.ledger.reserve(anInsert("a"))).toEqual({ granted: false, until });
    under.now = until;
    expect(await under.ledger.reserve(anInsert("a"))).toEqual({ granted: true, left: 4 });
    expect(await under.ledger.exhausted("inserts", "a")).toEqual({ until: MIDNIGHT + 24 * HOUR });
  });

  test("tells when nothing will be left at the pace of the last hour", async () => {
    const under = await make("2031-07-15T12:00:00Z");
    expect(await bucketOf(under.ledger, "units")).toMatchObject({ forecastAt: null });
    await under.ledger.reserve(someUnits("old", 500));
    under.now += HOUR;
    expect(await bucketOf(under.ledger, "units")).toMatchObject({ left: 500, forecastAt: null });
    await under.ledger.reserve(someUnits("a", 300));
    await under.ledger.settle("a", 100);
    expect(await bucketOf(under.ledger, "units")).toMatchObject({ left: 400, forecastAt: under.now + 4 * HOUR });
    await under.ledger.settle("old", 0);
    await under.ledger.reserve(anInsert("slow"));
    expect(await bucketOf(under.ledger, "inserts")).toMatchObject({ left: 4, forecastAt: under.now + 4 * HOUR });
    under.now = MIDNIGHT - 4 * HOUR;
    await under.ledger.reserve(anInsert("late"));
    expect(await bucketOf(under.ledger, "inserts")).toMatchObject({ left: 3, forecastAt: under.now + 3 * HOUR });
    under.now += HOUR - 1;
    expect(await bucketOf(under.ledger, "inserts")).toMatchObject({ forecastAt: MIDNIGHT - 1 });
    under.now = MIDNIGHT - 1;
    await under.ledger.reserve(anInsert("last"));
    expect(await bucketOf(under.ledger, "inserts")).toMatchObject({ left: 2, forecastAt: null });
  });

  test("tells what today's calls cost by method, and what thirty days used", async () => {
    const under = await make("2031-07-15T19:00:00Z");
    for (let day = 1; day <= 33; day++) {
      if (day !== 32) await under.ledger.reserve(someUnits(`day ${day}`, day));
      if (day < 33) under.now += 24 * HOUR;
    }
    await under.ledger.reserve(someUnits("a", 50, "thumbnails.set"));
    await under.ledger.reserve(someUnits("b", 1, "videos.list"));
    await under.ledger.reserve(someUnits("c", 1, "videos.list"));
    const { day, methods, history } = await under.ledger.view();
    expect([day, history[0]?.day, history[1]?.day]).toEqual(["2031-08-16", "2031-08-16", "2031-08-14"]);
    expect(methods).toEqual([
      { method: "thumbnails.set", calls: 1, cost: 50 },
      { method: "videos.update", calls: 1, cost: 33 },
      { method: "videos.list", calls: 2, cost: 2 },
    ]);
    expect(history.map(({ used }) => used.units)).toEqual([85, ...Array.from({ length: 29 }, (_, index) => 31 - index)]);
  });
}
