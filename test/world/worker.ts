import { setTimeout as sleep } from "node:timers/promises";
import { type Leashed, startLeashed } from "./leashed.ts";

const READY_MS = 60_000;
const GRACE_MS = 5_000;
const DEATHS_ALLOWED = 5;
const DEATHS_WITHIN_MS = 60_000;

export type WorkerOptions = {
  /** Serves the Worker and says `Ready on http://…:PORT` when it does. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stateDir: string;
  /** Between a death and the next start, times the deaths so far. */
  readonly pauseMs?: number;
  readonly onLine: (line: string) => void;
  /** The Worker answers on this loopback port; null: it is gone for now. */
  readonly onPort: (port: number | null) => void;
  /** It keeps dying, or does not come up again; nothing more is tried. */
  readonly onHopeless: (reason: string) => void;
};

export type WorkerState = { readonly status: "starting" | "ready" | "stopped"; readonly starts: number };

/** The Worker under `wrangler dev`. Once started it is kept alive: a death is followed by a new start, within bounds. */
export interface Worker {
  /** Resolves when it answers. */
  start(): Promise<void>;
  state(): WorkerState;
  /** Ends it and starts it again; resolves when it answers. */
  restart(): Promise<void>;
  /** `kill -9` of its whole process tree; resolves when it answers again. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export function createWorker(options: WorkerOptions): Worker {
  const { command, cwd, env, stateDir, onLine, onPort, pauseMs = 100 } = options;
  let status: WorkerState["status"] = "stopped";
  let starts = 0;
  let current: Leashed | null = null;
  let deaths: number[] = [];
  let turn: Promise<void> = Promise.resolve();
  let over = false;

  const startOnce = async (): Promise<void> => {
    if (over) return;
    status = "starting";
    starts += 1;
    let port: number | null = null;
    const leashed = startLeashed({
      command,
      cwd,
      stateDir,
      env,
      onLine(line) {
        port ??= portIn(line);
        onLine(line);
      },
    });
    current = leashed;
    const exit = { code: null as number | null };
    void leashed.ended.then((code) => {
      exit.code = code;
    });
    const deadline = Date.now() + READY_MS;
    while (exit.code === null && !(port !== null && (await answers(port)))) {
      if (Date.now() > deadline) {
        await leashed.kill();
        throw new Error(`the Worker did not answer within ${READY_MS / 1000} s`);
      }
      await sleep(25);
    }
    if (exit.code !== null) {
      await leashed.kill();
      throw new Error(`the Worker ended at its start (exit code ${exit.code})`);
    }
    status = "ready";
    onPort(port);
    void leashed.ended.then(() => {
      if (current === leashed && status === "ready") return inTurn(revive(leashed));
      return undefined;
    });
  };

  const revive = (dead: Leashed) => async (): Promise<void> => {
    if (current !== dead || status !== "ready") return;
    status = "starting";
    onPort(null);
    await dead.kill();
    while (!over) {
      deaths = [...deaths.filter((at) => at > Date.now() - DEATHS_WITHIN_MS), Date.now()];
      if (deaths.length > DEATHS_ALLOWED) {
        status = "stopped";
        options.onHopeless(`the Worker died ${deaths.length} times within ${DEATHS_WITHIN_MS / 1000} s`);
        return;
      }
      onLine("the Worker died and is started again");
      await sleep(pauseMs * deaths.length);
      try {
        return await startOnce();
      } catch (cause) {
        onLine(String(cause));
      }
    }
  };

  const end = async (how: (leashed: Leashed) => Promise<void>): Promise<void> => {
    status = "stopped";
    onPort(null);
    if (current !== null) await how(current);
    current = null;
  };

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  const again = (how: (leashed: Leashed) => Promise<void>): Promise<void> =>
    inTurn(async () => {
      await end(how);
      try {
        await startOnce();
      } catch (cause) {
        if (!over) options.onHopeless(String(cause));
        throw cause;
      }
    });

  return {
    start: () => inTurn(startOnce),
    state: () => ({ status, starts }),
    restart: () => again((leashed) => leashed.stop(GRACE_MS)),
    kill: () => again((leashed) => leashed.kill()),
    // Not in turn: a start that hangs must not hold up the end.
    stop() {
      over = true;
      return end((leashed) => leashed.stop(GRACE_MS));
    },
  };
}

function portIn(line: string): number | null {
  const port = /Ready on http:\/\/[^:/\s]+:(\d+)/.exec(line)?.[1];
  return port === undefined ? null : Number(port);
}

async function answers(port: number): Promise<boolean> {
  try {
    const reply = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(5_000) });
    await reply.body?.cancel();
    return reply.ok;
  } catch {
    return false;
  }
}
