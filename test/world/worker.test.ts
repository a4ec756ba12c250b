import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sweepLeftovers } from "./leashed.ts";
import { temporaryDirectory, until } from "./testing.ts";
import { createWorker, type Worker } from "./worker.ts";

let directory: ReturnType<typeof temporaryDirectory>;
let worker: Worker;
let ports: (number | null)[];
let hopeless: string[];

/** Says that it is ready as wrangler does, has a child of its own, and dies when it is asked to. */
const SERVER = `
import { createServer } from "node:http";
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
const grandchild = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
appendFileSync("pids", process.pid + " " + grandchild.pid + " ");
const server = createServer((request, response) => request.url === "/die" ? process.exit(1) : response.end("ok"));
server.listen(0, "127.0.0.1", () => console.log("[wrangler:info] Ready on http://127.0.0.1:" + server.address().port));
`;

const start = (script: string): Promise<void> => {
  writeFileSync(join(directory.path, "server.mjs"), script);
  worker = createWorker({
    command: [process.execPath, join(directory.path, "server.mjs")],
    cwd: directory.path,
    env: {},
    stateDir: directory.path,
    pauseMs: 1,
    onLine: () => undefined,
    onPort: (port) => ports.push(port),
    onHopeless: (reason) => hopeless.push(reason),
  });
  return worker.start();
};

beforeEach(() => {
  directory = temporaryDirectory();
  ports = [];
  hopeless = [];
});

afterEach(async () => {
  await worker.stop();
  directory.remove();
});

const pids = (): number[] => readFileSync(join(directory.path, "pids"), "utf8").trim().split(" ").map(Number);
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0) && !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};
const die = (): Promise<unknown> => fetch(`http://127.0.0.1:${String(ports.at(-1))}/die`).catch(() => undefined);

test("a Worker that dies is started again, and nothing of it stays", async () => {
  await start(SERVER);
  expect(worker.state()).toEqual({ status: "ready", starts: 1 });
  const before = pids();
  await die();
  await until(() => worker.state().status === "ready" && worker.state().starts === 2);
  expect(ports).toEqual([expect.any(Number), null, expect.any(Number)]);
  expect(before.filter(isAlive)).toEqual([]);
  await worker.kill();
  await worker.restart();
  expect(worker.state()).toEqual({ status: "ready", starts: 4 });
  expect(hopeless).toEqual([]);
  await worker.stop();
  expect(pids()).toHaveLength(8);
  expect(pids().filter(isAlive)).toEqual([]);
});

test("a Worker that keeps dying is given up", async () => {
  await start(SERVER);
  for (let starts = 1; starts <= 6; starts += 1) {
    await until(() => worker.state().status === "ready" && worker.state().starts === starts);
    await die();
  }
  await until(() => hopeless.length > 0);
  expect(hopeless).toEqual(["the Worker died 6 times within 60 s"]);
  expect(worker.state()).toEqual({ status: "stopped", starts: 6 });
});

test("a Worker that does not come up is an error", async () => {
  await expect(start("process.exit(3);")).rejects.toThrow("the Worker ended at its start (exit code 3)");
});

test("what a killed world started ends with it", async () => {
  const script = `
    const { startLeashed } = await import(process.argv[1]);
    startLeashed({ command: [process.execPath, process.argv[2] + "/server.mjs"], cwd: process.argv[2], stateDir: process.argv[2], env: {}, onLine: console.log });
  `;
  await start(SERVER);
  await worker.stop();
  const before = pids().length;
  const world = spawn(process.execPath, ["--input-type=module", "-e", script, join(import.meta.dirname, "leashed.ts"), directory.path], {
    stdio: "ignore",
  });
  await until(() => pids().length === before + 2);
  const left = pids().slice(before);
  expect(left.filter(isAlive)).toEqual(left);
  world.kill("SIGKILL");
  await until(() => left.filter(isAlive).length === 0);
  expect(await sweepLeftovers(directory.path)).toBe(0);
});

test("what is left of a killed world is swept away by the next one", async () => {
  const left = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    env: { SLUICE_WORLD_STATE: directory.path },
    stdio: "ignore",
    detached: true,
  });
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    env: { SLUICE_WORLD_STATE: `${directory.path}-other` },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => left.once("exit", (_code, signal) => resolve(signal)));
  await start(SERVER);
  await worker.stop();
  expect(await sweepLeftovers(directory.path)).toBe(1);
  expect(await ended).toBe("SIGKILL");
  expect(isAlive(other.pid ?? 0)).toBe(true);
  other.kill();
});
