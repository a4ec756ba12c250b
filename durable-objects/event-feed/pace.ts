import type { UploadPace } from "#domain/events/event-feed.ts";
import type { UploadId } from "#domain/ids.ts";
import type { UploadProgress } from "#domain/uploads/upload-session.ts";

/** What an upload gets told at most once in. */
export const TICK_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A part is stored as a whole: a slow upload stands still for seconds in between. */
const STALLED_MS = 20_000;
const SMOOTHING_MS = 10_000;

/** What is remembered of an upload that is looked at. */
export type Watched = {
  readonly uploadId: UploadId;
  readonly offset: number;
  readonly length: number | null;
  readonly movedAt: number;
  readonly rateBps: number;
  /** When to look again. */
  readonly dueAt: number;
};

export const unseen = (uploadId: UploadId, now: number): Watched => ({
  uploadId,
  offset: -1,
  length: null,
  movedAt: now,
  rateBps: 0,
  dueAt: now,
});

/** After a look: what to remember, and whether it is worth telling. An upload that stands still is looked at less and less often. */
export function observe(before: Watched, { offset, length }: Pick<UploadProgress, "offset" | "length">, now: number) {
  const isFirst = before.offset < 0;
  if (isFirst || offset > before.offset) {
    const rateBps = isFirst ? 0 : smoothed(before, offset - before.offset, now);
    return { watched: { ...before, offset, length, movedAt: now, rateBps, dueAt: now + TICK_MS }, worthTelling: true };
  }
  const stoodMs = now - before.movedAt;
  const stalls = stoodMs >= STALLED_MS && before.rateBps > 0;
  const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(TICK_MS, stoodMs / 4));
  const watched = { ...before, length, rateBps: stalls ? 0 : before.rateBps, dueAt: now + Math.round(pauseMs) };
  return { watched, worthTelling: stalls || length !== before.length };
}

/** Exponentially weighted by time: bytes that come in lumps of a part give one rate. */
function smoothed({ rateBps, movedAt }: Watched, bytes: number, now: number): number {
  const elapsedMs = Math.max(1, now - movedAt);
  const rate = (bytes * 1000) / elapsedMs;
  return rateBps === 0 ? rate : rateBps + (rate - rateBps) * (1 - Math.exp(-elapsedMs / SMOOTHING_MS));
}

export const paceOf = ({ uploadId, offset, length, rateBps }: Watched): UploadPace => ({
  uploadId,
  offset,
  length,
  rateBps: Math.round(rateBps),
  etaSeconds: length === null || rateBps <= 0 ? null : Math.ceil((length - offset) / rateBps),
});
