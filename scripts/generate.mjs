/** Brings everything that is generated in step: binding types, migrations, and what scripts/generate/ makes. `--check` writes nothing. */
import { BINDING_TYPES, check } from "./check.mjs";
import { ensureReady, run, tool } from "./set-up.mjs";

const node = ensureReady();
const checking = process.argv.includes("--check");
const GENERATED = ["binding types", "migrations", "generated files"];

if (checking) {
  process.exitCode = (await check(node, GENERATED)) ? 0 : 1;
} else {
  const commands = [[tool("wrangler"), ...BINDING_TYPES], ["scripts/write-generated.ts"], [tool("drizzle-kit"), "generate"]];
  for (const command of commands) {
    process.exitCode = await run(node, command);
    if (process.exitCode !== 0) break;
  }
}
