import { chmodSync, writeFileSync } from "node:fs";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Variables as wrangler's `--env-file` reads them back unchanged: quoted, and with nothing to expand. */
export function envFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(name, value)}\n`)
    .join("");
}

/** Readable by its owner alone, because it holds secrets. */
export function writeEnvFile(path: string, variables: Readonly<Record<string, string>>): void {
  writeFileSync(path, envFile(variables), { mode: 0o600 });
  chmodSync(path, 0o600);
}

function quoted(name: string, value: string): string {
  const quote = ["'", "`"].find((mark) => !value.includes(mark));
  if (!NAME.test(name) || quote === undefined || /[\r\n]/.test(value)) throw new Error(`${name} can't be written to an env file`);
  return quote + value.replaceAll("$", "\\$") + quote;
}
