import type { PacificCalendar } from "#domain/quota/pacific-day.ts";
import {
  QUOTA_BUCKETS,
  type QuotaBucket,
  type QuotaLedger,
  type QuotaLedgers,
  type QuotaLimits,
  type QuotaRequest,
} from "#domain/quota/quota-ledger.ts";

const HOUR_MS = 3600_000;
const QUARTER_MS = HOUR_MS / 4;

type Entry = Omit<QuotaRequest, "cost"> & { readonly day: string; readonly at: number; cost: number; isOpen: boolean; isOld: boolean };

export type QuotaWorld = { readonly now: () => number; readonly limits: QuotaLimits; readonly pacificDay: PacificCalendar };

/** A ledger that adds everything up whenever it is asked. After `tidy` what is an hour old stays old, wherever the clock goes. */
export function memoryQuotaLedger({ now, limits, pacificDay }: QuotaWorld): QuotaLedger & { tidy(): void } {
  const entries: Entry[] = [];
  const exhausted = new Map<string, number>();
  const today = () => pacificDay(now());
  const costOf = (which: (entry: Entry) => boolean): number => entries.filter(which).reduce((sum, { cost }) => sum + cost, 0);
  const usedOn = (day: string, bucket: QuotaBucket) => costOf((entry) => entry.day === day && entry.bucket === bucket);
  const exhaustedUntil = (bucket: QuotaBucket): number | null => {
    const until = exhausted.get(`${today().day} ${bucket}`) ?? 0;
    return now() < until ? until : null;
  };
  const left = (bucket: QuotaBucket) => (exhaustedUntil(bucket) === null ? Math.max(0, limits[bucket] - usedOn(today().day, bucket)) : 0);
  const isRecent = (entry: Entry) => !entry.isOld && now() - entry.at < HOUR_MS;
  const openNow = (entry: Entry) => entry.isOpen && isRecent(entry);

  return {
    tidy: () => {
      for (const entry of entries) entry.isOld ||= now() - entry.at >= HOUR_MS;
    },
    reserve: async ({ id, bucket, method, cost }) => {
      const { day, endsAt } = today();
      const until = exhaustedUntil(bucket);
      if (until !== null) return { granted: false, until };
      const last = entries.findLast((entry) => entry.id === id);
      if (last !== undefined && openNow(last) && last.day === day && last.bucket === bucket && last.cost === cost) {
        return { granted: true, left: left(bucket) };
      }
      if (usedOn(day, bucket) + cost > limits[bucket]) return { granted: false, until: endsAt };
      for (const entry of entries) if (entry.id === id) entry.isOpen = false;
      entries.push({ id, bucket, method, cost, day, at: now(), isOpen: true, isOld: false });
      return { granted: true, left: left(bucket) };
    },
    settle: async (id, cost) => {
      const last = entries.findLast((entry) => entry.id === id);
      if (last === undefined || !openNow(last)) return;
      last.cost = cost;
      last.isOpen = false;
    },
    exhausted: async (bucket, id) => {
      const { day, startsAt, endsAt } = today();
      const refused = id === undefined ? undefined : entries.findLast((entry) => entry.id === id);
      if (refused !== undefined && isRecent(refused) && refused.day < day) return { until: startsAt };
      const until = now() < startsAt + QUARTER_MS ? now() + QUARTER_MS : endsAt;
      const known = exhausted.get(`${day} ${bucket}`) ?? 0;
      exhausted.set(`${day} ${bucket}`, Math.max(known, until));
      return { until: Math.max(known, until) };
    },
    view: async () => {
      const { day, endsAt } = today();
      const isToday = (entry: Entry) => entry.day === day;
      const pace = (bucket: QuotaBucket) => costOf((entry) => entry.bucket === bucket && isRecent(entry));
      const forecast = (bucket: QuotaBucket) => {
        if (left(bucket) === 0) return now();
        const at = now() + Math.ceil((left(bucket) / pace(bucket)) * HOUR_MS);
        return at < endsAt ? at : null;
      };
      const calls = Map.groupBy(
        entries.filter((entry) => isToday(entry) && (entry.cost > 0 || entry.isOpen)),
        ({ method }) => method,
      );
      const known = [...entries.map((entry) => entry.day), ...[...exhausted.keys()].map((key) => key.slice(0, 10))];
      const days = [...new Set([day, ...known])]
        .filter((each) => each <= day)
        .toSorted()
        .toReversed();
      return {
        day,
        resetsAt: endsAt,
        buckets: QUOTA_BUCKETS.map((bucket) => ({
          bucket,
          limit: limits[bucket],
          used: usedOn(day, bucket),
          reserved: costOf((entry) => entry.bucket === bucket && isToday(entry) && openNow(entry)),
          left: left(bucket),
          exhaustedByPeer: exhaustedUntil(bucket) !== null,
          forecastAt: forecast(bucket),
        })),
        history: days.slice(0, 30).map((each) => ({
          day: each,
          used: { inserts: usedOn(each, "inserts"), searches: usedOn(each, "searches"), units: usedOn(each, "units") },
        })),
        methods: [...calls]
          .map(([method, made]) => ({ method, calls: made.length, cost: made.reduce((sum, { cost }) => sum + cost, 0) }))
          .toSorted((a, b) => b.cost - a.cost || (a.method < b.method ? -1 : 1)),
      };
    },
  };
}

export function memoryQuotaLedgers(world: QuotaWorld): QuotaLedgers {
  const ledgers = new Map<string, QuotaLedger>();
  return {
    get: (project) => {
      const ledger = ledgers.get(project) ?? memoryQuotaLedger(world);
      ledgers.set(project, ledger);
      return ledger;
    },
  };
}
