import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import config from "../../oxlint.config.ts";

const folder = join(import.meta.dirname, "../canaries");
const FIRST_LINE = /^\/\/ refused by: (.+)$/;
const SEVERITIES = new Set<unknown>(["error", "deny", 2]);

const Report = z.object({ diagnostics: z.array(z.object({ filename: z.string(), code: z.string().optional(), message: z.string() })) });

const canaries = globSync("{workers,durable-objects,test}/**/*.ts", { cwd: folder }).map((path) => {
  const refusedBy = FIRST_LINE.exec(readFileSync(join(folder, path), "utf8").split("\n", 1)[0] ?? "")?.[1];
  return { path, expected: refusedBy === "nothing" ? [] : [refusedBy] };
});

/** What the linter says of every canary, the same finding named once. */
function refusals(): Map<string, Set<string>> {
  const lint = ["node_modules/oxlint/bin/oxlint", "-c", "test/canaries/lint.ts", "--disable-nested-config", "-f", "json"];
  const folders = ["workers", "durable-objects", "test"].map((name) => `test/canaries/${name}`);
  const { stdout } = spawnSync(process.execPath, [...lint, ...folders], {
    cwd: join(folder, "../.."),
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  const found = new Map<string, Set<string>>();
  for (const { filename, code, message } of Report.parse(JSON.parse(stdout)).diagnostics) {
    const path = filename.replace("test/canaries/", "");
    found.set(path, (found.get(path) ?? new Set()).add(code ?? message));
  }
  return found;
}

/** Every rule that the configuration names, as the linter prints it. */
function configuredRules(): string[] {
  const tables = [config.rules ?? {}, ...(config.overrides ?? []).map(({ rules }) => rules ?? {})];
  const enabled = tables.flatMap((rules) =>
    Object.entries(rules).filter(([, setting]) => SEVERITIES.has(Array.isArray(setting) ? setting[0] : setting)),
  );
  return enabled.map(([name]) => (name.includes("/") ? name.replace("/", "(") : `eslint(${name}`) + ")");
}

describe("canaries", () => {
  const found = refusals();

  it.each(canaries)("$path is refused by exactly what it names", ({ path, expected }) => {
    expect([...(found.get(path) ?? [])]).toEqual(expected);
  });

  it("leaves no configured rule without a canary", () => {
    const proven = new Set(canaries.flatMap(({ expected }) => expected));
    expect(configuredRules().filter((rule) => !proven.has(rule))).toEqual([]);
  });

  it("leaves no layer without a canary", () => {
    const layers = (config.overrides ?? [])
      .filter(({ rules }) => rules?.["no-restricted-imports"] !== undefined)
      .flatMap(({ files }) => files);
    const refused = canaries.filter(({ expected }) => expected.includes("eslint(no-restricted-imports)"));
    expect(layers.length).toBeGreaterThan(10);
    expect(layers.filter((glob) => !refused.some(({ path }) => matchesGlob(path, glob)))).toEqual([]);
  });
});
