import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ensureReady, environment, root, tool } from "./set-up.mjs";

/** Whatever secrets a developer keeps in .dev.vars or .env are none of the generated types' business. */
export const BINDING_TYPES = ["types", "--include-runtime=false", "--strict-vars=false", "--env-file", "/dev/null"];

/** @typedef {{ name: string, command: () => string[] }} Step */

/** @type {Step[]} */
const steps = [
  { name: "binding types", command: () => [tool("wrangler"), ...BINDING_TYPES, "--check"] },
  { name: "types", command: () => [tool("tsc"), "--build"] },
  { name: "lint", command: () => [tool("oxlint")] },
  { name: "format", command: () => [tool("oxfmt"), "--check", "."] },
  { name: "unused code", command: () => [tool("knip"), "--no-progress"] },
  { name: "migrations", command: () => ["scripts/check-migrations.ts"] },
  { name: "generated files", command: () => ["scripts/write-generated.ts", "--check"] },
];

const AT_ONCE = 2;

/**
 * Runs the steps in order, two at once, and stops at the first that fails, with its output.
 * @param {string} node
 * @param {string[]} [only] names of steps; all of them otherwise
 * @returns {Promise<boolean>} whether all passed
 */
export async function check(node, only) {
  const stop = new AbortController();
  const waiting = steps.filter(({ name }) => only === undefined || only.includes(name));
  let passed = true;
  const work = async () => {
    for (let step = waiting.shift(); step !== undefined && !stop.signal.aborted; step = waiting.shift()) {
      const started = Date.now();
      const { code, output } = await capture(node, step.command(), stop.signal);
      if (stop.signal.aborted) return;
      process.stdout.write(`${code === 0 ? "✓" : "✗"} ${step.name.padEnd(16)} ${seconds(started)}\n`);
      if (code === 0) continue;
      passed = false;
      stop.abort();
      process.stdout.write(`\n${output.trim()}\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return passed;
}

/** @param {number} started */
export const seconds = (started) => `${((Date.now() - started) / 1000).toFixed(1)} s`;

/**
 * @param {string} program
 * @param {string[]} args
 * @param {AbortSignal} signal
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function capture(program, args, signal) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, env: environment(), stdio: ["ignore", "pipe", "pipe"], signal });
    let output = "";
    const collect = (/** @type {Buffer} */ text) => void (output += text.toString());
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.once("error", (error) => resolve({ code: 1, output: `${output}\n${error.message}` }));
    child.once("close", (code) => resolve({ code, output }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = Date.now();
  const passed = await check(ensureReady());
  process.stdout.write(passed ? `Check passed in ${seconds(started)}.\n` : "\nCheck failed.\n");
  process.exitCode = passed ? 0 : 1;
}
