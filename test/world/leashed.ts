import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const LEASH = join(import.meta.dirname, "leash.ts");
const MARK = "SLUICE_WORLD_STATE";
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

export type LeashedOptions = {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly stateDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Every line of stdout and stderr, without colours. */
  readonly onLine: (line: string) => void;
};

/** A command and everything that it starts, as one process group that can't outlive this process. */
export interface Leashed {
  readonly group: number;
  /** Resolves with the exit code when the command has ended. */
  readonly ended: Promise<number>;
  /** Asks, waits, then kills; resolves when nothing of the group is left. */
  stop(graceMs: number): Promise<void>;
  kill(): Promise<void>;
}

export function startLeashed({ command, cwd, stateDir, env, onLine }: LeashedOptions): Leashed {
  const child = spawn(process.execPath, [LEASH, ...command], {
    cwd,
    env: { ...inherited(), ...env, [MARK]: stateDir },
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const group = child.pid;
  if (group === undefined) throw new Error(`could not start ${command[0] ?? "a command"}`);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => onLine(line.replace(COLOURS, "")));
  }
  child.stdin.on("error", () => undefined);
  const ended = exitOf(child);
  const kill = async (): Promise<void> => {
    signal(-group, "SIGKILL");
    await ended;
    await groupGone(group);
  };
  return {
    group,
    ended,
    kill,
    async stop(graceMs) {
      signal(-group, "SIGTERM");
      const waiting = new AbortController();
      await Promise.race([ended, sleep(graceMs, undefined, { signal: waiting.signal }).catch(() => undefined)]);
      waiting.abort();
      await kill();
    },
  };
}

/**
 * Kills what a killed world with this state directory may have left, before anything of it can be in the way.
 * Found by a mark in the environment, where the system shows one.
 */
export async function sweepLeftovers(stateDir: string): Promise<number> {
  const left = markedWith(stateDir);
  for (const pid of left) signal(pid, "SIGKILL");
  while (markedWith(stateDir).length > 0) await sleep(20);
  return left.length;
}

function markedWith(stateDir: string): number[] {
  const mark = `${MARK}=${stateDir}\0`;
  return (processIds() ?? []).filter((pid) => pid !== process.pid && readProc(pid, "environ").includes(mark));
}

/** null where the system has no /proc. */
function processIds(): number[] | null {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return null;
  }
}

/** Empty for a process that is gone, or somebody else's. */
function readProc(pid: number, file: "environ" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

/** A clean environment: credentials and settings of whoever starts the world stay with them. */
function inherited(): Record<string, string> {
  const names = ["PATH", "HOME", "USER", "LANG", "TMPDIR", "TZ", "NODE_EXTRA_CA_CERTS"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("exit", (code) => resolve(code ?? 137));
    child.once("error", () => resolve(127));
  });
}

async function groupGone(group: number): Promise<void> {
  while (signal(-group, "SIGKILL") && hasLiving(group)) await sleep(5);
}

/** A zombie holds nothing any more, and may wait long for an init that reaps it. */
function hasLiving(group: number): boolean {
  const processes = processIds();
  return (
    processes === null ||
    processes.some((pid) => {
      const [state, , processGroup] = (readProc(pid, "stat").split(") ").at(-1) ?? "").split(" ");
      return Number(processGroup) === group && state !== "Z" && state !== "X";
    })
  );
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
