/** Everything: set-up, check, all tests. With arguments only tests, the arguments going to vitest: a path, `--project node`, `-t name`. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { check, seconds } from "./check.mjs";
import { ensureReady, root, run, tool } from "./set-up.mjs";
import { totals } from "./totals.mjs";

const node = ensureReady();
const filters = process.argv.slice(2);
const started = Date.now();

if (filters.length === 0) {
  process.stdout.write("Check\n");
  if (!(await check(node))) {
    process.stdout.write("\nThe check failed, so no test was run.\n0 passed, 1 failed\n");
    process.exit(1);
  }
  process.stdout.write(`The check took ${seconds(started)}.\n\nTests\n`);
}

const scratch = mkdtempSync(join(root, "node_modules", ".test-report-"));
try {
  const path = join(scratch, "report.json");
  const testsStarted = Date.now();
  const code = await run(node, [tool("vitest"), "run", "--reporter=default", "--reporter=json", `--outputFile.json=${path}`, ...filters]);
  const { passed, failed, skipped } = totals(/** @type {import("./totals.mjs").Report} */ (JSON.parse(readFileSync(path, "utf8"))), code);
  process.stdout.write(`The tests took ${seconds(testsStarted)}, all of it ${seconds(started)}.\n`);
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
  process.exitCode = code === 0 && failed > 0 ? 1 : code;
} catch (error) {
  process.stdout.write(`Vitest ended without a report (${error instanceof Error ? error.message : String(error)}).\n0 passed, 1 failed\n`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
