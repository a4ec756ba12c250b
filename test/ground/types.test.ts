import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** What each flag of `tsconfig.base.json` is there to refuse, and the number under which TypeScript does. */
const REFUSED: readonly (readonly [flag: string, source: string, error: string])[] = [
  ["strict", "export const same = (value) => value;", "TS7006"],
  ["noUncheckedIndexedAccess", "const list: number[] = [];\nexport const first: number = list[0];", "TS2322"],
  ["exactOptionalPropertyTypes", "export const pair: { left?: number } = { left: undefined };", "TS2375"],
  ["verbatimModuleSyntax", 'import { Named } from "./named.ts";\nexport const one: Named = 1;', "TS1484"],
  ["erasableSyntaxOnly", "export enum Kind {\n  One,\n}", "TS1294"],
];

let folder: string;
let said: string;

beforeAll(() => {
  mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
  folder = mkdtempSync(join(root, "node_modules/.cache/types-"));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: join(root, "tsconfig.base.json"), include: ["*.ts"] }));
  writeFileSync(join(folder, "named.ts"), "export type Named = number;\n");
  for (const [flag, source] of REFUSED) writeFileSync(join(folder, `${flag}.ts`), `${source}\n`);
  said = spawnSync(join(root, "node_modules/.bin/tsc"), ["--noEmit", "-p", folder], { cwd: folder, encoding: "utf8" }).stdout;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(REFUSED)("%s refuses what it is there for", (flag, _source, error) => {
  expect(said.split("\n").filter((line) => line.startsWith(`${flag}.ts`) && line.includes(error))).not.toEqual([]);
});
