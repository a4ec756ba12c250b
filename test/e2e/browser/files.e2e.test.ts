import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, expectStored, newCreator } from "#test/e2e/creator.ts";
import { aFilm, type Film } from "#test/e2e/film.ts";
import { describeInChromium, launchChromium } from "./chromium.ts";
import { ask, aVisitorAs, startOf, type Visitor } from "./visitor.ts";

const MIB = 1024 * 1024;
const FIRST_CHUNK_STORED = "1.0 MB of 3.0 MB stored";
const WITHOUT_HANDLES = "delete DataTransferItem.prototype.getAsFileSystemHandle";
const PATIENCE = { timeout: 60_000 };
const KEPT = "indexedDB.databases().then((all) => all.length)";

describeInChromium("files of this device on the first page", () => {
  let world: LaunchedWorld;
  let browser: Browser;
  let creator: Creator;
  let folder = "";
  let visitor: Visitor;

  beforeAll(async () => {
    [world, browser] = await Promise.all([launchWorld(), launchChromium()]);
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-dropped-"));
    creator = await newCreator(world, "files");
    visitor = await aVisitorAs(creator, browser, world);
  });

  afterEach(async () => {
    await visitor.leave();
    rmSync(folder, { recursive: true });
    expect(visitor.faults).toEqual([]);
  });

  afterAll(async () => {
    await Promise.all([world.stop(), browser.close()]);
  });

  /** The film as a file in the folder, or below it. */
  function onDisk(film: Film, ...below: readonly string[]): string {
    mkdirSync(join(folder, ...below), { recursive: true });
    const path = join(folder, ...below, film.name);
    writeFileSync(path, film.bytes);
    return path;
  }

  async function expectArrived(...films: readonly Film[]): Promise<void> {
    for (const film of films) await visitor.reads(visitor.upload(film.name), "they are the same");
    const uploads = await creator.uploads();
    expect(uploads.map(({ filename }) => filename).toSorted()).toEqual(films.map(({ name }) => name).toSorted());
    for (const film of films) await expectStored(creator, uploads.find(({ filename }) => filename === film.name)?.id ?? "", film);
  }

  /** Stopped by a reload after its first chunk. */
  async function stopped(...paths: readonly string[]): Promise<void> {
    await visitor.holdBack();
    await visitor.drop(...paths);
    await expect
      .poll(() => visitor.page.locator("#uploads > li").filter({ hasText: FIRST_CHUNK_STORED }).count(), PATIENCE)
      .toBe(paths.length);
    visitor.page.once("dialog", (dialog) => void dialog.accept());
    await visitor.page.reload();
    await visitor.letGo();
  }

  test.each([
    ["with", null],
    ["without", WITHOUT_HANDLES],
  ])("folders that are dropped come with the videos in them, however deep, files as they are: %s handles", async (_name, change) => {
    const [one, two, three] = [aFilm("drop-one", 64), aFilm("drop-two", 65), { ...aFilm("drop-three", 66), name: "three.unheard-of" }];
    onDisk(one, "trip");
    onDisk(two, "trip", "day", "night");
    writeFileSync(join(folder, "trip", "notes.txt"), "no video");
    writeFileSync(join(folder, "trip", "day", ".hidden.mp4"), "no video");
    if (change !== null) await ask(visitor.page, change);
    await visitor.drop(join(folder, "trip"), onDisk(three));
    await expectArrived(one, two, three);
    await visitor.page.getByRole("alert").getByText("2 files are left out: no video or audio.").waitFor();
  });

  test("a folder that can't be read is told of, and nothing goes", async () => {
    await ask(
      visitor.page,
      `(() => {
        const readEntries = (_read, refused) => refused(new DOMException("gone", "NotFoundError"));
        DataTransferItem.prototype.webkitGetAsEntry = () => ({ isDirectory: true, createReader: () => ({ readEntries }) });
      })()`,
    );
    await visitor.drop(onDisk(aFilm("unreadable", 64)));
    await visitor.page.getByRole("alert").getByText("A folder among what was dropped can't be read").waitFor();
    expect(await creator.uploads()).toEqual([]);
  });

  test("a folder that is chosen tells where in it a file lay", async () => {
    const film = aFilm("in-folder", 64);
    onDisk(film, "trip", "day");
    onDisk({ ...film, name: "thumbs.db" }, "trip");
    await visitor.page.locator("#folder").setInputFiles(join(folder, "trip"));
    await expectArrived(film);
    const [upload] = await creator.uploads();
    expect((await creator.upload(upload?.id ?? ""))["metadata"]).toMatchObject({ path: "trip/day/in-folder.mp4" });
  });

  test("after a reload a dropped file goes on by one click, where it stopped, and is kept no longer than that", async () => {
    const film = aFilm("one-click", 3_000_003);
    await stopped(onDisk(film));
    await visitor.page.getByText("1 upload is paused. It goes on where it stopped when you say so.").waitFor();
    const sent = visitor.ranges.length;
    await visitor.button(visitor.upload(film.name), "Go on").click();
    await expectArrived(film);
    expect(visitor.ranges.slice(sent).map(startOf)[0]).toBe(MIB);
    await visitor.page.reload();
    await visitor.reads(visitor.video(film.name), "Download");
    const kept = `new Promise((resolve) => {
      const opening = indexedDB.open("sluice");
      opening.onsuccess = () => {
        const asking = opening.result.transaction("files").objectStore("files").count();
        asking.onsuccess = () => (opening.result.close(), resolve(asking.result));
      };
    })`;
    expect(await ask(visitor.page, kept)).toBe(0);
  });

  test("several go on together", async () => {
    const films = [aFilm("together-a", 3_000_003), aFilm("together-b", 3_000_004)];
    await stopped(...films.map((film) => onDisk(film)));
    await visitor.page.getByText("2 uploads are paused. They go on where they stopped when you say so.").waitFor();
    await visitor.page.getByRole("button", { name: "Go on with them" }).click();
    await expectArrived(...films);
  });

  test("what the browser may not open again has to be chosen", async () => {
    const film = aFilm("not-allowed", 3_000_003);
    await stopped(onDisk(film));
    await ask(visitor.page, "FileSystemHandle.prototype.requestPermission = () => Promise.resolve('denied')");
    await visitor.button(visitor.upload(film.name), "Go on").click();
    await visitor.reads(visitor.upload(film.name), "To go on, choose the same file again.");
    const note = visitor.page.getByRole("alert").filter({ hasText: "not-allowed.mp4: The file could not be opened again" });
    await note.waitFor();
    await visitor.choose(film);
    await expectArrived(film);
    expect(await note.count()).toBe(0);
  });

  test("a file that has changed on its disk does not go on", async () => {
    const film = aFilm("changed", 3_000_003);
    await stopped(onDisk(film));
    onDisk({ ...aFilm("changed-since", 3_000_003), name: film.name });
    const sent = visitor.ranges.length;
    await visitor.button(visitor.upload(film.name), "Go on").click();
    await visitor.reads(visitor.upload(film.name), "not the content that this upload began with");
    expect(visitor.ranges).toHaveLength(sent);
  });

  test("files that are picked by handle go on by themselves too, a picker that was closed does nothing, and a refused one has an older one behind it", async () => {
    await ask(
      visitor.page,
      `(async () => {
        const file = await (await navigator.storage.getDirectory()).getFileHandle("picked.mp4", { create: true });
        const bytes = new Uint8Array(3000003);
        bytes.set(new TextEncoder().encode("\\0\\0\\0\\x18ftypisom"));
        const writing = await file.createWritable();
        await writing.write(bytes);
        await writing.close();
        globalThis.answers = [
          () => Promise.reject(new DOMException("closed", "AbortError")),
          () => Promise.reject(new DOMException("forbidden here", "NotAllowedError")),
          () => Promise.resolve([file]),
        ];
        window.showOpenFilePicker = () => answers.shift()();
      })()`,
    );
    await visitor.holdBack();
    const choose = visitor.page.getByRole("button", { name: "Choose files", exact: true });
    let older = 0;
    visitor.page.on("filechooser", () => void (older += 1));
    await choose.click();
    await expect.poll(() => ask(visitor.page, "answers.length"), PATIENCE).toBe(2);
    expect(older).toBe(0);
    await choose.click();
    await expect.poll(() => older, PATIENCE).toBe(1);
    await choose.click();
    await visitor.reads(visitor.upload("picked.mp4"), FIRST_CHUNK_STORED);
    visitor.page.once("dialog", (dialog) => void dialog.accept());
    await visitor.page.reload();
    await visitor.letGo();
    await visitor.button(visitor.upload("picked.mp4"), "Go on").click();
    await visitor.reads(visitor.upload("picked.mp4"), "they are the same");
    expect(older).toBe(1);
  });

  test("a forgotten key leaves no way back to a file", async () => {
    await stopped(onDisk(aFilm("forgotten", 3_000_003)));
    await visitor.button(visitor.upload("forgotten.mp4"), "Go on").waitFor();
    expect(await ask(visitor.page, KEPT)).toBe(1);
    await visitor.page.getByRole("button", { name: "Forget the key" }).click();
    await expect.poll(() => ask(visitor.page, KEPT), PATIENCE).toBe(0);
    expect(await ask(visitor.page, "sessionStorage.length + localStorage.length")).toBe(0);
  });
});
