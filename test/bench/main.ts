import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus } from "node:os";
import { z } from "zod";
import { parseArguments, USAGE } from "./arguments.ts";
import { benchCrowd } from "./crowd.ts";
import { benchEvents } from "./events.ts";
import { benchGrowth } from "./growth.ts";
import { benchIntake } from "./intake.ts";

const benches = { intake: benchIntake, crowd: benchCrowd, growth: benchGrowth, events: benchEvents };

const options = parseArguments(process.argv.slice(2));
if (options.ok) {
  const startedAt = performance.now();
  process.stdout.write(`${machine()}\n`);
  await benches[options.value.bench](options.value, (text) => void process.stdout.write(text));
  process.stdout.write(`\n${((performance.now() - startedAt) / 1000).toFixed(0)} s in all\n`);
} else {
  process.stderr.write(`${options.error}\n\n${USAGE}`);
  process.exitCode = 2;
}

function machine(): string {
  const manifest = createRequire(import.meta.url).resolve("wrangler/package.json");
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, "utf8")));
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.versions.node}, wrangler ${version}`;
}
