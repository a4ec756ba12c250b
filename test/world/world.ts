import { createWriteStream, existsSync, renameSync, rmSync, statSync, type WriteStream } from "node:fs";
import { dirname, join } from "node:path";
import { err, ok, type Result } from "#domain/result.ts";
import { ACCESS_AUDIENCE, createAccess } from "./access.ts";
import { createApplication } from "./application.ts";
import { REPOSITORY, type WorldOptions } from "./arguments.ts";
import { createControl } from "./control.ts";
import { createCronTimer, workerTrigger } from "./cron.ts";
import { createEdge } from "./edge.ts";
import { writeEnvFile } from "./env-file.ts";
import { faultBook } from "./faults.ts";
import { sweepLeftovers } from "./leashed.ts";
import { closeServer, listen, listenOnFirstFree, type PortTaken } from "./listen.ts";
import { type LocalFile, writeLocalFile } from "./local-file.ts";
import { secretsOf } from "./secrets.ts";
import { seedCreator } from "./seed.ts";
import { openStore, type StateInUse, type Store } from "./store.ts";
import { createWorker } from "./worker.ts";
import { applyMigrations, devCommand, readWranglerConfig, wranglerEnvironment } from "./wrangler.ts";
import { projectSecretsOf, registerProject } from "./youtube/seed.ts";
import { createYouTube } from "./youtube/youtube.ts";

const DEFAULT_PORT = 8787;
const LOG_BYTES = 16 * 1024 * 1024;
/** Where Google sends people back to. */
const CONSENT_CALLBACK = "/oauth/youtube/callback";

export interface World {
  readonly local: LocalFile;
  /** Resolves with the reason when the world can't go on by itself. */
  readonly hopeless: Promise<string>;
  stop(): Promise<void>;
}

export type StartHooks = {
  /** A line of what the parts say. */
  readonly say: (line: string) => void;
  /** Called once there is something to stop, before the world is up. */
  readonly onStoppable: (stop: () => Promise<void>) => void;
};

