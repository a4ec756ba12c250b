import type { PacificDay } from "#domain/quota/pacific-day.ts";
import type { QuotaAnswer, QuotaBucket, QuotaRequest } from "#domain/quota/quota-ledger.ts";

/** A reservation is open for as long: then it is spent, whatever became of its call. */
export const OPEN_FOR_MS = 3600_000;
/** The peer may fill its buckets as much later than our clock says: as long after midnight its refusal may still speak of yesterday. */
const PEER_LATE_MS = 15 * 60_000;

/**
 * One bucket on one day.
 *
 * ```
 *  ├── spent ──┼── reserved ──┼──────── left ────────┤ limit
 *        ▲  settle │                  │ reserve
 *        └─────────┘◀─────────────────┘        midnight in Los Angeles: a bucket of its own, all of it left
 * ```
 * `used` is spent and reserved together, so that nothing happens as an hour goes by: an open reservation only stops being one.
 */
export type BucketDay = {
  readonly used: number;
  /** The peer said that nothing is left: believed until then, whatever was counted. */
  readonly exhaustedUntil: number | null;
};

export const UNTOUCHED: BucketDay = { used: 0, exhaustedUntil: null };

/** What was taken out of a bucket for one call. */
export type Reservation = QuotaRequest & { readonly day: string; readonly at: number };

/** What is to be added to a bucket, and to its method's account. */
export type Correction = {
  readonly day: string;
  readonly bucket: QuotaBucket;
  readonly method: string;
  readonly cost: number;
  readonly calls: number;
};

export type Moment = PacificDay & { readonly now: number };

/** `taken` is null where nothing more is taken: refused, or reserved already. */
export type Reserving = { readonly answer: QuotaAnswer; readonly taken: Reservation | null };

export function reserve(
  { today, open }: { readonly today: BucketDay; readonly open: Reservation | null },
  request: QuotaRequest,
  limit: number,
  moment: Moment,
): Reserving {
  if (isExhausted(today, moment)) return refused(today.exhaustedUntil ?? moment.endsAt);
  if (open !== null && isSame(open, request, moment)) {
    return { answer: { granted: true, left: leftOf(today, limit, moment) }, taken: null };
  }
  if (today.used + request.cost > limit) return refused(moment.endsAt);
  const after = { ...today, used: today.used + request.cost };
  return {
    answer: { granted: true, left: leftOf(after, limit, moment) },
    taken: { ...request, day: moment.day, at: moment.now },
  };
}

const refused = (until: number): Reserving => ({ answer: { granted: false, until }, taken: null });

/** Null: there is nothing to settle (any more). */
export function settle(open: Reservation | null, cost: number, moment: Moment): Correction | null {
  if (open === null || !isOpen(open, moment)) return null;
  const { day, bucket, method } = open;
  return { day, bucket, method, cost: cost - open.cost, calls: cost === 0 ? -1 : 0 };
}

/** Until when a refusal of the peer is believed; `believed` is false where it was about a day that is over. */
export function exhaust(
  today: BucketDay,
  refused: Reservation | null,
  moment: Moment,
): { readonly until: number; readonly believed: boolean } {
  if (refused !== null && isOpen(refused, moment) && refused.day < moment.day) return { until: moment.startsAt, believed: false };
  const isEarly = moment.now - moment.startsAt < PEER_LATE_MS;
  const until = isEarly ? Math.min(moment.endsAt, moment.now + PEER_LATE_MS) : moment.endsAt;
  return { until: Math.max(until, today.exhaustedUntil ?? 0), believed: true };
}

const isOpen = ({ at }: Pick<Reservation, "at">, { now }: Moment): boolean => now - at < OPEN_FOR_MS;

export const isExhausted = ({ exhaustedUntil }: BucketDay, { now }: Moment): boolean => exhaustedUntil !== null && now < exhaustedUntil;

export const leftOf = (today: BucketDay, limit: number, moment: Moment): number =>
  isExhausted(today, moment) ? 0 : Math.max(0, limit - today.used);

/** Whoever asks for something else under the same id, or on another day, is about to make another call. */
const isSame = (open: Reservation, request: QuotaRequest, moment: Moment): boolean =>
  isOpen(open, moment) && open.day === moment.day && open.bucket === request.bucket && open.cost === request.cost;
