import { ensureReady, run } from "./set-up.mjs";

const node = ensureReady();
process.exitCode = await run(node, ["test/world/main.ts", ...process.argv.slice(2)]);
