import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { LaunchedWorld } from "#test/world/launch.ts";
import type { Creator } from "#test/e2e/creator.ts";
import type { Film } from "#test/e2e/film.ts";
import { visit } from "./chromium.ts";

const PATIENCE = { timeout: 60_000 };

export type Sent = { readonly url: string; readonly contentRange: string; readonly digest: string | null };

/** Somebody in front of the first page. */
export interface Visitor {
  readonly page: Page;
  /** Every range that the page has sent, in order; questions are not among them. */
  readonly ranges: readonly Sent[];
  readonly faults: readonly string[];
  /** Every address that was asked for. */
  readonly addresses: readonly string[];
  signIn(key: string): Promise<void>;
  choose(...films: readonly Film[]): Promise<void>;
  /** The row of a file among the uploads. */
  upload(name: string): Locator;
  video(name: string): Locator;
  button(row: Locator, name: string): Locator;
  reads(row: Locator, words: string | RegExp): Promise<void>;
  /** Bytes per second that leave this browser; null: as many as go. */
  throttle(bytesPerSecond: number | null): Promise<void>;
  /** Nothing beyond a file's first bytes leaves this browser: an upload stays under way until it is cancelled. */
  holdBack(): Promise<void>;
  /** What is on its way breaks, and the browser knows that there is no connection; `throttle` brings one back. */
  cutOff(): Promise<void>;
  leave(): Promise<void>;
}

export const asFile = ({ name, bytes }: Film) => ({ name, mimeType: "video/mp4", buffer: bytes });
const keyOf = ({ key }: Creator): string => key.key;

export async function aVisitor(browser: Browser, world: LaunchedWorld, options: BrowserContextOptions = {}): Promise<Visitor> {
  const { page, faults } = await visit(browser, world.url, options);
  const ranges: Sent[] = [];
  const addresses: string[] = [page.url()];
  page.on("request", (request) => {
    addresses.push(request.url());
    const contentRange = request.headers()["content-range"];
    if (contentRange === undefined || contentRange.startsWith("bytes */")) return;
    ranges.push({ url: request.url(), contentRange, digest: request.headers()["repr-digest"] ?? null });
  });
  // Choosers are kept from opening from the beginning, not only once one is waited for.
  page.on("filechooser", () => undefined);
  page.on("framenavigated", (frame) => void addresses.push(frame.url()));

  const rowIn = (list: string) => (name: string) =>
    page.locator(`#${list} > li`, { has: page.getByRole("heading", { name, exact: true }) });
  const devtools = await page.context().newCDPSession(page);
  const conditions = async (offline: boolean, bytesPerSecond: number | null): Promise<void> => {
    const uploadThroughput = bytesPerSecond ?? -1;
    await devtools.send("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput });
  };
  return {
    page,
    ranges,
    faults,
    addresses,
    async signIn(key) {
      await page.getByRole("textbox", { name: "API key" }).fill(key);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.locator("#workbench").waitFor(PATIENCE);
    },
    choose: (...films) => page.locator("#files").setInputFiles(films.map(asFile)),
    upload: rowIn("uploads"),
    video: rowIn("videos"),
    button: (row, name) => row.getByRole("button", { name: new RegExp(`^${name} `) }),
    reads: async (row, words) => {
      try {
        await row.filter({ hasText: words }).waitFor(PATIENCE);
      } catch (cause) {
        throw new Error(`it does not read ${words.toString()}, but: ${await page.locator("main").innerText()}`, { cause });
      }
    },
    throttle: (bytesPerSecond) => conditions(false, bytesPerSecond),
    async holdBack() {
      await page.route("**/*", async (route) => {
        const sent = route.request().headers()["content-range"] ?? "bytes */";
        if (/^bytes (?:\*|0-)/.test(sent)) await route.continue();
      });
    },
    cutOff: () => conditions(true, null),
    leave: () => page.context().close(),
  };
}

/** Signed in as this creator, at a desk of their own. */
export async function aVisitorAs(
  creator: Creator,
  browser: Browser,
  world: LaunchedWorld,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const visitor = await aVisitor(browser, world, options);
  await visitor.signIn(keyOf(creator));
  return visitor;
}

export const startOf = ({ contentRange }: Sent): number => Number(/^bytes (\d+)-/.exec(contentRange)?.[1]);
export const bytesOf = ({ contentRange }: Sent): number => {
  const [, start = "", end = ""] = /^bytes (\d+)-(\d+)\//.exec(contentRange) ?? [];
  return Number(end) - Number(start) + 1;
};

/** What the page answers to an expression, as it is: its own types are not known here. */
export const ask = (page: Page, expression: string): Promise<unknown> => page.evaluate(expression);

export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  expect(await ask(page, "document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(0);
}
