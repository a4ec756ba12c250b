import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processesOf } from "#test/bench/processes.ts";
import { startLeashed } from "#test/world/leashed.ts";
import { devCommand, readWranglerConfig, wranglerEnvironment } from "#test/world/wrangler.ts";
import { writeEnvFile } from "#test/world/env-file.ts";
import { scratch } from "./scratch.ts";
import { addressIn, type Server } from "./server.ts";

const READY_MS = 60_000;
const GRACE_MS = 5_000;

/** The baseline Worker under the same wrangler, workerd and storage as Sluice. */
export async function startBaseline(): Promise<Server> {
  const { path: stateDir, remove } = scratch();
  const config = readWranglerConfig(join(import.meta.dirname, "..", "baseline", "wrangler.toml"));
  const envFile = join(stateDir, "worker.env");
  writeEnvFile(envFile, {});
  let url: string | null = null;
  const lines: string[] = [];
  const leashed = startLeashed({
    command: devCommand(config, stateDir, envFile),
    cwd: dirname(config.path),
    stateDir,
    env: wranglerEnvironment(stateDir),
    onLine(line) {
      lines.push(line);
      url ??= addressIn(line);
    },
  });
  const stop = async (): Promise<void> => {
    await leashed.stop(GRACE_MS);
    remove();
  };
  const deadline = Date.now() + READY_MS;
  while (url === null && Date.now() < deadline) await sleep(25);
  if (url === null) {
    await stop();
    throw new Error(`the baseline Worker did not start:\n${lines.join("\n")}`);
  }
  return { url, pids: processesOf(leashed.group, "workerd"), stop };
}
