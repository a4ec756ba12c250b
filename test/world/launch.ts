import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type WorldState, worldStateSchema } from "./control.ts";
import { type Firing, firingSchema } from "./cron.ts";
import { type FaultRequest, pendingFaultSchema } from "./faults.ts";
import { sweepLeftovers } from "./leashed.ts";
import { type LocalFile, localFileSchema } from "./local-file.ts";

const READY_MS = 120_000;
const STOP_MS = 20_000;
const KEPT_LINES = 200;

const readyMessage = z.object({ type: z.literal("ready"), local: localFileSchema });

export type LaunchOptions = {
  /** Kept after the end when given; otherwise a fresh directory that `stop` removes. */
  readonly state?: string;
  readonly port?: number;
  readonly vars?: Readonly<Record<string, string>>;
  readonly config?: string;
};

/** A world in processes of its own, for tests and benches. */
export interface LaunchedWorld {
  readonly url: string;
  readonly apiKey: string;
  readonly operatorKey: string;
  readonly app: string;
  /** The team at Cloudflare Access. */
  readonly access: string;
  readonly youtube: string;
  readonly google: LocalFile["world"]["google"];
  readonly stateDir: string;
  readonly pid: number;
  readonly control: {
    readonly url: string;
    state(): Promise<WorldState>;
    faults(): Promise<WorldState["faults"]>;
    fault(fault: FaultRequest): Promise<WorldState["faults"][number]>;
    /** What happens at YouTube without us: `POST /youtube/<command>`, and what it answers. */
    atYouTube(command: string, request: unknown): Promise<unknown>;
    reset(): Promise<void>;
    cron(cron: string): Promise<Firing>;
    /** Both resolve when the Worker answers again. */
    killWorker(): Promise<void>;
    restartWorker(): Promise<void>;
  };
  /** The newest lines of its output. */
  log(): string;
  /** `kill -9` of everything; the state directory stays, and another launch with it goes on from there. */
  kill9(): Promise<void>;
  stop(): Promise<void>;
}

export async function launchWorld(options: LaunchOptions = {}): Promise<LaunchedWorld> {
  const stateDir = options.state === undefined ? mkdtempSync(join(tmpdir(), "sluice-world-")) : resolve(options.state);
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...argumentsOf(options, stateDir)], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
    });
  }
  const log = (): string => lines.join("\n");
  const ended = new Promise<number | null>((resolveEnded) => {
    child.once("close", resolveEnded);
  });
  const kill9 = async (): Promise<void> => {
    child.kill("SIGKILL");
    await sweepLeftovers(stateDir);
    await ended;
    await sweepLeftovers(stateDir);
  };

  const local = await Promise.race([
    readyOf(child),
    ended.then((code) => `ended with exit code ${code ?? "none"}`),
    sleep(READY_MS, `was not ready within ${READY_MS / 1000} s`, { ref: false }),
  ]);
  if (typeof local === "string") {
    await kill9();
    throw new Error(`the world ${local}; its state is kept in ${stateDir}\n${log()}`);
  }

  return {
    url: local.url,
    apiKey: local.api_key,
    operatorKey: local.operator_key,
    app: local.world.app,
    access: local.world.access,
    youtube: local.world.youtube,
    google: local.world.google,
    stateDir,
    pid: child.pid ?? 0,
    control: controlOf(local),
    log,
    kill9,
    async stop() {
      child.kill("SIGTERM");
      const code = await Promise.race([ended, sleep(STOP_MS, "late" as const, { ref: false })]);
      if (code === "late") await kill9();
      if (code !== 0 && child.signalCode !== "SIGKILL")
        throw new Error(`the world did not stop by itself; its state is kept in ${stateDir}\n${log()}`);
      if (options.state === undefined) rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

function argumentsOf({ port = 0, vars = {}, config }: LaunchOptions, stateDir: string): string[] {
  return [
    ...["--private", "--port", String(port), "--state", stateDir],
    ...(config === undefined ? [] : ["--config", config]),
    ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}=${value}`]),
  ];
}

function readyOf(child: ChildProcess): Promise<LocalFile> {
  return new Promise((resolveReady) => {
    child.on("message", (message) => {
      const ready = readyMessage.safeParse(message);
      if (ready.success) resolveReady(ready.data.local);
    });
  });
}

function controlOf({ operator_key: key, world: { control } }: LocalFile): LaunchedWorld["control"] {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const reply = await fetch(`${control}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path} of the control endpoint answered ${reply.status}: ${text}`);
    return JSON.parse(text);
  };
  const order = async (path: string): Promise<void> => {
    await ask("POST", path);
  };
  return {
    url: control,
    state: async () => worldStateSchema.parse(await ask("GET", "/state")),
    faults: async () => z.object({ faults: z.array(pendingFaultSchema) }).parse(await ask("GET", "/faults")).faults,
    fault: async (fault) => pendingFaultSchema.parse(await ask("POST", "/faults", fault)),
    cron: async (cron) => firingSchema.parse(await ask("POST", "/cron", { cron })),
    atYouTube: (command, request) => ask("POST", `/youtube/${command}`, request),
    reset: () => order("/reset"),
    killWorker: () => order("/worker/kill"),
    restartWorker: () => order("/worker/restart"),
  };
}
