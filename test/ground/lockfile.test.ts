import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const Lock = z.object({ packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).default({}) })) });

describe("package-lock.json", () => {
  const text = readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8");
  const { packages } = Lock.parse(JSON.parse(text));

  it("names no host, so that every registry will do", () => {
    expect(text).not.toContain('"resolved": "http');
  });

  // Binaries of a young release can lag behind on the registry; npm 11 refuses to install from a lock that lacks one.
  it("holds the binaries of every platform", () => {
    const lacking = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages),
      ),
    );
    expect(Object.keys(packages)).toContain("node_modules/workerd");
    expect(lacking).toEqual([]);
  });
});
