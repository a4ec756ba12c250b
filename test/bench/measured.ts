import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Inspector, inspectors, WORKER } from "./inspector.ts";
import { cpuSeconds, MemoryWatch, residentBytes } from "./processes.ts";
import type { Server } from "./servers/server.ts";
import type { Case, Stopwatch } from "./turns.ts";

/** A server with what it weighs before anything has been asked of it. */
export type Measured = { readonly server: Server; readonly memory: MemoryWatch; readonly idleBytes: number };

export const measured = (server: Server): Measured => ({
  server,
  memory: new MemoryWatch(server.pids),
  idleBytes: residentBytes(server.pids),
});

export type Figures = { bytes: number; ms: number; cpuSeconds: number; peakBytes: number; runs: number };

/** One way to move the bytes, and what it has cost so far. */
export type Subject = Case & { readonly on: Measured; readonly figures: Figures };

export const noFigures = (): Figures => ({ bytes: 0, ms: 0, cpuSeconds: 0, peakBytes: 0, runs: 0 });

export class Meter implements Stopwatch<Subject> {
  #startedAt = 0;
  #cpuAt = 0;

  async start({ on }: Subject): Promise<void> {
    on.memory.takePeak();
    this.#cpuAt = cpuSeconds(on.server.pids);
    this.#startedAt = performance.now();
  }

  async stop({ on, figures }: Subject, bytes: number, ended: boolean): Promise<void> {
    figures.ms += performance.now() - this.#startedAt;
    figures.cpuSeconds += cpuSeconds(on.server.pids) - this.#cpuAt;
    figures.bytes += bytes;
    figures.peakBytes = Math.max(figures.peakBytes, on.memory.takePeak());
    if (ended) figures.runs += 1;
  }
}

/** Nothing is measured: what is compiled at first use is compiled. */
export const unwatched: Stopwatch<Case> = { start: async () => undefined, stop: async () => undefined };

/** Profiles the Worker's isolate from a case's first turn to its last; cases of one server are run one after the other for it. */
export class Profiler implements Stopwatch<Subject> {
  readonly #directory: string;
  readonly #title: string;
  #inspector: Inspector | null = null;

  constructor(directory: string, title: string) {
    this.#directory = directory;
    this.#title = title;
    mkdirSync(directory, { recursive: true });
  }

  async start({ on }: Subject): Promise<void> {
    if (this.#inspector !== null) return;
    const url = (await inspectors(on.server.pids)).get(WORKER);
    if (url === undefined) return;
    this.#inspector = await Inspector.open(url);
    await this.#inspector.startProfile();
  }

  async stop({ name }: Subject, _bytes: number, ended: boolean): Promise<void> {
    if (!ended || this.#inspector === null) return;
    const file = `${this.#title} ${name}`.replaceAll(/[^A-Za-z0-9]+/g, "-");
    writeFileSync(join(this.#directory, `${file}.cpuprofile`), JSON.stringify(await this.#inspector.takeProfile()));
    this.#inspector.close();
    this.#inspector = null;
  }
}
