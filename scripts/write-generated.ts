/** Writes what the programs in scripts/generate/ make, or with --check says which of it is not what is committed. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

type Generator = { generate: () => Promise<Map<string, Uint8Array | string>> };

const root = fileURLToPath(new URL("..", import.meta.url));
const generators = join(root, "scripts/generate");
const checking = process.argv.includes("--check");

const isCurrent = (path: string, wanted: Uint8Array): boolean => {
  try {
    return readFileSync(path).equals(wanted);
  } catch {
    return false;
  }
};

const outdated: string[] = [];
for (const file of readdirSync(generators).filter((name) => name.endsWith(".ts"))) {
  const { generate } = (await import(pathToFileURL(join(generators, file)).href)) as Generator;
  for (const [path, content] of await generate()) {
    const bytes = Buffer.from(content);
    if (isCurrent(join(root, path), bytes)) continue;
    outdated.push(path);
    if (checking) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
}

if (checking && outdated.length > 0) {
  console.error(`Not as generated:\n${outdated.map((path) => `  ${path}\n`).join("")}Run: npm run generate`);
  process.exitCode = 1;
} else {
  console.log(outdated.length === 0 ? "Everything generated is up to date." : `Written: ${outdated.join(", ")}`);
}
