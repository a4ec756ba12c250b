import { parseAccountKey, type PeerKind } from "#domain/publishing/account.ts";
import type { PublisherHost } from "./host.ts";
import { decide } from "./machine.ts";
import type { DeliveryCommand, DeliveryState } from "./delivery-state.ts";
import type { AccountState } from "./stored.ts";

/** How many deliveries of one account may be on their way: YouTube takes one upload at a time. */
const AT_ONCE: Readonly<Record<PeerKind, number>> = { youtube: 1 };
/** Between looks at what an operator has turned off. */
const GATE_MS = 60_000;

/** Whose turn it is. A turn lasts as long as bytes may be on their way, also while nobody knows; a lease is the right to send them. */
export class Turns {
  readonly #host: PublisherHost;

  constructor(host: PublisherHost) {
    this.#host = host;
  }

  /** Gives the turn on, as far as there is one to give. */
  async next(): Promise<void> {
    const { rows } = this.#host;
    this.#renew();
    rows.ripen(this.#host.services().now());
    if (this.#candidate() === null) return;
    const account = rows.account();
    if (account === null || !(await this.#isOpen(account))) return;
    // Others may have been here meanwhile.
    for (let candidate = this.#candidate(); candidate !== null; candidate = this.#candidate()) this.#grant(candidate);
  }

  nextAt(): number | null {
    const { rows } = this.#host;
    const now = this.#host.services().now();
    const times = [rows.nextRipe()];
    for (const { lease, stage } of rows.active()) {
      times.push(lease?.until ?? (stage.status === "committing" && stage.askAt !== null ? stage.askAt : now));
    }
    const lingering = rows.account()?.lingering ?? null;
    if (lingering !== null && lingering.until > now) times.push(lingering.until);
    if (this.#candidate() !== null) times.push(rows.account()?.gate?.lookAt ?? now);
    const known = times.filter((at) => at !== null);
    return known.length === 0 ? null : Math.min(...known);
  }

  /** Leases that have ended are taken back, and whoever has the turn but no lease gets one. */
  #renew(): void {
    const { now, chance } = this.#host.services();
    for (const state of this.#host.rows.active()) {
      if (state.lease !== null && state.lease.until <= now()) this.#apply(state, { type: "lease-ended", now: now(), chance: chance() });
    }
    for (const state of this.#host.rows.active()) {
      const { lease, stage } = state;
      if (lease !== null || (stage.status === "committing" && (stage.askAt ?? 0) > now())) continue;
      this.#grant(state);
    }
  }

  #candidate(): DeliveryState | null {
    const { rows } = this.#host;
    const account = rows.account();
    const kind = account === null ? null : parseAccountKey(account.account)?.kind;
    if (account === null || account.pausedAt !== null || kind === null || kind === undefined) return null;
    if (account.lingering !== null && account.lingering.until > this.#host.services().now()) return null;
    return rows.active().length >= AT_ONCE[kind] ? null : rows.first();
  }

  async #isOpen(account: AccountState): Promise<boolean> {
    const { switches, now } = this.#host.services();
    if (account.gate !== null && account.gate.lookAt > now()) return false;
    const reason = await switches.closed(account.account);
    const current = this.#host.rows.account();
    if (current === null) return false;
    if (reason !== null || current.gate !== null) {
      this.#host.rows.saveAccount({ ...current, gate: reason === null ? null : { reason, lookAt: now() + GATE_MS } });
    }
    return reason === null;
  }

  #grant(state: DeliveryState): void {
    const { now, leaseMs } = this.#host.services();
    this.#apply(state, { type: "grant", now: now(), leaseMs });
  }

  #apply(state: DeliveryState, command: DeliveryCommand): void {
    this.#host.rows.atomically(() => {
      const step = decide(state, command);
      if (step.ok) this.#host.record(step.value);
    });
  }
}
