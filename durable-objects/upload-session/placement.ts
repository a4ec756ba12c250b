import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { slotCapacity, slotOf, slotStart, type PartPlan } from "#domain/uploads/part-plan.ts";
import type { AppendCommand } from "#domain/uploads/upload-session.ts";

/** How much of a slot is durable, from its start. */
export type HeldInSlot = (slot: number) => number;

/** Where the bytes of one request go: those of `[start, writeAt)` are stored already and skipped. */
export type Placement = {
  readonly start: number;
  readonly writeAt: number;
  /** Exclusive: what the request may write up to. */
  readonly limit: number;
};

/** The first byte at or after `position` that is not stored, as seen slot by slot. */
export function nextHole(plan: PartPlan, length: number | null, held: HeldInSlot, position: number): number {
  let at = position;
  while (length === null || at < length) {
    const slot = slotOf(plan, at);
    const start = slotStart(plan, slot);
    const heldTo = start + held(slot);
    if (at > heldTo) return at;
    if (heldTo < start + slotCapacity(plan, slot, length)) return heldTo;
    at = start + plan.partBytes;
  }
  return length;
}

/** What is wrong with where an `exact` request begins. */
export function offsetFault(at: AppendCommand["at"], offset: number): Failure<"offset_mismatch"> | null {
  return at.kind === "exact" && at.offset !== offset ? { code: "offset_mismatch", expected: offset, received: at.offset } : null;
}

export type PlacementFailure = Failure<
  "offset_mismatch" | "range_gap" | "body_length_mismatch" | "length_exceeded" | "append_too_large" | "upload_too_large"
>;

/** Where `command` may write in an upload of which `offset` contiguous bytes are durable. */
export function place(
  upload: {
    readonly plan: PartPlan;
    readonly length: number | null;
    readonly offset: number;
    readonly maxBytes: number;
    readonly held: HeldInSlot;
  },
  command: Pick<AppendCommand, "at" | "bodyBytes" | "maxAppendBytes">,
): Result<Placement, PlacementFailure> {
  const { at, bodyBytes } = command;
  if (bodyBytes !== null && bodyBytes > command.maxAppendBytes) return err({ code: "append_too_large", maxBytes: command.maxAppendBytes });

  const start = at.kind === "exact" ? at.offset : at.start;
  const announcedEnd = at.kind === "range" && at.end !== null ? at.end : bodyBytes === null ? null : start + bodyBytes;
  if (at.kind === "range" && at.end !== null && bodyBytes !== null && bodyBytes !== at.end - start) {
    return err({ code: "body_length_mismatch", expected: at.end - start, received: bodyBytes });
  }
  const fault = offsetFault(at, upload.offset);
  if (fault !== null) return err(fault);

  const end = upload.length ?? upload.maxBytes;
  if (start > end || (announcedEnd !== null && announcedEnd > end)) {
    return upload.length === null
      ? err({ code: "upload_too_large", maxBytes: upload.maxBytes, receivedBytes: announcedEnd })
      : err({ code: "length_exceeded", length: upload.length });
  }
  const limit = announcedEnd ?? end;

  if (start <= upload.offset) return ok({ start, writeAt: Math.max(start, upload.offset), limit });
  const slot = slotOf(upload.plan, start);
  const heldTo = slotStart(upload.plan, slot) + upload.held(slot);
  if (start > heldTo) return err({ code: "range_gap", expected: upload.offset, received: start, partBytes: upload.plan.partBytes });
  return ok({ start, writeAt: nextHole(upload.plan, upload.length, upload.held, start), limit });
}
