/** Fails when the schema (of drizzle.config.ts, or the one named) has something that no migration brings: one made now would have to be empty. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import config from "../drizzle.config.ts";

const committed = config.out ?? "./migrations";
// drizzle-kit takes every path as one from the working directory.
const scratch = mkdtempSync("node_modules/.migrations-");
try {
  if (existsSync(committed)) cpSync(committed, scratch, { recursive: true });
  const schema = process.argv[2] ?? String(config.schema);
  const drizzle = [
    "node_modules/drizzle-kit/bin.cjs",
    "generate",
    "--dialect",
    config.dialect,
    "--schema",
    schema,
    "--out",
    relative(".", scratch),
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, drizzle, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const added = readdirSync(scratch).filter((file) => file.endsWith(".sql") && !existsSync(join(committed, file)));
  for (const file of added) console.error(`No migration brings this:\n\n${readFileSync(join(scratch, file), "utf8")}\n`);
  if (added.length > 0) console.error("Run: npm run generate");
  if (status !== 0) console.error(stdout, stderr);
  process.exitCode = status === 0 && added.length === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
