import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findChromium } from "./chromium.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-browsers-"));
const program = join(folder, "google-chrome");
const named = join(folder, "my-chromium");
writeFileSync(program, "", { mode: 0o755 });
writeFileSync(named, "", { mode: 0o755 });
writeFileSync(join(folder, "chromium"), "", { mode: 0o644 });

afterAll(() => rmSync(folder, { recursive: true }));

test("finds the first browser on the path that can be run", () => {
  expect(findChromium({ PATH: ["/nowhere", folder].join(delimiter) })).toBe(program);
});

test("takes the one that it is told of", () => {
  expect(findChromium({ PATH: folder, CHROMIUM: named })).toBe(named);
});

test("does not take another when the one that it is told of is not there", () => {
  expect(findChromium({ PATH: folder, CHROMIUM: join(folder, "gone") })).toBeNull();
});

test("says when there is none", () => {
  expect(findChromium({ PATH: "/nowhere" })).toBeNull();
});
