import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { wranglerEnvironment } from "#test/world/wrangler.ts";
import { environment } from "../../scripts/set-up.mjs";

/** Its reports, its look for updates (which the banner makes), the `cf.json`; and who asks whether it may. */
const SILENCE = [
  ["WRANGLER_SEND_METRICS", "false", "wrangler/wrangler-dist/cli.js"],
  ["WRANGLER_HIDE_BANNER", "true", "wrangler/wrangler-dist/cli.js"],
  ["CLOUDFLARE_CF_FETCH_ENABLED", "false", "miniflare/dist/src/index.js"],
] as const;

describe("wrangler talks to nobody", () => {
  test.each([
    ["as a tool", () => environment()],
    ["as the local world's", () => wranglerEnvironment("state")],
  ])("%s", (_, environmentOf) => {
    expect(environmentOf()).toMatchObject(Object.fromEntries(SILENCE.map(([name, value]) => [name, value])));
  });

  test.each(SILENCE)("because %s is still asked for", (name, _value, file) => {
    const asks = readFileSync(join(import.meta.dirname, "../../node_modules", file), "utf8").includes(name);
    expect(asks).toBe(true);
  });
});
