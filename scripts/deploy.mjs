/** Deploys to a real account: the directory's migrations first (they only add), then the Worker. See the README for what has to exist. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureReady, environment, fail, root, run, tool } from "./set-up.mjs";

const SECRETS = ["HANDLE_KEY", "OPERATOR_KEY", "SEALING_KEYS", "CALLBACK_SECRET"];

const node = ensureReady();
const wrangler = tool("wrangler");

if (!/^\s*database_id\s*=/m.test(readFileSync(join(root, "wrangler.toml"), "utf8"))) {
  fail(
    [
      "Not deployed: wrangler.toml names no database yet. Once per account:",
      "  npx wrangler login",
      "  npx wrangler d1 create sluice-directory        and put its id into wrangler.toml as database_id under [[d1_databases]]",
      "  npx wrangler r2 bucket create sluice-media",
      "  npx wrangler queues create sluice-jobs",
      "  npx wrangler queues create sluice-jobs-dead",
      "  npx wrangler queues create sluice-transfers",
    ].join("\n"),
  );
}
if (spawnSync(node, [wrangler, "whoami", "--json"], { cwd: root, env: environment(), stdio: "ignore" }).status !== 0) {
  fail("Not deployed: wrangler is not logged in. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.");
}

process.exitCode =
  (await run(node, [wrangler, "d1", "migrations", "apply", "DIRECTORY", "--remote"])) ||
  (await run(node, [wrangler, "deploy", ...process.argv.slice(2)])) ||
  reportSecrets();

/** The Worker refuses to serve without its secrets, and says which; better to hear it here. */
function reportSecrets() {
  const { status, stdout } = spawnSync(node, [wrangler, "secret", "list"], { cwd: root, env: environment(), encoding: "utf8" });
  if (status !== 0) fail("Deployed, but its secrets could not be listed.");
  const set = new Set(/** @type {{ name: string }[]} */ (JSON.parse(stdout)).map(({ name }) => name));
  const missing = SECRETS.filter((name) => !set.has(name));
  if (missing.length === 0) return 0;
  fail(`Deployed, but it has no ${missing.join(", ")} yet. For each: npx wrangler secret put <name>`);
}
