import { QUOTA_BUCKETS, type QuotaBucket, type QuotaBucketView, type QuotaLimits, type QuotaView } from "#domain/quota/quota-ledger.ts";
import { type BucketDay, isExhausted, leftOf, type Moment, UNTOUCHED } from "./machine.ts";

const HOUR_MS = 3600_000;

/** What the last hour took out of a bucket, and what of that is reserved of today's. */
export type Recent = { readonly cost: number; readonly reserved: number };

export type LedgerAccounts = {
  /** Day → bucket → what was used; days newest first. */
  readonly days: ReadonlyMap<string, ReadonlyMap<string, BucketDay>>;
  readonly recent: ReadonlyMap<string, Recent>;
  /** Today's. */
  readonly methods: QuotaView["methods"];
};

export function viewOf({ days, recent, methods }: LedgerAccounts, limits: QuotaLimits, moment: Moment): QuotaView {
  const on = (day: string, bucket: QuotaBucket): BucketDay => days.get(day)?.get(bucket) ?? UNTOUCHED;
  const usedOn = (day: string) => ({
    day,
    used: { inserts: on(day, "inserts").used, searches: on(day, "searches").used, units: on(day, "units").used },
  });
  const before = [...days.keys()].filter((day) => day < moment.day);
  return {
    day: moment.day,
    resetsAt: moment.endsAt,
    buckets: QUOTA_BUCKETS.map((bucket) => bucketView(bucket, on(moment.day, bucket), recent.get(bucket), limits[bucket], moment)),
    history: [moment.day, ...before].slice(0, 30).map(usedOn),
    methods,
  };
}

function bucketView(bucket: QuotaBucket, today: BucketDay, recent: Recent | undefined, limit: number, moment: Moment): QuotaBucketView {
  const left = leftOf(today, limit, moment);
  return {
    bucket,
    limit,
    used: today.used,
    reserved: recent?.reserved ?? 0,
    left,
    exhaustedByPeer: isExhausted(today, moment),
    forecastAt: forecast(left, recent?.cost ?? 0, moment),
  };
}

function forecast(left: number, hourlyCost: number, { now, endsAt }: Moment): number | null {
  if (left === 0) return now;
  if (hourlyCost <= 0) return null;
  const at = now + Math.ceil((left / hourlyCost) * HOUR_MS);
  return at < endsAt ? at : null;
}
