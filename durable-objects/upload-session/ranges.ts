import { slotStart } from "#domain/uploads/part-plan.ts";
import type { ByteRange } from "#domain/uploads/upload-session.ts";
import type { UploadState } from "./machine.ts";
import type { Rows } from "./schema.ts";

/** What is stored, as the fewest half-open ranges, in order. */
export function rangesOf(state: UploadState, rows: Rows): ByteRange[] {
  const { plan } = state.spec;
  const whole = state.stage.status === "completing" || state.stage.status === "completed";
  if (whole) return state.offset === 0 ? [] : [{ start: 0, end: state.offset }];
  const ranges: { start: number; end: number }[] = [];
  for (const { slot, filled } of rows.slots()) {
    const start = slotStart(plan, slot);
    const last = ranges.at(-1);
    if (last !== undefined && last.end === start) last.end = start + filled;
    else ranges.push({ start, end: start + filled });
  }
  return ranges;
}
