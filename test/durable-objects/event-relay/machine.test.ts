import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CreatorId } from "#domain/ids.ts";
import { newId } from "#test/fakes/builders.ts";
import {
  applied,
  decide,
  dueLags,
  type Ear,
  isStuck,
  type Lag,
  lagOf,
  MOST_LAGS,
  nextTry,
  type Outcome,
  type RelayCommand,
  type RelayState,
} from "#durable-objects/event-relay/machine.ts";

const NOW = 1_000_000;
const ear: Ear = { subscriber: "webhooks", creatorId: newId("crt") };
const moment = { now: NOW, chance: 0.5 };

const aLag = (changes: Partial<Lag> = {}): Lag => ({ ...ear, after: 5, attempts: 1, nextAt: NOW, ...changes });
const aState = (changes: Partial<RelayState> = {}): RelayState => ({ cursor: 10, lags: [], ...changes });

const after = (state: RelayState, command: RelayCommand, at = moment): RelayState => applied(state, decide(state, command, at));

const relayed = (to: number, outcome: Outcome): RelayCommand => ({ type: "relayed", to, offers: [{ ear, outcome }] });

describe("the relay's machine", () => {
  it("moves its cursor past what was taken", () => {
    expect(after(aState(), relayed(20, "taken"))).toEqual({ cursor: 20, lags: [] });
  });

  it("moves it past what was refused as well, and remembers from where", () => {
    expect(after(aState(), relayed(20, "refused"))).toEqual({ cursor: 20, lags: [aLag({ after: 10, nextAt: NOW + 5_000 })] });
  });

  it("passes over who is behind, and keeps the place", () => {
    const state = aState({ lags: [aLag()] });
    expect(after(state, relayed(20, "passed over"))).toEqual({ cursor: 20, lags: [aLag()] });
  });

  it("owes a page to who was passed over and was brought on meanwhile", () => {
    expect(after(aState(), relayed(20, "passed over"))).toEqual({ cursor: 20, lags: [aLag({ after: 10, attempts: 0, nextAt: NOW })] });
  });

  it("forgets a lag that has reached the cursor, and not one that is short of it", () => {
    const state = aState({ lags: [aLag({ attempts: 3 })] });
    expect(after(state, { type: "brought on", ear, to: 10 })).toEqual({ cursor: 10, lags: [] });
    expect(after(state, { type: "brought on", ear, to: 9 })).toEqual({ cursor: 10, lags: [aLag({ after: 9, attempts: 0 })] });
  });

  it("waits longer after every refusal, up to ten minutes, each with a spread", () => {
    const pauses = [0, 1, 2, 3, 20].map((attempts) => {
      const pause = (chance: number) =>
        (after(aState({ lags: [aLag({ attempts })] }), { type: "refused", ear }, { now: NOW, chance }).lags[0]?.nextAt ?? 0) - NOW;
      return [pause(0), pause(1)];
    });
    expect(pauses).toEqual([
      [3_750, 6_250],
      [7_500, 12_500],
      [15_000, 25_000],
      [30_000, 50_000],
      [450_000, 750_000],
    ]);
  });

  it("knows who is due and when the next is", () => {
    const state = aState({ lags: [aLag({ nextAt: NOW + 7 }), aLag({ creatorId: newId("crt"), nextAt: NOW })] });
    expect(dueLags(state, NOW)).toEqual([state.lags[1]]);
    expect(nextTry(state)).toBe(NOW);
    expect(nextTry(aState())).toBeNull();
  });

  it("waits with the log when as many are behind as it will remember", () => {
    const lags = Array.from({ length: MOST_LAGS }, () => aLag({ creatorId: newId("crt") }));
    expect([isStuck(aState({ lags: lags.slice(1) })), isStuck(aState({ lags }))]).toEqual([false, true]);
  });
});

type Step =
  | { type: "append"; creator: number }
  | { type: "begin-page" | "begin-bringing"; taken: boolean }
  | { type: "end-page" | "end-bringing" };

const PAGE = 3;

/** Both turns of a relay over an array, each with something in flight while the other goes on. */
class Model {
  readonly creators: readonly CreatorId[] = [newId("crt"), newId("crt")];
  readonly log: number[] = [];
  readonly heard = new Map<number, number[]>();
  state: RelayState = { cursor: 0, lags: [] };
  #page: RelayCommand | null = null;
  #bringing: RelayCommand | null = null;

  take(step: Step): void {
    switch (step.type) {
      case "append":
        this.log.push(step.creator);
        return;
      case "begin-page":
        return this.#beginPage(step.taken);
      case "begin-bringing":
        return this.#beginBringing(step.taken);
      case "end-page":
        if (this.#page !== null) this.state = after(this.state, this.#page);
        this.#page = null;
        return;
      case "end-bringing":
        if (this.#bringing !== null) this.state = after(this.state, this.#bringing);
        this.#bringing = null;
    }
  }

  #earOf = (creator: number): Ear => ({ subscriber: "s", creatorId: this.creators[creator] ?? newId("crt") });

  #hear(creator: number, positions: readonly number[]): void {
    this.heard.set(creator, [...(this.heard.get(creator) ?? []), ...positions]);
  }

  #positions = (creator: number, from: number, to: number): number[] =>
    this.log.flatMap((of, index) => (of === creator && index + 1 > from && index + 1 <= to ? [index + 1] : []));

  #beginPage(taken: boolean): void {
    const { cursor } = this.state;
    const to = Math.min(this.log.length, cursor + PAGE);
    if (this.#page !== null || to === cursor) return;
    const offers = [0, 1].flatMap((creator): { ear: Ear; outcome: Outcome }[] => {
      const positions = this.#positions(creator, cursor, to);
      if (positions.length === 0) return [];
      if (lagOf(this.state, this.#earOf(creator)) !== null) return [{ ear: this.#earOf(creator), outcome: "passed over" }];
      // Whoever refuses may have heard it all the same.
      this.#hear(creator, positions);
      return [{ ear: this.#earOf(creator), outcome: taken || creator === 1 ? "taken" : "refused" }];
    });
    this.#page = { type: "relayed", to, offers };
  }

  #beginBringing(taken: boolean): void {
    const [lag] = this.state.lags;
    if (this.#bringing !== null || lag === undefined) return;
    const creator = this.creators.indexOf(lag.creatorId);
    const missed = this.#positions(creator, lag.after, this.state.cursor).slice(0, PAGE);
    if (taken) this.#hear(creator, missed);
    const to = missed.length === PAGE ? (missed.at(-1) ?? 0) : this.state.cursor;
    this.#bringing = taken ? { type: "brought on", ear: lag, to } : { type: "refused", ear: lag };
  }
}

describe("two turns of a relay that interleave", () => {
  it("let every ear hear everything, in the order of the log", () => {
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ type: fc.constant("append" as const), creator: fc.constantFrom(0, 1) }),
      fc.record({ type: fc.constantFrom("begin-page" as const, "begin-bringing" as const), taken: fc.boolean() }),
      fc.record({ type: fc.constantFrom("end-page" as const, "end-bringing" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model = new Model();
        for (const one of steps) model.take(one);
        for (let turn = 0; turn < 100; turn++) {
          model.take({ type: "end-page" });
          model.take({ type: "end-bringing" });
          model.take({ type: "begin-page", taken: true });
          model.take({ type: "begin-bringing", taken: true });
        }
        expect(model.state).toEqual({ cursor: model.log.length, lags: [] });
        for (const creator of [0, 1]) {
          const logged = model.log.flatMap((of, index) => (of === creator ? [index + 1] : []));
          expect([...new Set(model.heard.get(creator))]).toEqual(logged);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
