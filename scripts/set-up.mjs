/**
 * What has to be there before anything else: the dependencies of package-lock.json and a Node that is new enough. Runs on the Node
 * that the machine happens to have (18 or newer) and needs nothing installed.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const MINIMUM_NODE = [22, 12];
const MODULES = join(root, "node_modules");

/** Wrangler calls home and looks for updates unless told not to. */
const QUIET = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  DO_NOT_TRACK: "1",
};

/** @typedef {{ optional?: boolean, integrity?: string, version?: string }} LockedPackage */

/**
 * Installs what is missing and finds the project's Node. Ends the process with a message when that is impossible.
 * @returns {string} the path of the Node to run everything with
 */
export function ensureReady() {
  const difference = differenceToLock();
  if (difference !== null) install(difference);
  return findNode() ?? fail(nodeMissing());
}

/** The environment of every tool: the project's Node and tools first on the path, nothing that talks to the network by itself. */
export const environment = () => ({ ...process.env, ...QUIET, PATH: join(MODULES, ".bin") + delimiter + (process.env["PATH"] ?? "") });

/**
 * Runs a program in the repository, its output going where ours goes; interrupts are passed on.
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<number>} the exit code, 128 + n after signal n
 */
export function run(program, args) {
  const child = spawn(program, args, { cwd: root, env: environment(), stdio: "inherit" });
  /** @type {NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const forwards = signals.map((signal) => {
    const forward = () => void child.kill(signal);
    process.on(signal, forward);
    return { signal, forward };
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const { signal: name, forward } of forwards) process.off(name, forward);
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}

/**
 * The script behind a dependency's command, to be run with the project's Node.
 * @param {string} name
 */
export const tool = (name) => realpathSync(join(MODULES, ".bin", name));

/**
 * @param {string} message
 * @returns {never}
 */
export function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}

/**
 * Why what is installed is not what package-lock.json says, or null when it is. npm writes what it has installed into a lock of its
 * own, as its last step.
 */
function differenceToLock() {
  const wanted = readLock(join(root, "package-lock.json"));
  const installed = existsSync(join(MODULES, ".package-lock.json")) ? readLock(join(MODULES, ".package-lock.json")) : null;
  if (wanted === null) return fail("package-lock.json is missing: this is not a whole checkout.");
  if (installed === null) return "nothing is installed yet";
  for (const [path, locked] of Object.entries(wanted)) {
    if (path === "") continue;
    const found = installed[path];
    if (found === undefined && locked.optional === true) continue;
    if (found?.version !== locked.version || found?.integrity !== locked.integrity)
      return `${path.replace(/^node_modules\//, "")} has changed`;
  }
  return null;
}

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage> | null}
 */
function readLock(path) {
  if (!existsSync(path)) return null;
  const lock = /** @type {{ packages?: Record<string, LockedPackage> }} */ (JSON.parse(readFileSync(path, "utf8")));
  return lock.packages ?? null;
}

/** @param {string} reason */
function install(reason) {
  process.stdout.write(`Set-up: installing dependencies (${reason}).\n`);
  const started = Date.now();
  const { status, error } = spawnSync("npm", ["ci", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (error !== undefined) fail(`Set-up: npm could not be run (${error.message}). It comes with Node: https://nodejs.org`);
  if (status !== 0) fail("Set-up: npm ci failed, see above. It needs the npm registry once; after that nothing needs the network.");
  process.stdout.write(`Set-up: done in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}

/** The Node among the dependencies when it runs on this machine, otherwise the one that runs this if it is new enough. */
function findNode() {
  const brought = join(MODULES, ".bin", "node");
  if (existsSync(brought)) {
    const { status, stdout } = spawnSync(brought, ["--version"], { encoding: "utf8" });
    if (status === 0 && isNewEnough(stdout)) return brought;
  }
  return isNewEnough(process.version) ? process.execPath : null;
}

/** @param {string} version as `node --version` prints it */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.trim().replace(/^v/, "").split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = MINIMUM_NODE;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function nodeMissing() {
  return (
    `Sluice needs Node ${MINIMUM_NODE.join(".")} or newer and brings it for Linux on x64; this is ${process.platform} on ${process.arch} ` +
    `with Node ${process.version}.\nInstall a newer Node (https://nodejs.org) and run the same command again.`
  );
}
