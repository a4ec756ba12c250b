import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MAX_UPLOAD_BYTES } from "#domain/uploads/part-plan.ts";
import { processesOf } from "#test/bench/processes.ts";
import { launchWorld } from "#test/world/launch.ts";
import { scratch } from "./scratch.ts";
import { addressIn, type Server } from "./server.ts";

export type SluiceServer = Server & { readonly apiKey: string; readonly stateDir: string };

/**
 * Sluice in a world of its own, spoken to at the Worker's port: the world's edge refuses bodies over 100 MB and is not what is
 * measured. Nobody is asked and nobody is told, as in an installation without callbacks.
 */
export async function startSluice(): Promise<SluiceServer> {
  const state = scratch();
  const world = await launchWorld({
    state: state.path,
    vars: {
      AUTH_CALLBACK_URL: "",
      COMPLETION_CALLBACK_URL: "",
      MAX_APPEND_BYTES: String(MAX_UPLOAD_BYTES),
    },
  });
  const stop = async (): Promise<void> => {
    await world.stop();
    state.remove();
  };
  const url = addressIn(readFileSync(join(state.path, "worker.log"), "utf8"));
  if (url === null) {
    await stop();
    throw new Error("the world does not say where its Worker listens");
  }
  return { url, apiKey: world.apiKey, stateDir: state.path, pids: processesOf(world.pid, "workerd"), stop };
}
