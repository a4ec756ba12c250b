import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export interface Running {
  readonly pid: number;
  kill(): void;
  /** So far. */
  printed(): string;
  readonly ended: Promise<Ended>;
}

/** A program in a process of its own, to its end. */
export function start(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { pid: child.pid ?? 0, printed: () => stdout, kill: () => void child.kill("SIGKILL"), ended };
}

export const run = (command: string, args: readonly string[]): Promise<Ended> => start(command, args).ended;

/** A module of ours under this very Node. */
export const startModule = (url: URL, ...args: readonly string[]): Running => start(process.execPath, [fileURLToPath(url), ...args]);
