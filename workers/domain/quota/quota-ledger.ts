/**
 * The allowances of one project at a peer. `inserts` are `videos.insert` calls, `searches` are `search.list` calls, `units` is what
 * every other call of the YouTube Data API costs (https://developers.google.com/youtube/v3/determine_quota_cost, June 2026).
 */
export const QUOTA_BUCKETS = ["inserts", "searches", "units"] as const;
export type QuotaBucket = (typeof QUOTA_BUCKETS)[number];

/** What a day gives. */
export type QuotaLimits = Readonly<Record<QuotaBucket, number>>;

export type QuotaRequest = {
  /** The same id again is the same reservation, until it is settled, its day is over, or an hour has gone by. */
  readonly id: string;
  readonly bucket: QuotaBucket;
  readonly cost: number;
  /** The method that is about to be called: `videos.insert`. */
  readonly method: string;
};

export type QuotaAnswer =
  | { readonly granted: true; readonly left: number }
  /** `until`: when the bucket is filled again, epoch milliseconds. */
  | { readonly granted: false; readonly until: number };

export type QuotaDay = {
  /** The day in Los Angeles, `2026-11-20`. */
  readonly day: string;
  readonly used: Readonly<Record<QuotaBucket, number>>;
};

export type QuotaBucketView = {
  readonly bucket: QuotaBucket;
  readonly limit: number;
  readonly used: number;
  /** Reserved and not settled yet; counted in `used`. */
  readonly reserved: number;
  readonly left: number;
  /** The peer said that it is used up, whatever we counted. */
  readonly exhaustedByPeer: boolean;
  /** When it will be used up at the pace of the last hour; null: not before it is filled again. */
  readonly forecastAt: number | null;
};

export type QuotaView = {
  readonly day: string;
  readonly resetsAt: number;
  readonly buckets: readonly QuotaBucketView[];
  /** Newest first, today's first; at most 30. A day on which nothing was called is left out. */
  readonly history: readonly QuotaDay[];
  /** What today's calls cost, by method, most expensive first. */
  readonly methods: readonly { readonly method: string; readonly calls: number; readonly cost: number }[];
};

/** One project's ledger. Every method is safe to call again. */
export interface QuotaLedger {
  /** Takes the cost out of today's bucket before the call is made. */
  reserve(request: QuotaRequest): Promise<QuotaAnswer>;
  /**
   * What the call really cost: 0 gives it back, to the day that it was taken from. A reservation that nobody settles within an hour
   * counts as spent.
   */
  settle(id: string, cost: number): Promise<void>;
  /**
   * The peer refused for quota: nothing is left of the bucket until it is filled again. `id` is the reservation of the call that was
   * refused: one of a day that is over says nothing of today, and `until` has passed already. After an hour it is not known any more.
   */
  exhausted(bucket: QuotaBucket, id?: string): Promise<{ readonly until: number }>;
  /** Reads; `left` of a bucket without reserving. */
  view(): Promise<QuotaView>;
}

/** The ledger of a project, by its name in the configuration. */
export interface QuotaLedgers {
  get(project: string): QuotaLedger;
}
