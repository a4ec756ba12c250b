import type { Browser, BrowserContextOptions, Locator, Page, Route } from "playwright-core";
import { expect } from "vitest";
import { z } from "zod";
import type { LaunchedWorld } from "#test/world/launch.ts";
import type { Creator } from "#test/e2e/creator.ts";
import type { Film } from "#test/e2e/film.ts";
import { visit } from "./chromium.ts";

const PATIENCE = { timeout: 60_000 };
const UPLOADS = "**/files/**";

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
  /** Files and folders of this machine, dropped by hand. */
  drop(...paths: readonly string[]): Promise<void>;
  /** What those hear who don't see the page, from now on. */
  listen(): Promise<() => Promise<string>>;
  /** The row of a file among the uploads. */
  upload(name: string): Locator;
  video(name: string): Locator;
  button(row: Locator, name: string): Locator;
  reads(row: Locator, words: string | RegExp): Promise<void>;
  /** Chunks beyond a file's first one wait in this browser: what is stored stays as it is, however long somebody looks. */
  holdBack(): Promise<void>;
  /** What was held back goes, and whatever comes. */
  letGo(): Promise<void>;
  /** There is no connection, and the browser knows it. */
  disconnect(): Promise<void>;
  reconnect(): Promise<void>;
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
  const connected = async (is: boolean): Promise<void> => {
    const unlimited = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await devtools.send("Network.emulateNetworkConditions", { offline: !is, ...unlimited });
  };
  let held: Route[] = [];
  const gate = async (route: Route): Promise<void> => {
    const contentRange = route.request().headers()["content-range"] ?? "bytes */";
    if (/^bytes (?:\*|0-)/.test(contentRange)) await route.continue();
    else held.push(route);
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
    async drop(...paths) {
      const { x, y } = (await page.locator("#drop").boundingBox()) ?? { x: 0, y: 0 };
      const data = { items: [], files: [...paths], dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", "drop"] as const)
        await devtools.send("Input.dispatchDragEvent", { type, x: x + 20, y: y + 20, data });
    },
    async listen() {
      await ask(
        page,
        `globalThis.heard = [];
         for (const id of ["status", "alert"]) {
           const region = document.getElementById(id);
           new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true });
         }`,
      );
      return async () => z.string().parse(await ask(page, "heard.join(' ')"));
    },
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
    async holdBack() {
      await page.route(UPLOADS, gate);
    },
    async letGo() {
      await page.unroute(UPLOADS, gate);
      // Of a page that has gone nothing is left to send.
      await Promise.allSettled(held.map((route) => route.continue()));
      held = [];
    },
    disconnect: () => connected(false),
    reconnect: () => connected(true),
    async leave() {
      if (page.isClosed()) return;
      // What is held back would slip out of a page that is closed; of one that is left it is gone.
      page.once("dialog", (dialog) => void dialog.accept());
      await page.goto("about:blank");
      await page.context().close();
    },
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
