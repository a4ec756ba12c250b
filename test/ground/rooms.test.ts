import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

function filesOf(project: string): string[] {
  const tsc = ["node_modules/typescript/bin/tsc", "-p", `tsconfig.${project}.json`, "--listFilesOnly"];
  return spawnSync(process.execPath, tsc, { cwd: root, encoding: "utf8" }).stdout.trim().split("\n");
}

describe("type rooms", () => {
  const workers = filesOf("workers");
  const workerdTests = filesOf("workerd-tests");
  const node = filesOf("node");
  const island = filesOf("island");

  it("keep Node's types out of what runs in workerd", () => {
    expect(workers).toContain(join(root, "workers/domain/result.ts"));
    expect(workers.filter((path) => path.includes("/@types/node/"))).toEqual([]);
  });

  it("keep the Workers' globals out of what runs in Node", () => {
    expect(node).toContain(join(root, "test/ground/rooms.test.ts"));
    expect(node.filter((path) => /\/@cloudflare\/workers-types\/.*\.d\.ts$/.test(path))).toEqual([]);
  });

  it("keep everything but a browser's own out of what runs in browsers", () => {
    expect(island).toContain(join(root, "workers/console/island/main.ts"));
    expect(island.filter((path) => /\/@(cloudflare|types)\//.test(path))).toEqual([]);
    expect(workers.filter((path) => path.startsWith(join(root, "workers/console/island/")))).toEqual([]);
  });

  it("leave no file of ours unchecked", () => {
    const checked = new Set([...workers, ...workerdTests, ...node, ...island]);
    const ours = globSync(["*.ts", "{workers,durable-objects,containers,scripts,test}/**/*.{ts,mjs}"], { cwd: root });
    const files = ours.filter((path) => !/^test\/canaries\/.+\//.test(path));
    expect(files).toContain("workers/domain/result.ts");
    expect(files.filter((path) => !checked.has(join(root, path)))).toEqual([]);
  });
});
