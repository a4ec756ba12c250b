import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const documents = ["*.md", "docs/**/*.md"].flatMap((glob) => globSync(glob, { cwd: root }));

const CODE_BLOCK = /^```.*?^```/gms;
const TOP_LEVEL = /^(?:workers|durable-objects|containers|migrations|test|scripts|docs|\.ci)\//;
const ROOT_FILE = /^[\w-][\w.-]*\.(?:md|json|toml|ts)$/;
const PLACEHOLDER = /[<>{}…]|NNNN/;

/** The paths of this repository that a text names: link targets, and code spans that begin with one of its folders or are a file of its root. */
function citedPaths(text: string, from: string): string[] {
  const prose = text.replaceAll(CODE_BLOCK, "");
  const links = Array.from(prose.matchAll(/\]\(([^)\s#]+)[^)]*\)/g), ([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => join(dirname(from), target));
  const spans = Array.from(prose.matchAll(/`([^`\s]+)`/g), ([, span = ""]) => span).filter(
    (span) => TOP_LEVEL.test(span) || ROOT_FILE.test(span),
  );
  return [...links, ...spans].map((path) => path.replace(/:\d+$/, "")).filter((path) => !PLACEHOLDER.test(path));
}

const isThere = (path: string): boolean => (path.includes("*") ? globSync(path, { cwd: root }).length > 0 : existsSync(join(root, path)));

describe("documents", () => {
  it.each(documents)("%s names only paths that exist", (document) => {
    const cited = citedPaths(readFileSync(join(root, document), "utf8"), document);
    expect(cited.filter((path) => !isThere(path))).toEqual([]);
  });

  it("are read: ARCHITECTURE.md cites at least twenty paths", () => {
    expect(citedPaths(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"), "ARCHITECTURE.md").length).toBeGreaterThanOrEqual(20);
  });
});

describe("cited paths", () => {
  it("are link targets and code spans, relative to the document", () => {
    const text =
      "See [storage](storage.md#rows), [home](https://example.org), `workers/gone.ts`, `npm test`, `package.json` and `workers/domain/<capability>/`.";
    expect(citedPaths(text, "docs/a.md")).toEqual(["docs/storage.md", "workers/gone.ts", "package.json"]);
  });

  it("that are gone are found", () => {
    expect(isThere("workers/domain/result.ts")).toBe(true);
    expect(isThere("workers/domain/*.ts")).toBe(true);
    expect(isThere("workers/domain/gone.ts")).toBe(false);
    expect(isThere("workers/gone/*.ts")).toBe(false);
  });
});
