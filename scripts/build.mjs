/** The Worker as it would be deployed, into dist/, without an account or the network. */
import { ensureReady, run, tool } from "./set-up.mjs";

const node = ensureReady();
process.exitCode = await run(node, [tool("wrangler"), "deploy", "--dry-run", "--outdir", "dist", ...process.argv.slice(2)]);
