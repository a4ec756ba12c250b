import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createViteServer } from "vitest/node";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, expectStored, newCreator, uploadIdIn } from "#test/e2e/creator.ts";
import { aFilm, type Film } from "#test/e2e/film.ts";
import { expectAllHappened, onTheWay } from "#test/e2e/network.ts";
import { describeInChromium, launchChromium, visit } from "./chromium.ts";
import { asFile } from "./visitor.ts";

const MIB = 1024 * 1024;
const PATIENCE = { timeout: 90_000 };

/** A page of somebody else's, with clients that nobody here wrote, as they come from their packages. */
async function anApplication() {
  const cacheDir = mkdtempSync(join(tmpdir(), "sluice-other-origin-"));
  const server = await createViteServer({
    root: join(import.meta.dirname, "other-origin"),
    configFile: false,
    cacheDir,
    logLevel: "error",
    server: { host: "127.0.0.1", port: 0, watch: null },
    optimizeDeps: { include: ["@uppy/core", "@uppy/tus", "@mux/upchunk"] },
  });
  await server.listen();
  return {
    url: server.resolvedUrls?.local[0] ?? "",
    async close() {
      await server.close();
      rmSync(cacheDir, { recursive: true, force: true });
    },
  };
}

describeInChromium("browsers' clients from another origin", () => {
  let world: LaunchedWorld;
  let browser: Browser;
  let application: Awaited<ReturnType<typeof anApplication>>;
  let creator: Creator;

  beforeAll(async () => {
    [world, browser, application] = await Promise.all([launchWorld(), launchChromium(), anApplication()]);
    expect(new URL(application.url).origin).not.toBe(new URL(world.url).origin);
  });

  beforeEach(async () => {
    await world.control.reset();
    creator = await newCreator(world, "other-origin");
  });

  afterAll(async () => {
    await Promise.all([world.stop(), browser.close(), application.close()]);
  });

  /** What the client says when it is at its end. */
  async function outcomeOf(client: "uppy" | "upchunk", film: Film, endpoint: string): Promise<string> {
    const settings = new URLSearchParams({ client, endpoint, authorization: creator.authorization, chunk: String(4 * MIB) });
    const { page, faults } = await visit(browser, `${application.url}?${settings.toString()}`);
    await page.locator("body[data-ready]").waitFor(PATIENCE);
    await page.locator("#file").setInputFiles(asFile(film));
    await page.locator("#outcome:not(:empty)").waitFor(PATIENCE);
    const outcome = await page.locator("#outcome").textContent();
    await page.context().close();
    // A reply that is lost or refused on the way has no CORS headers, which the console says.
    expect(faults.filter((fault) => !fault.includes("CORS policy"))).toEqual([]);
    return outcome ?? "";
  }

  const opened = async (film: Film): Promise<string> =>
    (await creator.open({ filename: film.name, content_type: "video/mp4", length: film.bytes.byteLength, sha256: film.sha256 })).upload_url;

  test("Uppy's tus plugin uploads a file", async () => {
    const film = aFilm("uppy-whole", 9_000_001);
    const outcome = await outcomeOf("uppy", film, `${world.url}/files`);
    expect(outcome).toMatch(/^done /);
    await expectStored(creator, uploadIdIn(outcome.slice(5)), film);
  });

  test("Uppy's tus plugin goes on after resets, cuts, lost replies and refusals", async () => {
    const film = aFilm("uppy-storm", 17_000_003);
    await onTheWay(
      world,
      { kind: "reset", method: "PATCH", after_bytes: 1_000_001 },
      { kind: "status", status: 503, method: "PATCH" },
      { kind: "lost_reply", method: "PATCH" },
      { kind: "cut", method: "PATCH", after_bytes: 333_333 },
      { kind: "status", status: 502, method: "HEAD" },
    );
    const outcome = await outcomeOf("uppy", film, `${world.url}/files`);
    expect(outcome).toMatch(/^done /);
    await expectAllHappened(world);
    await expectStored(creator, uploadIdIn(outcome.slice(5)), film);
  });

  test("UpChunk uploads a file", async () => {
    const film = aFilm("upchunk-whole", 9_000_001);
    const url = await opened(film);
    expect(await outcomeOf("upchunk", film, url)).toBe(`done ${url}`);
    await expectStored(creator, uploadIdIn(url), film);
  });

  test("UpChunk goes on after resets, cuts, lost replies and outages", async () => {
    const film = aFilm("upchunk-storm", 17_000_003);
    const url = await opened(film);
    await onTheWay(
      world,
      { kind: "status", status: 503, method: "PUT" },
      { kind: "reset", method: "PUT", after_bytes: 1_000_001 },
      { kind: "lost_reply", method: "PUT" },
      { kind: "cut", method: "PUT", after_bytes: 333_333 },
    );
    expect(await outcomeOf("upchunk", film, url)).toBe(`done ${url}`);
    await expectAllHappened(world);
    await expectStored(creator, uploadIdIn(url), film);
  });
});