/** Starts every part and resolves when the Worker answers and has its creator. */
export async function startWorld(options: WorldOptions, hooks: StartHooks): Promise<Result<World, StateInUse | PortTaken>> {
  const { stateDir } = options;
  const config = readWranglerConfig(options.config);
  const opened = openStore(stateDir);
  if (!opened.ok) return opened;
  const store = opened.value;
  await sweepLeftovers(stateDir);

  const log = openLog(stateDir);
  const onLine = (line: string): void => {
    log.write(`${line}\n`);
    hooks.say(line);
  };
  const onError = (cause: unknown): void => onLine(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));

  let reportHopeless: (reason: string) => void = () => undefined;
  const hopeless = new Promise<string>((resolve) => {
    reportHopeless = resolve;
  });

  const secrets = secretsOf(store);
  const faults = faultBook(store);
  const application = createApplication({ store, faults, callbackSecret: secrets.callbackSecret });
  const access = createAccess(store);
  const youtube = createYouTube({ store, faults, directory: join(stateDir, "youtube"), onError });
  const edge = createEdge({ faults, onError });
  let workerPort: number | null = null;
  const envFile = join(stateDir, "worker.env");
  const worker = createWorker({
    command: devCommand(config, stateDir, envFile),
    cwd: dirname(config.path),
    env: wranglerEnvironment(stateDir),
    stateDir,
    onLine,
    onPort(port) {
      workerPort = port;
      edge.pointAt(port);
    },
    onHopeless: reportHopeless,
  });
  const cron = createCronTimer({ crons: config.crons, trigger: workerTrigger(() => workerPort), onLine });
  const control = createControl({ operatorKey: secrets.operatorKey, application, youtube, faults, edge, worker, cron, onError });

  const stopOnce = async (): Promise<void> => {
    cron.stop();
    await Promise.all([worker.stop(), ...[edge.server, application.server, access.server, youtube.server, control].map(closeServer)]);
    edge.close();
    await youtube.close();
    rmSync(envFile, { force: true });
    await new Promise<void>((resolve) => {
      log.end(resolve);
    });
    store.close();
  };
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopping ??= stopOnce());
  hooks.onStoppable(stop);

  const port = await edgePort(options.port, store, edge.server);
  if (!port.ok) {
    await stop();
    return err(port.error);
  }
  const url = `http://127.0.0.1:${port.value}`;
  const app = `http://127.0.0.1:${await rememberedPort("app_port", store, application.server)}`;
  const accessUrl = `http://127.0.0.1:${await rememberedPort("access_port", store, access.server)}`;
  access.pointAt(accessUrl);
  const youtubeUrl = `http://127.0.0.1:${await rememberedPort("youtube_port", store, youtube.server)}`;
  const project = projectSecretsOf(store);
  registerProject(youtube.site.library, project, [`${url}${CONSENT_CALLBACK}`]);
  const controlUrl = `http://127.0.0.1:${await rememberedPort("control_port", store, control)}`;

  writeEnvFile(envFile, {
    ENVIRONMENT: "local",
    HANDLE_KEY: secrets.handleKey,
    OPERATOR_KEY: secrets.operatorKey,
    SEALING_KEYS: secrets.sealingKeys,
    CALLBACK_SECRET: secrets.callbackSecret,
    ACCESS_TEAM_DOMAIN: accessUrl,
    ACCESS_AUDIENCE,
    AUTH_CALLBACK_URL: `${app}/authenticate`,
    COMPLETION_CALLBACK_URL: `${app}/callback`,
    GOOGLE_CLIENT_ID: project.clientId,
    GOOGLE_CLIENT_SECRET: project.clientSecret,
    GOOGLE_AUTHORIZATION_URL: `${youtubeUrl}/o/oauth2/v2/auth`,
    GOOGLE_TOKEN_URL: `${youtubeUrl}/token`,
    GOOGLE_REVOCATION_URL: `${youtubeUrl}/revoke`,
    YOUTUBE_URL: youtubeUrl,
    TRANSFER_LEASE_SECONDS: "5",
    PUBLISHED_CHECK_SECONDS: "0.5,1",
    ...options.vars,
  });
  try {
    await applyMigrations(config, stateDir, store, onLine);
    await worker.start();
    const apiKey = await seedCreator(url, secrets.operatorKey, store);
    const google = { client_id: project.clientId, client_secret: project.clientSecret, api_key: project.apiKey };
    const world = { control: controlUrl, app, access: accessUrl, youtube: youtubeUrl, google };
    const local: LocalFile = { url, api_key: apiKey, operator_key: secrets.operatorKey, world };
    writeLocalFile(stateDir, local);
    if (!options.isPrivate) writeLocalFile(join(REPOSITORY, ".sluice"), local);
    cron.start();
    return ok({ local, hopeless, stop });
  } catch (cause) {
    await stop();
    throw cause;
  }
}

async function edgePort(asked: number | null, store: Store, server: Parameters<typeof listen>[0]): Promise<Result<number, PortTaken>> {
  if (asked !== null && asked !== 0) return listen(server, asked);
  return ok(await rememberedPort("edge_port", store, server, asked === null ? [DEFAULT_PORT] : []));
}

/** A part comes back at the port that it had, when that is free: what others were told of it stays true. */
async function rememberedPort(name: string, store: Store, server: Parameters<typeof listen>[0], first: number[] = []): Promise<number> {
  const remembered = store.settings.get(name);
  const port = await listenOnFirstFree(server, [...first, ...(remembered === null ? [] : [Number(remembered)])]);
  store.settings.set(name, String(port));
  return port;
}

function openLog(stateDir: string): WriteStream {
  const path = join(stateDir, "worker.log");
  if (existsSync(path) && statSync(path).size > LOG_BYTES) renameSync(path, `${path}.1`);
  return createWriteStream(path, { flags: "a", mode: 0o600 });
}
