import { MIB } from "#domain/uploads/part-plan.ts";

/** What a case sends before it is another one's turn. */
export const QUANTUM_BYTES = 64 * MIB;

/** Asked for before every request, with what that request carries. Resolves when it may be sent; rejects when the time is up. */
export type Turn = (bytes: number) => Promise<void>;

class TimeIsUp extends Error {}

/** Several ways to move the same bytes. */
export interface Case {
  readonly name: string;
  /** Moves everything and checks what has arrived. Nothing of it goes on after it has resolved or between two turns. */
  run(turn: Turn): Promise<void>;
  /** Removes what `run` has stored, as far as it got. */
  discard(): Promise<void>;
}

/** What surrounds a turn, to measure it. */
export interface Stopwatch<C extends Case> {
  start(subject: C): Promise<void>;
  stop(subject: C, bytes: number, ended: boolean): Promise<void>;
}

/**
 * Runs cases in turns, one at a time: each sends its quantum, then waits while the others send theirs. So all of them see the
 * same machine, however it drifts. A case that carries everything in one request takes one long turn.
 */
export async function inTurns<C extends Case>(cases: readonly C[], watch: Stopwatch<C>, deadline: number): Promise<void> {
  let runners = cases.map((subject) => new Runner(subject));
  while (runners.length > 0) {
    for (const runner of runners) {
      const { subject } = runner;
      if (Date.now() >= deadline) {
        await runner.giveUp();
        continue;
      }
      await watch.start(subject);
      const { bytes, ended } = await runner.turn();
      await watch.stop(subject, bytes, ended);
      if (ended) await subject.discard();
    }
    runners = runners.filter(({ over }) => !over);
  }
}

class Runner<C extends Case> {
  readonly subject: C;
  over = false;
  #moved = 0;
  #ended: Promise<void> | null = null;
  #pause = Promise.withResolvers<void>();
  #go = Promise.withResolvers<void>();

  constructor(subject: C) {
    this.subject = subject;
  }

  async turn(): Promise<{ bytes: number; ended: boolean }> {
    this.#moved = 0;
    this.#pause = Promise.withResolvers();
    if (this.#ended === null) this.#ended = this.subject.run((bytes) => this.#ask(bytes)).finally(() => (this.over = true));
    else this.#go.resolve();
    await Promise.race([this.#pause.promise, this.#ended]);
    return { bytes: this.#moved, ended: this.over };
  }

  async giveUp(): Promise<void> {
    this.over = true;
    const ended = this.#ended;
    if (ended === null) return;
    this.#go.reject(new TimeIsUp());
    // What it says now comes of being stopped, however its client puts it.
    await ended.catch(() => undefined);
    await this.subject.discard();
  }

  async #ask(bytes: number): Promise<void> {
    if (this.#moved > 0 && this.#moved + bytes > QUANTUM_BYTES) {
      this.#go = Promise.withResolvers();
      this.#pause.resolve();
      await this.#go.promise;
    }
    this.#moved += bytes;
  }
}
