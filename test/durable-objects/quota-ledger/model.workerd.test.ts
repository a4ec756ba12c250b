import fc from "fast-check";
import { expect, it } from "vitest";
import { QUOTA_BUCKETS, type QuotaBucket, type QuotaRequest } from "#domain/quota/quota-ledger.ts";
import { memoryQuotaLedger } from "../../fakes/memory-quota.ts";
import { pacificDayByLaw } from "../../fixtures/pacific-law.ts";
import { LedgerRig, SPRING } from "./ledger-under-test.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The day of 25 hours, at eight in the morning in Los Angeles. */
const FALL = Date.parse("2031-11-02T16:00:00Z");

const LIMITS = { inserts: 3, searches: 2, units: 20 };
const COSTS: Record<QuotaBucket, readonly number[]> = { inserts: [1], searches: [1], units: [1, 7, 20] };

const request = (id: number, bucket: QuotaBucket, cost: number): QuotaRequest => ({
  id: `call ${id}`,
  bucket,
  cost,
  method: `${bucket}.${cost}`,
});
const aCall = fc
  .constantFrom(...QUOTA_BUCKETS)
  .chain((bucket) => fc.record({ bucket: fc.constant(bucket), cost: fc.constantFrom(...COSTS[bucket]) }));

const aJump = fc.record({
  do: fc.constant("jump" as const),
  ms: fc.constantFrom(1, 10 * MINUTE, 59 * MINUTE, HOUR, 8 * HOUR, 24 * HOUR, -MINUTE, -2 * HOUR, -25 * HOUR),
});
const aStart = fc.tuple(fc.constantFrom(SPRING, FALL), fc.integer({ min: -20 * HOUR, max: 20 * HOUR })).map(([at, away]) => at + away);
const anId = fc.integer({ min: 1, max: 6 });

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("reserve" as const), id: anId, call: aCall }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("settle" as const), id: anId, cost: fc.constantFrom(0, 1, 5, 30) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("exhausted" as const),
      bucket: fc.constantFrom(...QUOTA_BUCKETS),
      id: fc.option(anId, { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: aJump },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("evict" as const, "ring" as const) }) },
);

it("says what one would that adds everything up, whatever happens", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(aStart, fc.array(step, { maxLength: 40 }), async (start, steps) => {
      const rig = new LedgerRig(LIMITS, start);
      const model = memoryQuotaLedger({ now: () => rig.now, limits: LIMITS, pacificDay: pacificDayByLaw });
      for (const one of steps) {
        switch (one.do) {
          case "reserve": {
            const asked = request(one.id, one.call.bucket, one.call.cost);
            expect(await rig.ledger.reserve(asked)).toEqual(await model.reserve(asked));
            break;
          }
          case "settle":
            await rig.ledger.settle(`call ${one.id}`, one.cost);
            await model.settle(`call ${one.id}`, one.cost);
            break;
          case "exhausted": {
            const id = one.id === undefined ? undefined : `call ${one.id}`;
            expect(await rig.ledger.exhausted(one.bucket, id)).toEqual(await model.exhausted(one.bucket, id));
            break;
          }
          case "jump":
            rig.now += one.ms;
            break;
          case "evict":
            await rig.evict();
            break;
          case "ring":
            if (await rig.ring()) model.tidy();
            break;
        }
        expect(await rig.ledger.view()).toEqual(await model.view());
      }
    }),
    { numRuns: 80, plugins: [fc.interruptAfterTimeLimit(25_000)] },
  );
});

const aCaller = fc.record({
  do: fc.constant("call" as const),
  call: aCall,
  /** Replies that were lost: it asks again. */
  lost: fc.integer({ min: 0, max: 2 }),
  diesBetween: fc.boolean(),
  /** While it asks, or before it settles. */
  pauseMs: fc.constantFrom(0, 0, 30 * MINUTE, 2 * HOUR),
  end: fc.constantFrom("settles" as const, "settles twice" as const, "gives it back" as const, "vanishes" as const),
});
const crowd = fc.array(fc.oneof({ weight: 4, arbitrary: aCaller }, { weight: 1, arbitrary: aJump }), { maxLength: 25 });

it("never lets more be called on a day than there is, however many ask at once, again and again", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(aStart, fc.array(crowd, { maxLength: 3 }), async (start, rounds) => {
      const rig = new LedgerRig(LIMITS, start);
      /** What the peer has counted: day and bucket → cost. */
      const counted = new Map<string, number>();
      let callers = 0;
      for (const round of rounds) {
        await Promise.all(
          round.map(async (one) => {
            if (one.do === "jump") return void (rig.now += one.ms);
            const asked = request(++callers, one.call.bucket, one.call.cost);
            for (let time = 0; time < one.lost; time++) {
              await rig.ledger.reserve(asked).catch(() => undefined);
              if (one.diesBetween) await rig.crash();
              rig.now += one.pauseMs;
            }
            const told = await rig.reserveOn(asked).catch(() => null);
            if (told?.answer.granted !== true) return;
            if (one.end === "gives it back") return rig.ledger.settle(asked.id, 0).catch(() => undefined);
            const place = `${told.day} ${asked.bucket}`;
            counted.set(place, (counted.get(place) ?? 0) + asked.cost);
            rig.now += one.pauseMs;
            const times = { settles: 1, "settles twice": 2, vanishes: 0 }[one.end];
            for (let time = 0; time < times; time++) await rig.ledger.settle(asked.id, asked.cost).catch(() => undefined);
          }),
        );
        for (const bucket of QUOTA_BUCKETS) {
          for (const [place, cost] of counted) if (place.endsWith(bucket)) expect(cost, place).toBeLessThanOrEqual(LIMITS[bucket]);
        }
      }
    }),
    { numRuns: 60, plugins: [fc.interruptAfterTimeLimit(25_000)] },
  );
});
