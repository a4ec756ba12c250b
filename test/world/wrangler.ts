import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";
import { startLeashed } from "./leashed.ts";
import type { Store } from "./store.ts";

const configSchema = z.looseObject({
  triggers: z.looseObject({ crons: z.array(z.string()).default([]) }).default({ crons: [] }),
  d1_databases: z.array(z.looseObject({ binding: z.string(), migrations_dir: z.string().default("migrations") })).default([]),
});

export type WranglerConfig = {
  readonly path: string;
  readonly crons: readonly string[];
  readonly databases: readonly { readonly binding: string; readonly migrationsDir: string }[];
};

/** What the world needs to know of a `wrangler.toml`. */
export function readWranglerConfig(path: string): WranglerConfig {
  const config = configSchema.parse(parse(readFileSync(path, "utf8")));
  return {
    path,
    crons: config.triggers.crons,
    databases: config.d1_databases.map(({ binding, migrations_dir }) => ({
      binding,
      migrationsDir: resolve(dirname(path), migrations_dir),
    })),
  };
}

/** Wrangler's command line, run by this very Node. */
function wranglerCommand(...args: string[]): string[] {
  const manifest = createRequire(import.meta.url).resolve("wrangler/package.json");
  return [process.execPath, join(dirname(manifest), "bin", "wrangler.js"), ...args];
}

/** Serves the Worker on a free loopback port, with what it stores under the state directory. */
export const devCommand = (config: WranglerConfig, stateDir: string, envFile: string): string[] =>
  wranglerCommand(
    ...["dev", "--config", config.path, "--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"],
    ...["--show-interactive-dev-session=false", "--infer-origin-from-routes=false", "--local-protocol", "http"],
    ...["--persist-to", persistDir(stateDir), "--env-file", envFile],
  );

/** Keeps wrangler off the network and away from what other worlds write. */
export const wranglerEnvironment = (stateDir: string): Record<string, string> => ({
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_LOG_PATH: join(stateDir, "wrangler-logs"),
  WRANGLER_REGISTRY_PATH: join(stateDir, "wrangler-registry"),
  DO_NOT_TRACK: "1",
  X_LOCAL_EXPLORER: "false",
  X_LOCAL_OBSERVABILITY: "false",
  NO_COLOR: "1",
  FORCE_COLOR: "0",
  CI: "true",
});

const persistDir = (stateDir: string): string => join(stateDir, "wrangler");

/** Brings every D1 database of the configuration up to date; skips one whose migrations have not changed since. */
export async function applyMigrations(
  config: WranglerConfig,
  stateDir: string,
  store: Store,
  onLine: (line: string) => void,
): Promise<void> {
  for (const { binding, migrationsDir } of config.databases) {
    const fingerprint = fingerprintOf(migrationsDir);
    if (fingerprint === null) continue;
    const setting = `migrations:${binding}`;
    if (existsSync(persistDir(stateDir)) && store.settings.get(setting) === fingerprint) continue;
    const run = startLeashed({
      command: wranglerCommand(
        "d1",
        "migrations",
        "apply",
        binding,
        "--local",
        "--config",
        config.path,
        "--persist-to",
        persistDir(stateDir),
      ),
      cwd: dirname(config.path),
      stateDir,
      env: wranglerEnvironment(stateDir),
      onLine,
    });
    const code = await run.ended;
    if (code !== 0) throw new Error(`the migrations of ${binding} could not be applied (exit code ${code})`);
    store.settings.set(setting, fingerprint);
  }
}

function fingerprintOf(directory: string): string | null {
  const files = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith(".sql")) : [];
  if (files.length === 0) return null;
  const hash = createHash("sha256");
  for (const name of files.toSorted()) hash.update(`${name}\0`).update(readFileSync(join(directory, name)));
  return hash.digest("hex");
}
