import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { askedOffset, type Creator, expectStored, newCreator, sendFrom } from "./creator.ts";
import { aFilm, type Film } from "./film.ts";
import { storedInR2 } from "./stored-in-r2.ts";

const PIECE = 3_000_000;

describe("a world that is killed", () => {
  const state = mkdtempSync(join(tmpdir(), "sluice-restart-"));
  let world: LaunchedWorld;
  let creator: Creator;

  beforeAll(async () => {
    world = await launchWorld({ state });
    creator = await newCreator(world, "restart");
  });

  afterAll(async () => {
    await world.stop();
    rmSync(state, { recursive: true, force: true });
  });

  /** The ports are the same afterwards: what clients were told stays true. */
  async function killEverything(): Promise<void> {
    const { url } = world;
    await world.kill9();
    world = await launchWorld({ state });
    expect(world.url).toBe(url);
  }

  const open = (film: Film) =>
    creator.open({ filename: film.name, content_type: "video/mp4", length: film.bytes.byteLength, sha256: film.sha256 });

  const put = (url: string, film: Film, start: number, end: number) =>
    creator.send("PUT", url, {
      headers: { "Content-Range": `bytes ${start}-${end - 1}/${film.bytes.byteLength}` },
      body: film.bytes.subarray(start, end),
    });

  /** Sends pieces until one is not answered; tells how far the last answer acknowledged. */
  function sendUntilCut(url: string, film: Film): { acknowledged(): number; ended: Promise<void> } {
    let acknowledged = 0;
    const ended = (async () => {
      while (acknowledged < film.bytes.byteLength) {
        const reply = await put(url, film, acknowledged, Math.min(acknowledged + PIECE, film.bytes.byteLength));
        const last = /^bytes=0-(\d+)$/.exec(reply.headers.get("Range") ?? "")?.[1];
        if (reply.status !== 308 || last === undefined) return;
        acknowledged = Number(last) + 1;
      }
    })().catch(() => undefined);
    return { acknowledged: () => acknowledged, ended };
  }

  test.for([
    { what: "the whole world", kill: () => killEverything() },
    { what: "the Worker alone", kill: () => world.control.killWorker() },
  ])("has every acknowledged byte when $what was killed in mid-upload", async ({ what, kill }) => {
    const film = aFilm(`restart-${what.replaceAll(" ", "-")}`, 36_000_000);
    const { id, upload_url: url } = await open(film);
    const sending = sendUntilCut(url, film);
    await expect.poll(() => sending.acknowledged(), { timeout: 20_000, interval: 5 }).toBeGreaterThanOrEqual(3 * PIECE);
    await Promise.all([kill(), sending.ended]);

    const acknowledged = sending.acknowledged();
    expect(acknowledged).toBeLessThan(film.bytes.byteLength);
    const offset = await askedOffset(creator, url);
    expect(offset).toBeGreaterThanOrEqual(acknowledged);
    expect((await sendFrom(creator, url, film, offset)).status).toBe(200);
    await expectStored(creator, id, film);
  });

  test("completes an upload that was killed while the application was being asked", async () => {
    const film = aFilm("restart-consent", 12_000_000);
    const { id, upload_url: url } = await open(film);
    expect((await put(url, film, 0, 9_000_000)).status).toBe(308);
    await world.control.fault({ peer: "app", operation: "authenticate", kind: "timeout" });
    const last = put(url, film, 9_000_000, film.bytes.byteLength).then(
      ({ status }) => status,
      () => null,
    );
    await expect.poll(async () => (await creator.upload(id)).offset, { timeout: 10_000 }).toBe(film.bytes.byteLength);
    await expect.poll(() => world.control.faults(), { timeout: 10_000 }).toEqual([]);
    await killEverything();
    expect(await last).not.toBe(200);
    expect(await creator.upload(id)).toMatchObject({ status: "receiving", asset_id: null });

    const asked = await creator.send("PUT", url, { headers: { "Content-Range": "bytes */*" } });
    expect(asked.status).toBe(200);
    await expectStored(creator, id, film);
  });

  test("completes an upload by itself that was killed while it was being put together", { timeout: 60_000 }, async () => {
    const film = aFilm("restart-completing", 40_000_000);
    const { id, upload_url: url, part_bytes: partBytes } = await open(film);
    const starts = Array.from({ length: Math.ceil(film.bytes.byteLength / partBytes) }, (_, at) => at * partBytes);
    // The first range last: all the others are hashed after the object has been put together, which takes its time.
    for (const start of starts.slice(1))
      expect((await put(url, film, start, Math.min(start + partBytes, film.bytes.byteLength))).status).toBe(308);
    const last = put(url, film, 0, partBytes).then(
      ({ status }) => status,
      () => null,
    );
    await expect.poll(() => storedInR2(state, id), { timeout: 20_000, interval: 5 }).toEqual({ objects: 1, openMultiparts: 0 });
    await killEverything();
    expect(await last).not.toBe(200);

    await expect.poll(async () => (await creator.upload(id)).status, { timeout: 30_000 }).toBe("completed");
    await expectStored(creator, id, film);
    const told = async () => (await world.control.state()).app.callbacks.filter(({ data }) => JSON.stringify(data).includes(id));
    await expect.poll(async () => (await told()).length, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(new Set((await told()).map(({ id: eventId }) => eventId)).size).toBe(1);
  });
});
