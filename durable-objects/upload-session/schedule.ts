import type { SessionHost } from "./host.ts";
import { expires, isUnfinished, type UploadState } from "./machine.ts";

/** An upload that has ended answers for as long: the directory can be turned back by thirty days, and is rebuilt from here. */
const KEPT_MS = 35 * 24 * 3600_000;
/** What nobody has acknowledged for as long is given up. */
const ABANDONED_MS = 40 * 24 * 3600_000;
const COMPLETION_RETRY_MS = 15_000;
/** An upload that is written to does not expire; it is looked at again after this. */
const BUSY_MS = 60_000;

/** The directory hears of progress at most this often. */
const PROJECTION_MS = 60_000;

export type ScheduleHost = SessionHost & {
  readonly storage: DurableObjectStorage;
  /** Whether nobody is writing. */
  readonly idle: () => boolean;
};

/** The session's one alarm: for expiry, completion, what waits in the outbox, and the end of everything. */
export class Schedule {
  readonly #host: ScheduleHost;

  constructor(host: ScheduleHost) {
    this.#host = host;
  }

  hasExpired(): boolean {
    const state = this.#host.state();
    return expires(state) && this.#host.services().now() >= state.expiresAt && this.#host.idle();
  }

  /** Whether the session has nothing left to say or to do. */
  isOver(): boolean {
    const { stage } = this.#host.state();
    if (!("finishedAt" in stage) || expires(this.#host.state())) return false;
    const now = this.#host.services().now();
    if (this.#host.rows.nextDelivery() !== null) return now >= stage.finishedAt + ABANDONED_MS;
    return now >= stage.finishedAt + KEPT_MS;
  }

  /** Whether the directory should hear of progress; says so once. */
  projectionIsDue(): boolean {
    const now = this.#host.services().now();
    if (now - this.#host.rows.projectedAt() < PROJECTION_MS) return false;
    this.#host.rows.setProjectedAt(now);
    return true;
  }

  /** Sets the alarm, unless an earlier one is set: activity costs no alarm writes. */
  async arm(): Promise<void> {
    const state = this.#host.rows.load();
    if (state === null) return;
    const now = this.#host.services().now();
    const next = this.#next(state, now);
    const set = this.#host.rows.wakeAt();
    if (set !== null && set <= next && set > now) return;
    await this.#set(next);
  }

  /** Comes back soon, after something went wrong that should not have. */
  async armSoon(): Promise<void> {
    await this.#set(this.#host.services().now() + COMPLETION_RETRY_MS);
  }

  #next(state: UploadState, now: number): number {
    const times = [isUnfinished(state) ? now + COMPLETION_RETRY_MS : Number.MAX_SAFE_INTEGER];
    const delivery = this.#host.rows.nextDelivery();
    if (delivery !== null) times.push(delivery);
    if (expires(state)) times.push(this.#host.idle() ? state.expiresAt : Math.max(state.expiresAt, now + BUSY_MS));
    else if ("finishedAt" in state.stage && delivery === null) times.push(state.stage.finishedAt + KEPT_MS);
    return Math.min(...times);
  }

  async #set(at: number): Promise<void> {
    this.#host.rows.setWakeAt(at);
    await this.#host.storage.setAlarm(at);
  }
}
