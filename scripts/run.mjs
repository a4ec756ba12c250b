/** `run.mjs <script.ts | command of a dependency> [arguments]`, with the project's Node and after set-up. */
import { ensureReady, fail, run, tool } from "./set-up.mjs";

const [program, ...args] = process.argv.slice(2);
if (program === undefined) fail("Usage: node scripts/run.mjs <script | command> [arguments]");
const node = ensureReady();
process.exitCode = await run(node, [/\.[cm]?[jt]s$/.test(program) ? program : tool(program), ...args]);
