import { type Box, findBox, fullBox } from "./boxes.ts";
import type { Cursor } from "./cursor.ts";
import { round, type SampleTables } from "./movie.ts";

/** More than a day of film with one keyframe a second. */
export const MOST_KEYFRAMES = 100_000;

/** Where a film can be cut without being encoded again. */
export type Keyframes = {
  /** Every frame is one; `seconds` is empty then. */
  readonly everyFrame: boolean;
  /** When each is shown, from the beginning of the film, in order. */
  readonly seconds: readonly number[];
  /** False when there may be more than are listed. */
  readonly complete: boolean;
};

/** From the sample tables of a track (ISO/IEC 14496-12 8.6): linear in their bytes, whatever they count up to. */
export function readKeyframes(index: Uint8Array, { stbl, timescale, movieTimescale, edits }: SampleTables): Keyframes | null {
  const stts = findBox(index, stbl, "stts");
  if (stts === null || timescale === 0) return null;
  const durations = runs(fullBox(index, stts).fields);
  if (durations.left === 0) return null;
  const stss = findBox(index, stbl, "stss");
  if (stss === null) return { everyFrame: true, seconds: [], complete: true };
  const ctts = findBox(index, stbl, "ctts");
  const offsets = ctts === null ? null : fullBox(index, ctts);
  const shifts = offsets === null ? null : runs(offsets.fields);
  const shift = shiftOf(index, edits, timescale, movieTimescale);

  const { fields } = fullBox(index, stss);
  const counted = fields.u32();
  const entries = Math.min(counted, Math.floor(fields.left / 4));
  const seconds: number[] = [];
  let before = 0;
  for (let entry = 0; entry < entries && seconds.length < MOST_KEYFRAMES; entry++) {
    const sample = fields.u32();
    if (sample <= before) break;
    before = sample;
    const decoded = durations.sumTo(sample - 1);
    const shown = shifts === null ? 0 : shifts.valueAt(sample - 1);
    if (decoded === null || shown === null) break;
    // Composition offsets are signed in practice, whatever the version says.
    seconds.push(round((decoded + (shown | 0)) / timescale + shift));
  }
  return { everyFrame: false, seconds: seconds.toSorted((a, b) => a - b), complete: seconds.length === counted };
}

/** Entries of (count, value), walked once from the front. */
class Runs {
  readonly #fields: Cursor;
  left: number;
  #start = 0;
  #sum = 0;
  #count = 0;
  #value = 0;

  constructor(fields: Cursor) {
    this.#fields = fields;
    this.left = Math.min(fields.u32(), Math.floor(fields.left / 8));
  }

  /** What the values of all samples before `sample` come to; null beyond the last. Samples are asked for in order. */
  sumTo(sample: number): number | null {
    return this.#reach(sample) ? this.#sum + (sample - this.#start) * this.#value : null;
  }

  valueAt(sample: number): number | null {
    return this.#reach(sample) ? this.#value : null;
  }

  #reach(sample: number): boolean {
    while (sample >= this.#start + this.#count) {
      if (this.left === 0) return false;
      this.#start += this.#count;
      this.#sum += this.#count * this.#value;
      this.#count = this.#fields.u32();
      this.#value = this.#fields.u32();
      this.left -= 1;
    }
    return true;
  }
}

const runs = (fields: Cursor): Runs => new Runs(fields);

/** How much later than its first sample's time the film begins: what an edit list cuts off or puts before it (8.6.6). */
export function shiftOf(index: Uint8Array, edits: Box | null, timescale: number, movieTimescale: number): number {
  if (edits === null) return 0;
  const { version, fields } = fullBox(index, edits);
  const entries = Math.min(fields.u32(), 8);
  let empty = 0;
  for (let entry = 0; entry < entries; entry++) {
    const duration = version === 1 ? fields.i64() : fields.u32();
    const mediaTime = version === 1 ? fields.i64() : fields.i32();
    fields.skip(4);
    if (mediaTime >= 0) return empty - mediaTime / timescale;
    empty += movieTimescale === 0 ? 0 : duration / movieTimescale;
  }
  return empty;
}
