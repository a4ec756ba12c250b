import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { describe } from "vitest";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** What `CHROMIUM` says, or the first that is on the path. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env["CHROMIUM"];
  if (named !== undefined && named !== "") return isProgram(named) ? named : null;
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram) ?? null;
}

const path = findChromium();
const isRequired = process.env["REQUIRE_CHROMIUM"] === "1";

/** A suite that needs a browser. Without one it is skipped and says so, where `REQUIRE_CHROMIUM` is set it fails. */
export function describeInChromium(name: string, suite: () => void): void {
  if (path === null && isRequired) throw new Error(`no Chromium for "${name}": install one, or say where it is with CHROMIUM=/path`);
  if (path === null)
    process.stderr.write(`\n  SKIPPED, no Chromium on this machine: ${name}\n  Install one, or say where it is with CHROMIUM=/path.\n\n`);
  describe.skipIf(path === null)(name, suite);
}

export const launchChromium = (): Promise<Browser> => chromium.launch({ executablePath: path ?? "", args: ARGUMENTS });

/** A visitor of their own, whose page must not break in any way that the console tells of. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; faults: readonly string[] }> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options });
  // Of its two dialogs for files only the older one can be answered from here.
  await context.addInitScript("window.showOpenFilePicker = undefined");
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => void faults.push(message));
  page.on("console", (message) => {
    // A refused request is a line of the console too, and no fault of the page.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) faults.push(message.text());
  });
  await page.goto(url);
  return { page, faults };
}
