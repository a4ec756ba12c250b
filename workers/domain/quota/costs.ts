import type { QuotaBucket, QuotaRequest } from "./quota-ledger.ts";

export type QuotaCost = { readonly bucket: QuotaBucket; readonly cost: number };

const reads: QuotaCost = { bucket: "units", cost: 1 };
const writes: QuotaCost = { bucket: "units", cost: 50 };

/**
 * What one call takes, and out of which bucket (https://developers.google.com/youtube/v3/determine_quota_cost, June 2026). A page of
 * a list is a call, and so is one that is refused as invalid.
 */
const PUBLISHED = {
  "videos.insert": { bucket: "inserts", cost: 1 },
  "videos.list": reads,
  "videos.update": writes,
  "videos.delete": writes,
  "thumbnails.set": writes,
  "captions.list": writes,
  "captions.insert": { bucket: "units", cost: 400 },
  "captions.update": { bucket: "units", cost: 450 },
  "captions.delete": writes,
  "playlists.list": reads,
  "playlists.insert": writes,
  "playlists.update": writes,
  "playlists.delete": writes,
  "playlistItems.list": reads,
  "playlistItems.insert": writes,
  "playlistItems.update": writes,
  "playlistItems.delete": writes,
  "channels.list": reads,
  "videoCategories.list": reads,
  "search.list": { bucket: "searches", cost: 1 },
} as const satisfies Record<string, QuotaCost>;

export type QuotaMethod = keyof typeof PUBLISHED;
export type QuotaCosts = Readonly<Record<QuotaMethod, QuotaCost>>;

export const PUBLISHED_COSTS: QuotaCosts = PUBLISHED;

export const isQuotaMethod = (name: string): name is QuotaMethod => Object.hasOwn(PUBLISHED, name);

/** What to reserve before `method` is called once. */
export const quotaRequest = (costs: QuotaCosts, id: string, method: QuotaMethod): QuotaRequest => ({ id, method, ...costs[method] });
