import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, newCreator } from "#test/e2e/creator.ts";
import { describeInChromium, launchChromium, visit } from "./chromium.ts";
import { ask, expectNoSidewaysScroll } from "./visitor.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const violations = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));
const PATIENCE = { timeout: 60_000 };

describeInChromium("connecting a channel", () => {
  let world: LaunchedWorld;
  let browser: Browser;
  let creator: Creator;

  beforeAll(async () => {
    [world, browser] = await Promise.all([launchWorld(), launchChromium()]);
  });
  afterAll(async () => {
    await Promise.all([world.stop(), browser.close()]);
  });
  beforeEach(async () => {
    creator = await newCreator(world, "connecting");
  });

  const begin = async (draft = {}): Promise<string> => {
    const reply = await creator.sendJson("POST", "/v1/connections", { kind: "youtube", ...draft });
    return z.object({ connect_url: z.url() }).parse(await reply.json()).connect_url;
  };
  const expectAccessible = async (page: Page): Promise<void> => {
    await page.evaluate(AXE);
    const found = violations.parse(await ask(page, "axe.run(document).then(({ violations }) => violations)"));
    expect(found.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
    await expectNoSidewaysScroll(page);
  };

  test("somebody chooses a channel at Google and reads that it is connected; the address is good no more", async () => {
    const { page, faults } = await visit(browser, await begin(), { viewport: { width: 320, height: 640 } });
    await page.getByRole("radio", { name: "Another channel" }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("“Another channel” is connected.").waitFor(PATIENCE);
    await expectAccessible(page);
    await page.reload();
    await page.getByRole("heading", { name: "This link is used up" }).waitFor(PATIENCE);
    await expectAccessible(page);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test("somebody who says no reads what to do, and the application is told where it asked to be", async () => {
    const { page } = await visit(browser, await begin());
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("connect it again and choose Continue").waitFor(PATIENCE);
    await expectAccessible(page);
    await page.goto(await begin({ return_to: `${world.url}/docs` }));
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.waitForURL(`${world.url}/docs?connection_error=consent_denied`, PATIENCE);
    await page.context().close();
  });
});
