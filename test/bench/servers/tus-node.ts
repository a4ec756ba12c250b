import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { z } from "zod";
import { scratch } from "./scratch.ts";
import type { Server } from "./server.ts";

const START_MS = 20_000;

/** `@tus/server` with `@tus/file-store`: what a machine of one's own does with the same bytes. */
export async function startTusNode(): Promise<Server> {
  const directory = scratch();
  const child = spawn(process.execPath, [join(import.meta.dirname, "tus-node-server.ts"), directory.path], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [message]: unknown[] = await once(child, "message", { signal: AbortSignal.timeout(START_MS) });
  const port = z.int().parse(message);
  return {
    url: `http://127.0.0.1:${port}`,
    pids: child.pid === undefined ? [] : [child.pid],
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
      directory.remove();
    },
  };
}
