/** One mebibyte. */
export const MIB = 1024 * 1024;

/** R2: "up to 10,000 parts", and every part but the last has the same size. */
export const MAX_PART_NUMBER = 10_000;

export const MIN_PART_BYTES = 8 * MIB;
const MAX_PART_BYTES = 32 * MIB;

/** 312.5 GiB: the largest upload there can be. */
export const MAX_UPLOAD_BYTES = MAX_PART_NUMBER * MAX_PART_BYTES;

/** How many attempts at a part get a number of their own, where the numbers suffice. */
const ATTEMPTS_PER_PART = 4;

/**
 * The part size of an upload of at most `maxBytes`: frozen at creation, a whole number of MiB between 8 and 32, chosen so that
 * each part has four numbers to itself up to 78 GiB, two up to 156 GiB and one up to 312.5 GiB.
 */
export function partBytesFor(maxBytes: number): number {
  const wanted = Math.ceil((maxBytes * ATTEMPTS_PER_PART) / MAX_PART_NUMBER / MIB) * MIB;
  return Math.min(MAX_PART_BYTES, Math.max(MIN_PART_BYTES, wanted));
}

/**
 * The plan by which slots (the equal slices of an upload, counted from 0) get their part numbers. R2 puts parts together in the
 * order of their numbers and lets a late write replace an earlier one of the same number, so every slot owns a band of
 * `attempts` numbers and every attempt takes the next of them.
 */
export type PartPlan = { readonly partBytes: number; readonly attempts: number };

export function partPlan(maxBytes: number): PartPlan {
  const partBytes = partBytesFor(maxBytes);
  const slots = Math.max(1, Math.ceil(maxBytes / partBytes));
  return { partBytes, attempts: Math.min(ATTEMPTS_PER_PART, Math.max(1, Math.floor(MAX_PART_NUMBER / slots))) };
}

/**
 * The part number of attempt `attempt` (from 0) at `slot`. `contested` says that the band is used up and the number has been
 * tried before: an earlier attempt may still land on it, so its bytes must be kept until the object is whole.
 */
export function partNumber(plan: PartPlan, slot: number, attempt: number): { number: number; contested: boolean } {
  const step = Math.min(attempt, plan.attempts - 1);
  return { number: slot * plan.attempts + step + 1, contested: attempt >= plan.attempts };
}

export const slotOf = (plan: PartPlan, offset: number): number => Math.floor(offset / plan.partBytes);
export const slotStart = (plan: PartPlan, slot: number): number => slot * plan.partBytes;

/** How many bytes `slot` holds when it is full, in an upload of `length` bytes (null: not known yet). */
export function slotCapacity(plan: PartPlan, slot: number, length: number | null): number {
  if (length === null) return plan.partBytes;
  return Math.max(0, Math.min(plan.partBytes, length - slotStart(plan, slot)));
}
