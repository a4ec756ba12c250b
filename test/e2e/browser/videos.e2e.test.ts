import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, newCreator } from "#test/e2e/creator.ts";
import { aFilm, type Film, sha256Of } from "#test/e2e/film.ts";
import { describeInChromium, launchChromium } from "./chromium.ts";
import { ask, aVisitor, aVisitorAs, type Visitor } from "./visitor.ts";

describeInChromium("videos and keys on the first page", () => {
  let world: LaunchedWorld;
  let browser: Browser;
  let creator: Creator;
  let visitor: Visitor;

  beforeAll(async () => {
    [world, browser] = await Promise.all([launchWorld(), launchChromium()]);
  });

  beforeEach(async () => {
    creator = await newCreator(world, "videos");
  });

  afterEach(async () => {
    await visitor.leave();
    expect(visitor.faults).toEqual([]);
  });

  afterAll(async () => {
    await Promise.all([world.stop(), browser.close()]);
  });

  /** Stored already, and somebody who sees it. */
  async function withVideos(...films: readonly Film[]): Promise<void> {
    for (const { name, bytes } of films) expect((await creator.send("PUT", `/upload/${name}`, { body: bytes })).ok).toBe(true);
    visitor = await aVisitorAs(creator, browser, world);
  }

  test("a video is downloaded as it was, and deleted after a question", async () => {
    const film = aFilm("page-download", 300_000);
    await withVideos(film);
    const row = visitor.video(film.name);
    const download = visitor.page.waitForEvent("download");
    await visitor.button(row, "Download").click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(film.name);
    expect(sha256Of(readFileSync(await file.path()))).toBe(film.sha256);

    await visitor.button(row, "Delete").click();
    await visitor.page.getByRole("dialog").getByRole("button", { name: "Delete it" }).click();
    await row.waitFor({ state: "detached" });
    expect(await creator.assets()).toEqual([]);
  });

  test("a video that is too large for a browser is told how to be fetched", async () => {
    const film = aFilm("too-large", 64);
    const list = z.object({ data: z.array(z.looseObject({})) });
    await withVideos(film);
    await visitor.page.route("**/v1/assets?*", async (route) => {
      const reply = await route.fetch();
      const { data, ...rest } = list.loose().parse(await reply.json());
      await route.fulfill({ response: reply, json: { ...rest, data: data.map((asset) => ({ ...asset, size: 1_000_000_001 })) } });
    });
    await visitor.page.reload();
    const row = visitor.video(film.name);
    await visitor.reads(row, "1.0 GB");
    await visitor.button(row, "Download").click();
    const [asset] = await creator.assets();
    await visitor.reads(row, `curl -C - -OJ -H "Authorization: Bearer $KEY" ${world.url}/v1/assets/${asset?.id ?? ""}/content`);
    expect(visitor.addresses.filter((address) => address.endsWith("/content"))).toEqual([]);
  });

  test("an id is copied, or shown where that is not allowed", async () => {
    const film = aFilm("copied", 64);
    await withVideos(film);
    const [asset] = await creator.assets();
    const row = visitor.video(film.name);
    await ask(visitor.page, "navigator.clipboard.writeText = (text) => (globalThis.copied = text, Promise.resolve())");
    await visitor.button(row, "Copy id").click();
    await visitor.reads(row, "The id is copied.");
    expect(await ask(visitor.page, "copied")).toBe(asset?.id);
    await ask(visitor.page, "navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'))");
    await visitor.button(row, "Copy id").click();
    await visitor.reads(row, `Copying is not allowed here; the id is ${asset?.id ?? ""}.`);
  });

  test("what does not fit on a page of the list is shown when it is asked for, and stays", async () => {
    const films = ["older", "newer"].map((name) => aFilm(name, 64));
    await withVideos(...films);
    await visitor.page.route("**/v1/*?limit=50*", (route) => route.continue({ url: route.request().url().replace("limit=50", "limit=1") }));
    await visitor.page.reload();
    await visitor.reads(visitor.video("newer.mp4"), "Download");
    expect(await visitor.video("older.mp4").count()).toBe(0);
    await visitor.page.getByRole("button", { name: "Show more videos" }).click();
    await visitor.reads(visitor.video("older.mp4"), "Download");
    await visitor.page.getByRole("button", { name: "Show more videos" }).waitFor({ state: "hidden" });
    await visitor.reads(visitor.video("newer.mp4"), "Download");
  });

  test("a key that is not known is refused in words, and a forgotten one leaves nothing behind", async () => {
    visitor = await aVisitor(browser, world);
    await visitor.page.getByRole("textbox", { name: "API key" }).fill("key_unknown");
    await visitor.page.keyboard.press("Enter");
    await visitor.page.getByText("This key is not known, has expired or has been revoked.").waitFor();
    await visitor.signIn(creator.key.key);
    await visitor.page.reload();
    await visitor.page.locator("#workbench").waitFor();
    await visitor.page.getByRole("button", { name: "Forget the key" }).click();
    await visitor.page.getByRole("textbox", { name: "API key" }).waitFor();
    expect(await ask(visitor.page, "sessionStorage.length + localStorage.length")).toBe(0);
  });

  test("a key that is revoked while somebody works is asked for anew", async () => {
    visitor = await aVisitor(browser, world);
    // Without the stream it asks only when it begins: not between the revocation and the reload.
    await visitor.page.route("**/v1/events/stream*", () => undefined);
    await visitor.signIn(creator.key.key);
    await visitor.page.getByText("No video yet.").waitFor();
    expect((await creator.send("DELETE", `/v1/keys/${creator.key.id}`)).ok).toBe(true);
    await visitor.page.reload();
    await visitor.page.getByText("The key has expired or has been revoked.").waitFor();
    await visitor.page.getByRole("textbox", { name: "API key" }).waitFor();
    expect(await ask(visitor.page, "sessionStorage.length")).toBe(0);
  });
});
