import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { newCreator } from "#test/e2e/creator.ts";
import { aFilm, sha256Of } from "#test/e2e/film.ts";
import { onTheWay } from "#test/e2e/network.ts";
import { describeInChromium, launchChromium, visit } from "./chromium.ts";
import { asFile, ask, aVisitor, aVisitorAs, expectNoSidewaysScroll, type Visitor } from "./visitor.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const violations = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const PHONE = { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true };
const MANNERS: readonly { readonly named: string; readonly options: BrowserContextOptions }[] = [
  { named: "wide", options: {} },
  { named: "phone", options: PHONE },
];

describeInChromium("the first page for everybody", () => {
  /** A folder for pictures of the page, where somebody wants to look at them. */
  const pictures = process.env["PICTURES"] ?? null;
  let world: LaunchedWorld;
  let browser: Browser;

  beforeAll(async () => {
    [world, browser] = await Promise.all([launchWorld(), launchChromium()]);
  });

  afterAll(async () => {
    await Promise.all([world.stop(), browser.close()]);
  });

  /** In both schemes: nothing to object to, nothing wider than the screen, and where pictures are wanted one of it. */
  async function expectAccessible(page: Page, name: string): Promise<void> {
    // Through the debugger, past the page's own policy, which would not let it in.
    await page.evaluate(AXE);
    for (const [colorScheme, runOnly] of [
      ["dark", { type: "rule", values: ["color-contrast"] }],
      ["light", { type: "tag", values: WCAG }],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      if (pictures !== null)
        await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), fullPage: !name.includes("docs") });
      const options = JSON.stringify({ runOnly });
      const found = violations.parse(await ask(page, `axe.run(document, ${options}).then(({ violations }) => violations)`));
      expect(found.map(({ id, nodes }) => `${name}: ${id} ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
    }
    await expectNoSidewaysScroll(page);
  }

  test.each(MANNERS)("$named: nothing to object to, from signing in to a video", async ({ named, options }) => {
    await world.control.reset();
    const creator = await newCreator(world, "access");
    const visitor = await aVisitor(browser, world, options);
    const { page } = visitor;
    await page.getByRole("textbox", { name: "API key" }).waitFor();
    await expectAccessible(page, `${named}-1-sign-in`);
    await visitor.signIn(creator.key.key);
    await page.getByText("No video yet.").waitFor();
    await expectAccessible(page, `${named}-2-empty`);

    const stored = {
      ...aFilm("stored", 300_000),
      name: "a-very-long-name-of-a-holiday-video-that-goes-on-and-on-2026-11-20-in-the-mountains.mp4",
    };
    await visitor.choose(stored);
    await visitor.reads(visitor.upload(stored.name), "they are the same");
    const paper = Buffer.from(`%PDF-1.7\n${"not a video ".repeat(1000)}`);
    await visitor.choose({ name: "paper.mp4", bytes: paper, sha256: sha256Of(paper) });
    await visitor.reads(visitor.upload("paper.mp4"), "content_type_refused");
    await visitor.holdBack();
    const films = ["one", "two", "three", "four"].map((name) => aFilm(name, 4_000_000));
    await visitor.choose(...films);
    await visitor.reads(visitor.upload("one.mp4"), "Uploading");
    await visitor.button(visitor.upload("two.mp4"), "Pause").click();
    await visitor.reads(visitor.upload("four.mp4"), "Uploading");
    await visitor.reads(visitor.upload("one.mp4"), "1.0 MB of 4.0 MB stored");
    await visitor.video(stored.name).getByText("Details").click();
    await expectAccessible(page, `${named}-3-working`);

    await visitor.button(visitor.video(stored.name), "Delete").click();
    await expectAccessible(page, `${named}-4-question`);
    expect(visitor.faults).toEqual([]);
    await visitor.leave();
  });

  test.each(MANNERS)("$named: nothing to object to in the documentation, whose pages lead to each other", async ({ named, options }) => {
    const { page, faults } = await visit(browser, `${world.url}/docs`, options);
    await expectAccessible(page, `${named}-docs`);
    await page.getByRole("banner").getByRole("link", { name: "Problem codes" }).click();
    await page.getByRole("heading", { name: "Problems" }).waitFor();
    await expectAccessible(page, `${named}-docs-problems`);
    await page.getByRole("banner").getByRole("link", { name: "Upload" }).click();
    await page.getByRole("textbox", { name: "API key" }).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  const nameOfFocus = (visitor: Visitor): Promise<unknown> =>
    ask(visitor.page, "(document.activeElement?.textContent || document.activeElement?.id).replace(/\\s+/g, ' ').trim()");

  async function tabTo(visitor: Visitor, name: string): Promise<void> {
    for (let presses = 0; presses < 40; presses += 1) {
      await visitor.page.keyboard.press("Tab");
      if ((await nameOfFocus(visitor)) === name) return;
    }
    throw new Error(`Tab never comes to ${name}`);
  }

  test("everything is done by keyboard, and the focus is never lost", async () => {
    const creator = await newCreator(world, "keyboard");
    const film = aFilm("by-keyboard", 4_000_000);
    const visitor = await aVisitor(browser, world);
    const { page } = visitor;
    await page.getByRole("textbox", { name: "API key" }).waitFor();
    await tabTo(visitor, "key");
    await page.keyboard.type(creator.key.key);
    await page.keyboard.press("Enter");
    await page.locator("#workbench").waitFor();
    await expect.poll(() => nameOfFocus(visitor)).toBe("Choose files");

    await visitor.holdBack();
    const chooser = page.waitForEvent("filechooser");
    await page.keyboard.press("Enter");
    await (await chooser).setFiles(asFile(film));
    await visitor.reads(visitor.upload(film.name), "Uploading");
    await tabTo(visitor, `Pause ${film.name}`);
    await page.keyboard.press("Enter");
    await expect.poll(() => nameOfFocus(visitor)).toBe(`Go on ${film.name}`);
    await page.keyboard.press("Space");
    await expect.poll(() => nameOfFocus(visitor)).toBe(`Pause ${film.name}`);

    await tabTo(visitor, `Cancel ${film.name}`);
    await visitor.reads(visitor.upload(film.name), "1.0 MB of 4.0 MB stored");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => nameOfFocus(visitor)).toBe(`Cancel ${film.name}`);
    await page.keyboard.press("Enter");
    await tabTo(visitor, "Cancel it");
    await page.keyboard.press("Enter");
    await visitor.reads(visitor.upload(film.name), "What had been stored is erased.");
    await expect.poll(() => nameOfFocus(visitor)).toBe(`Dismiss ${film.name}`);
    await page.keyboard.press("Enter");
    await expect.poll(() => nameOfFocus(visitor)).toBe("Uploads");
    await visitor.leave();
  });

  test("a question that is closed and asked again at once is answered once, and as the second answer says", async () => {
    const creator = await newCreator(world, "twice-asked");
    const film = aFilm("twice-asked", 4_000_000);
    const visitor = await aVisitorAs(creator, browser, world);
    await visitor.holdBack();
    await visitor.choose(film);
    await visitor.reads(visitor.upload(film.name), "1.0 MB of 4.0 MB stored");
    await visitor.button(visitor.upload(film.name), "Cancel").click();
    await visitor.page.getByRole("dialog").waitFor();
    await ask(visitor.page, `document.getElementById("confirm").close(), document.querySelector("[data-part=cancel]").click()`);
    await visitor.reads(visitor.upload(film.name), "Uploading");
    await visitor.page.getByRole("button", { name: "Cancel it" }).click();
    await visitor.reads(visitor.upload(film.name), "What had been stored is erased.");
    expect(visitor.faults).toEqual([]);
    await visitor.leave();
  });

  test("says a quarter, a half, three quarters and the end, failures at once, and nothing over and over", async () => {
    await world.control.reset();
    const creator = await newCreator(world, "heard");
    const visitor = await aVisitorAs(creator, browser, world);
    const heardSoFar = await visitor.listen();
    // Refused for its size, the file goes on in quarters.
    await onTheWay(
      world,
      { kind: "status", status: 413, method: "PUT" },
      { kind: "delay", delay_ms: 0, method: "PUT" },
      { kind: "status", status: 503, method: "PUT" },
    );
    await visitor.choose(aFilm("heard", 2 * 1024 * 1024));
    await visitor.reads(visitor.upload("heard.mp4"), "they are the same");
    await expect.poll(heardSoFar, { timeout: 10_000 }).toContain("100 %");
    const heard = await heardSoFar();
    for (const words of ["interrupted, it goes on by itself", "25 % stored", "50 % stored", "75 % stored", "100 % stored and checked"]) {
      expect(heard.split(words), words).toHaveLength(2);
    }
    expect(await ask(visitor.page, "document.querySelector('#uploads progress').getAttribute('aria-label')")).toBe("heard.mp4: stored");
    await visitor.leave();
  });

  test("never claims a hundred percent while work remains", async () => {
    const creator = await newCreator(world, "honest");
    const visitor = await aVisitorAs(creator, browser, world);
    await ask(
      visitor.page,
      `globalThis.shown = [];
       new MutationObserver(() => {
         for (const bar of document.querySelectorAll("#uploads progress:not([hidden])")) shown.push(bar.value);
       }).observe(document.getElementById("uploads"), { subtree: true, childList: true, characterData: true, attributes: true });`,
    );
    await visitor.choose(aFilm("honest", 2_000_000));
    await visitor.reads(visitor.upload("honest.mp4"), "they are the same");
    const shown = z.array(z.number()).parse(await ask(visitor.page, "shown"));
    expect(shown.length).toBeGreaterThan(0);
    expect(Math.max(...shown)).toBeLessThan(100);
    await visitor.leave();
  });

  test("without script it says what needs one, and what else there is", async () => {
    const { page } = await visit(browser, world.url, { javaScriptEnabled: false });
    await page.getByRole("heading", { name: "Uploading from this page needs JavaScript" }).waitFor();
    expect(await page.locator("pre").textContent()).toContain("$URL/upload/video.mp4");
    expect(await page.getByRole("textbox").count()).toBe(0);
    await page.getByRole("link", { name: "API reference" }).first().click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.context().close();
  });

  test("obeys a wish for less motion", async () => {
    const { page } = await visit(browser, world.url, { reducedMotion: "reduce" });
    expect(await ask(page, "getComputedStyle(document.querySelector('button'), null).transitionDuration")).toBe("0s");
    expect(await ask(page, "document.getAnimations().length")).toBe(0);
    await page.context().close();
  });
});
