import { DurableObject } from "cloudflare:workers";
import { relayServices } from "#services";
import type { LoggedEvent } from "#domain/events/event.ts";
import {
  decide,
  dueLags,
  type Ear,
  isStuck,
  type Lag,
  lagOf,
  nextTry,
  type Outcome,
  type RelayCommand,
  type RelayState,
} from "./machine.ts";
import { Rows } from "./schema.ts";
import type { RelayServices } from "./services.ts";

const PAGE = 100;
/** Pages of one turn: a further turn has the platform's allowances afresh. */
const PAGES = 20;
/** How many of those who are behind are brought on at once, and how often in one turn. */
const EARS = 20;
const ROUNDS = 10;
const RETRY_MS = 15_000;

/**
 * Brings the log of one database to its subscribers: at least once, in its order for each creator.
 *
 * It reads from its cursor, offers each creator's events to every subscriber, and only then records how far it has come, together
 * with those who did not take theirs. Nothing is told from memory, so a relay that dies anywhere repeats at most one page.
 *
 * Two turns may run at the same time. One follows the log, when the relay is woken; the other brings on those who are behind, when
 * the alarm rings: a subscriber that goes on being slow or away holds up nobody else.
 */
export class EventRelay extends DurableObject<Env> {
  /** Replaced by tests that let it fail. */
  services: RelayServices;
  readonly #rows: Rows;
  #relaying: Promise<void> | null = null;
  /** Woken while it relays: the page that it has just read may be short of the newest. */
  #again = false;
  #wakeAt: number | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.services = relayServices(env);
    this.#rows = new Rows(ctx.storage);
  }

  /** There may be something new; returns before it has been told. */
  async wake(log: number): Promise<void> {
    this.#rows.begin(log);
    this.#again = true;
    this.ctx.waitUntil(this.#relay());
    await this.#arm();
  }

  override async alarm(): Promise<void> {
    this.#wakeAt = null;
    if (this.#rows.log() === null) return;
    await Promise.all([this.#relay(), this.#bringOn()]);
    await this.#arm();
  }

  // --- following the log ---

  async #relay(): Promise<void> {
    this.#relaying ??= this.#follow().finally(() => {
      this.#relaying = null;
      if (this.#again) this.ctx.waitUntil(this.#relay());
    });
    await this.#relaying;
  }

  async #follow(): Promise<void> {
    try {
      for (let page = 0; page < PAGES; page++) {
        this.#again = false;
        const state = this.#rows.load();
        if (isStuck(state)) {
          this.services.log.error("relay stuck", { count: state.lags.length });
          return;
        }
        const events = await this.services.logOf(this.#rows.log() ?? 0).read(state.cursor, PAGE);
        const last = events.at(-1);
        if (last !== undefined) this.#apply({ type: "relayed", to: last.position, offers: await this.#offer(state, events) });
        if (events.length < PAGE && !this.#again) return await this.#arm();
      }
      await this.#arm(this.services.now());
    } catch (cause) {
      this.services.log.warn("log not relayed", { cause });
      await this.#arm(this.services.now() + RETRY_MS);
    }
  }

  async #offer(state: RelayState, events: readonly LoggedEvent[]): Promise<{ ear: Ear; outcome: Outcome }[]> {
    const byCreator = Map.groupBy(events, ({ creatorId }) => creatorId);
    const ears = Object.keys(this.services.subscribers).flatMap((subscriber) =>
      Array.from(byCreator.keys(), (creatorId): Ear => ({ subscriber, creatorId })),
    );
    return Promise.all(
      ears.map(async (ear) => {
        if (lagOf(state, ear) !== null) return { ear, outcome: "passed over" };
        return { ear, outcome: (await this.#publish(ear, byCreator.get(ear.creatorId) ?? [], 1)) ? "taken" : "refused" };
      }),
    );
  }

  // --- those who are behind ---

  async #bringOn(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      const due = dueLags(this.#rows.load(), this.services.now()).slice(0, EARS);
      if (due.length === 0) return;
      await Promise.all(due.map((lag) => this.#bringOneOn(lag)));
    }
  }

  async #bringOneOn(lag: Lag): Promise<void> {
    const { cursor } = this.#rows.load();
    const missed = await this.#missed(lag, cursor);
    if (missed === null || !(await this.#publish(lag, missed, lag.attempts + 1))) {
      this.#apply({ type: "refused", ear: lag });
      return;
    }
    const last = missed.at(-1);
    this.#apply({ type: "brought on", ear: lag, to: missed.length === PAGE && last !== undefined ? last.position : cursor });
  }

  /** What an ear has not heard of what the cursor has passed, at most a page; null when the log can't be read. */
  async #missed({ subscriber, creatorId, after, attempts }: Lag, cursor: number): Promise<readonly LoggedEvent[] | null> {
    // A subscriber that was there when this was written, and is not any more.
    if (!(subscriber in this.services.subscribers)) return [];
    try {
      const page = await this.services.events.page(creatorId, { after, types: [], resource: null, limit: PAGE });
      return page.filter(({ position }) => position <= cursor);
    } catch (cause) {
      this.services.log.warn("log not read", { creator_id: creatorId, phase: subscriber, attempt: attempts + 1, cause });
      return null;
    }
  }

  // --- both ---

  async #publish({ subscriber, creatorId }: Ear, events: readonly LoggedEvent[], attempt: number): Promise<boolean> {
    if (events.length === 0) return true;
    try {
      await this.#patiently(this.services.subscribers[subscriber]?.publish(creatorId, events));
      return true;
    } catch (cause) {
      this.services.log.warn("events not taken", { creator_id: creatorId, phase: subscriber, attempt, count: events.length, cause });
      return false;
    }
  }

  async #patiently(published: Promise<void> | undefined): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error("the subscriber took too long")), this.services.patienceMs);
    });
    try {
      await Promise.race([published, late]);
    } finally {
      clearTimeout(timer ?? null);
    }
  }

  /** Load, decide, save: one go, nothing interleaves. */
  #apply(command: RelayCommand): void {
    this.#rows.save(decide(this.#rows.load(), command, { now: this.services.now(), chance: this.services.chance() }));
  }

  /** The alarm, for whoever is behind and for `at`; an earlier one stays. */
  async #arm(at = Number.POSITIVE_INFINITY): Promise<void> {
    const next = Math.min(at, nextTry(this.#rows.load()) ?? Number.POSITIVE_INFINITY);
    if (next === Number.POSITIVE_INFINITY || (this.#wakeAt !== null && this.#wakeAt <= next)) return;
    this.#wakeAt = next;
    await this.ctx.storage.setAlarm(next);
  }
}
