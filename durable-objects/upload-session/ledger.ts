import { slotOf, slotStart } from "#domain/uploads/part-plan.ts";
import type { SessionHost } from "./host.ts";
import { decide, type UploadState } from "./machine.ts";
import type { SlotStored } from "./part-store.ts";
import { nextHole } from "./placement.ts";
import type { DigestMark } from "./writer.ts";

/** R2 aborts a multipart upload seven days after it began, whatever came since. */
const MULTIPART_TTL_MS = 6.5 * 24 * 3600_000;

/** What is durable: rows and parts counted into slots, the offset and the digest that go with them. */
export class Ledger {
  readonly #host: SessionHost;

  constructor(host: SessionHost) {
    this.#host = host;
  }

  readonly held = (slot: number): number => this.#host.rows.slot(slot).filled;

  /** `[from, to)` is durable now. Part of a transaction. */
  hold(from: number, to: number, mark: DigestMark | null): void {
    const { plan } = this.#state().spec;
    let added = 0;
    for (let slot = slotOf(plan, from); slotStart(plan, slot) < to; slot++) {
      const filled = Math.min(to, slotStart(plan, slot) + plan.partBytes) - slotStart(plan, slot);
      const before = this.#host.rows.slot(slot).filled;
      if (filled <= before) continue;
      this.#host.rows.fillSlot(slot, filled);
      added += filled - before;
    }
    this.#advance(added, mark);
  }

  /** A slot has become a part. Part of a transaction. */
  slotStored({ filled, before, digest }: SlotStored): void {
    this.#advance(filled - before, digest);
  }

  #advance(addedBytes: number, mark: DigestMark | null): void {
    const state = this.#state();
    if (state.stage.status !== "receiving") return;
    const offset = nextHole(state.spec.plan, state.length, this.held, state.offset);
    const carried = mark !== null && mark.to > state.hashedTo && mark.to <= offset ? mark : null;
    const step = decide(state, {
      type: "advance",
      offset,
      hashedTo: carried?.to ?? state.hashedTo,
      addedBytes,
      expiresAt: this.#expiry(state),
    });
    if (!step.ok) return;
    if (carried === null) this.#host.rows.save(step.value.state);
    else this.#host.rows.saveWithDigest(step.value.state, carried.state);
  }

  #expiry(state: UploadState): number {
    const now = this.#host.services().now();
    const multipart = this.#host.rows.multipart();
    const limit = multipart === null ? Number.MAX_SAFE_INTEGER : multipart.createdAt + MULTIPART_TTL_MS;
    return Math.min(now + state.spec.ttlMs, limit);
  }

  #state(): UploadState {
    return this.#host.state();
  }
}
