import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, expectStored, newCreator } from "#test/e2e/creator.ts";
import { aFilm, type Film, sha256Of } from "#test/e2e/film.ts";
import { expectAllHappened, onTheWay } from "#test/e2e/network.ts";
import { aFilm as aMediaFile, FORMATS } from "#test/fixtures/films.ts";
import { describeInChromium, launchChromium } from "./chromium.ts";
import { asFile, ask, aVisitorAs, bytesOf, startOf, type Visitor } from "./visitor.ts";

const MIB = 1024 * 1024;
const FIRST_CHUNK_STORED = "1.0 MB of 3.0 MB stored";

/** More than one chunk, and less than one part. */
const aShortFilm = (seed: string, bytes = 3_000_003): Film => aFilm(seed, bytes);

describeInChromium("uploads from the first page", () => {
  let world: LaunchedWorld;
  let browser: Browser;
  let creator: Creator;
  let visitors: Visitor[] = [];

  beforeAll(async () => {
    [world, browser] = await Promise.all([launchWorld(), launchChromium()]);
  });

  beforeEach(async () => {
    await world.control.reset();
    creator = await newCreator(world, "page");
  });

  afterEach(async () => {
    const faults = visitors.flatMap((visitor) => visitor.faults);
    await Promise.all(visitors.map((visitor) => visitor.leave()));
    visitors = [];
    expect(faults).toEqual([]);
  });

  afterAll(async () => {
    await Promise.all([world.stop(), browser.close()]);
  });

  async function signedIn(): Promise<Visitor> {
    const visitor = await aVisitorAs(creator, browser, world);
    visitors.push(visitor);
    return visitor;
  }

  const uploadOf = async ({ name }: Film): Promise<string> => {
    const found = (await creator.uploads()).find(({ filename }) => filename === name);
    if (found === undefined) throw new Error(`there is no upload of ${name}`);
    return found.id;
  };

  /** The first chunk is stored, and the second on its way for as long as it is held back. */
  async function underWay(visitor: Visitor, ...films: readonly Film[]): Promise<void> {
    await visitor.holdBack();
    await visitor.choose(...films);
    for (const film of films) {
      await visitor.reads(visitor.upload(film.name), FIRST_CHUNK_STORED);
      expect((await creator.upload(await uploadOf(film))).offset).toBe(MIB);
    }
  }

  /** The page is left with everything that it was doing, and comes back. */
  async function reload(visitor: Visitor): Promise<void> {
    visitor.page.once("dialog", (dialog) => void dialog.accept());
    await visitor.page.reload();
    await visitor.letGo();
  }

  test("several files arrive whole, each compared with the file that was sent, and the key is in no address", async () => {
    const films = [
      aFilm("page-a", 10_000_003),
      aFilm("page-b", 700_001),
      aFilm("page-c", 2_000_000),
      aFilm("page-d", 1),
      aFilm("page-e", 64),
    ];
    const visitor = await signedIn();
    await visitor.choose(...films);
    for (const film of films) {
      await visitor.reads(visitor.upload(film.name), "Its SHA-256 was compared with the file on this device: they are the same.");
      await expectStored(creator, await uploadOf(film), film);
      await visitor.reads(visitor.video(film.name), "Download");
    }
    await visitor.page.getByText("Every byte is stored. It is safe to close this tab.").waitFor();
    expect(visitor.addresses.filter((address) => address.includes("key_"))).toEqual([]);
    const last = visitor.ranges.filter(({ digest }) => digest !== null);
    expect(last).toHaveLength(films.length);
  });

  test("an empty file is a file", async () => {
    const visitor = await signedIn();
    const film = { name: "empty.mp4", bytes: Buffer.alloc(0), sha256: sha256Of(Buffer.alloc(0)) };
    await visitor.choose(film);
    await visitor.reads(visitor.upload(film.name), "stored and checked");
    await expectStored(creator, await uploadOf(film), film);
  });

  test("arrives whole through resets, cuts, lost replies and refusals", async () => {
    const film = aFilm("page-storm", 17_000_003);
    const visitor = await signedIn();
    await onTheWay(
      world,
      { kind: "lost_reply", method: "POST", path: "/v1/uploads" },
      { kind: "status", status: 503, method: "PUT" },
      { kind: "reset", method: "PUT", after_bytes: 300_001 },
      { kind: "status", status: 413, method: "PUT" },
      { kind: "lost_reply", method: "PUT" },
      { kind: "cut", method: "PUT", after_bytes: 333_333 },
      { kind: "lost_reply", method: "PUT", on: "final" },
    );
    await visitor.choose(film);
    await visitor.reads(visitor.upload(film.name), "they are the same");
    await expectAllHappened(world);
    await expectStored(creator, await uploadOf(film), film);
    expect((await creator.uploads()).map(({ filename }) => filename)).toEqual([film.name]);
  });

  test("halves its chunk when something in between refuses it for its size", async () => {
    const film = aFilm("page-smaller", 2 * MIB);
    const visitor = await signedIn();
    const refused = { kind: "status", status: 413, method: "PUT" } as const;
    await onTheWay(world, refused, { kind: "delay", delay_ms: 0, method: "PUT" }, refused);
    await visitor.choose(film);
    await visitor.reads(visitor.upload(film.name), "they are the same");
    await expectAllHappened(world);
    expect(visitor.ranges.map(bytesOf).slice(0, 3)).toEqual([MIB, MIB / 2, MIB / 4]);
    await expectStored(creator, await uploadOf(film), film);
  });

  test("waits without a connection and goes on by itself", async () => {
    const film = aShortFilm("page-offline");
    const visitor = await signedIn();
    await underWay(visitor, film);
    await visitor.disconnect();
    await visitor.letGo();
    await visitor.reads(visitor.upload(film.name), "No connection");
    await visitor.reads(visitor.upload(film.name), FIRST_CHUNK_STORED);
    await visitor.reconnect();
    await visitor.reads(visitor.upload(film.name), "they are the same");
    await expectStored(creator, await uploadOf(film), film);
  });

  test("after a reload it asks for the same file, refuses another in words, and goes on where it was", async () => {
    const film = aShortFilm("page-reload");
    const visitor = await signedIn();
    await underWay(visitor, film);
    await reload(visitor);
    const row = visitor.upload(film.name);
    await visitor.reads(row, "To go on, choose the same file again.");
    await visitor.page.getByText("1 upload is paused. Choose the same file to go on where it stopped.").waitFor();

    const sent = visitor.ranges.length;
    const chooser = visitor.page.waitForEvent("filechooser");
    await visitor.button(row, "Choose the file").click();
    const picked = await chooser;
    await picked.setFiles(asFile({ ...aFilm("page-another", film.bytes.byteLength), name: film.name }));
    await visitor.reads(row, `“${film.name}” has the right size, but not the content that this upload began with.`);
    await visitor.choose({ ...aFilm("page-shorter", 1000), name: film.name });
    await visitor.reads(row, `“${film.name}” has another size than the file that this upload began with.`);
    expect(visitor.ranges).toHaveLength(sent);

    await visitor.choose(film);
    await visitor.reads(row, "they are the same");
    const resumed = visitor.ranges.slice(sent);
    expect(resumed.map(startOf)[0]).toBe(MIB);
    await expectStored(creator, await uploadOf(film), film);
    expect(await creator.uploads()).toHaveLength(1);
  });

  test("what was refused for one upload can be sent as another", async () => {
    const film = aShortFilm("page-first");
    const namesake = { ...aFilm("page-second", 700_000), name: film.name };
    const visitor = await signedIn();
    await underWay(visitor, film);
    await reload(visitor);
    await visitor.reads(visitor.upload(film.name), "choose the same file again");
    await visitor.choose(namesake);
    await visitor.button(visitor.upload(film.name), "Send it as a new upload").click();
    await visitor.reads(visitor.upload(film.name).first(), "they are the same");
    expect((await creator.uploads()).map(({ status }) => status).toSorted()).toEqual(["completed", "receiving"]);
  });

  test("goes on from another device, which knows the file by what the upload remembers of it", async () => {
    const film = aShortFilm("page-elsewhere");
    const first = await signedIn();
    await underWay(first, film);
    await first.leave();
    const second = await signedIn();
    const row = second.upload(film.name);
    await second.reads(row, "from another tab or device");
    const pick = async (chosen: Film): Promise<void> => {
      const chooser = second.page.waitForEvent("filechooser");
      await second.button(row, "Choose the file").click();
      await (await chooser).setFiles(asFile(chosen));
    };
    await pick({ ...aFilm("page-impostor", film.bytes.byteLength), name: film.name });
    await second.reads(row, "not the content that this upload began with");
    await pick(film);
    await second.reads(row, "they are the same");
    expect(second.ranges.map(startOf)[0]).toBe(MIB);
    await expectStored(creator, await uploadOf(film), film);
  });

  test("is paused, goes on, and is cancelled with a question first", async () => {
    const film = aShortFilm("page-paused");
    const visitor = await signedIn();
    await underWay(visitor, film);
    const row = visitor.upload(film.name);
    await visitor.button(row, "Pause").click();
    await visitor.reads(row, "Paused");
    const sent = visitor.ranges.length;
    await visitor.button(row, "Go on").click();
    await visitor.reads(row, "Uploading");
    await expect.poll(() => visitor.ranges.length, { timeout: 20_000 }).toBeGreaterThan(sent);
    expect(visitor.ranges.slice(sent).map(startOf)[0]).toBe(MIB);

    await visitor.button(row, "Cancel").click();
    const question = visitor.page.getByRole("dialog");
    await question.getByRole("button", { name: "No, keep it" }).click();
    expect(await row.textContent()).not.toContain("erased");
    await visitor.button(row, "Cancel").click();
    await question.getByRole("button", { name: "Cancel it" }).click();
    await visitor.reads(row, "What had been stored is erased.");
    await expect.poll(async () => (await creator.upload(await uploadOf(film))).status).toBe("cancelled");
  });

  test("keeps the tab open and the screen on while bytes are on their way, and only then", async () => {
    const film = aShortFilm("page-closing");
    const visitor = await signedIn();
    const asked: string[] = [];
    visitor.page.on("dialog", (dialog) => {
      asked.push(dialog.type());
      void dialog.dismiss();
    });
    await ask(
      visitor.page,
      `globalThis.screenIs = [];
       Object.defineProperty(navigator, "wakeLock", { value: { request: async (type) => {
         screenIs.push("kept on: " + type);
         return Object.assign(new EventTarget(), { release: async () => void screenIs.push("let go") });
       } } });`,
    );
    await visitor.page.locator("#choose-files").focus();
    await underWay(visitor, film);
    expect(await ask(visitor.page, "screenIs.join()")).toBe("kept on: screen");
    await visitor.page.getByText("Keep this tab open: 1 file is on the way.").waitFor();
    await visitor.page.getByRole("heading", { name: "Uploads" }).click();
    await visitor.page.close({ runBeforeUnload: true });
    await expect.poll(() => asked).toEqual(["beforeunload"]);
    await visitor.letGo();
    await visitor.reads(visitor.upload(film.name), "they are the same");
    expect(await ask(visitor.page, "dispatchEvent(new Event('beforeunload', { cancelable: true }))")).toBe(true);
    expect(await ask(visitor.page, "screenIs.join()")).toBe("kept on: screen,let go");
  });

  test("what is no video fails in words that say what to do, and the code to pass on", async () => {
    const visitor = await signedIn();
    const text = Buffer.from(`%PDF-1.7\n${"not a video ".repeat(1000)}`);
    await visitor.choose({ name: "paper.mp4", bytes: text, sha256: sha256Of(text) });
    const row = visitor.upload("paper.mp4");
    await visitor.reads(row, "What is in the file is of no type that is accepted here");
    await visitor.reads(row, /content_type_refused req_/);
    expect(await visitor.page.locator("#alert").textContent()).toContain("paper.mp4");
  });

  test("what is in a file, and where it can go, stands beside it, on every device and without asking for it", async () => {
    const bytes = Buffer.from(await aMediaFile(FORMATS.mp4Front(), { video: "hevc-main10" }));
    const film: Film = { name: "page-looked-at.mp4", bytes, sha256: sha256Of(bytes) };
    const [here, elsewhere] = [await signedIn(), await signedIn()];
    const asked = elsewhere.addresses.length;
    await here.choose(film);
    for (const visitor of [here, elsewhere]) {
      await visitor.reads(visitor.video(film.name), /MP4 · HEVC 10-bit HDR 3840×2160/);
      await visitor.reads(visitor.video(film.name), "Joystream");
    }
    const since = elsewhere.addresses.slice(asked);
    expect(elsewhere.addresses.filter((address) => address.includes("/v1/events/stream"))).toHaveLength(1);
    expect(since.filter((address) => address.includes("/v1/assets?")).length).toBeGreaterThan(0);
  });

  test("two files go on where they stopped when both are chosen again", async () => {
    const films = [aShortFilm("page-again-a"), aShortFilm("page-again-b", 3_000_004)];
    const visitor = await signedIn();
    await underWay(visitor, ...films);
    await reload(visitor);
    await visitor.page.getByText("2 uploads are paused. Choose the same files to go on where they stopped.").waitFor();
    await visitor.choose(...films);
    for (const film of films) {
      await visitor.reads(visitor.upload(film.name), "they are the same");
      await expectStored(creator, await uploadOf(film), film);
    }
    expect(await creator.uploads()).toHaveLength(2);
  });
});
