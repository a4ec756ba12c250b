import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { asOperator, type Creator, expectStored, newCreator, problemOf } from "./creator.ts";
import { aFilm, type Film } from "./film.ts";
import { connectTo, requestHead } from "./raw-socket.ts";
import { storedInR2 } from "./stored-in-r2.ts";

const TTL_MS = 4_000;
const TUS = { "Tus-Resumable": "1.0.0" };

describe.concurrent("uploads that nobody goes on with", () => {
  let world: LaunchedWorld;
  let creator: Creator;

  beforeAll(async () => {
    world = await launchWorld({ vars: { UPLOAD_TTL_SECONDS: String(TTL_MS / 1000) } });
    creator = await newCreator(world, "expiry");
  });

  afterAll(() => world.stop());

  const open = (film: Film) => creator.open({ filename: film.name, length: film.bytes.byteLength, sha256: film.sha256 });

  const put = (url: string, film: Film, start: number, end: number) =>
    creator.send("PUT", url, {
      headers: { "Content-Range": `bytes ${start}-${end - 1}/${film.bytes.byteLength}` },
      body: film.bytes.subarray(start, end),
    });

  test("are gone when their time is over: 410, and nothing of them is left in R2", async () => {
    const film = aFilm("expiry-left", 20_000_000);
    const { id, upload_url: url } = await open(film);
    expect((await put(url, film, 0, 10_000_000)).status).toBe(308);
    expect(storedInR2(world.stateDir, id)).toEqual({ objects: 0, openMultiparts: 1 });

    await expect.poll(async () => (await creator.upload(id)).status, { timeout: 3 * TTL_MS }).toBe("expired");
    const asked = await creator.send("PUT", url, { headers: { "Content-Range": "bytes */*" } });
    expect(asked.status).toBe(410);
    expect(await problemOf(asked)).toMatchObject({ code: "upload_gone" });
    expect((await creator.send("HEAD", url, { headers: TUS })).status).toBe(410);
    expect((await put(url, film, 10_000_000, film.bytes.byteLength)).status).toBe(410);
    await expect.poll(() => storedInR2(world.stateDir, id), { timeout: 5_000 }).toEqual({ objects: 0, openMultiparts: 0 });
    expect(await asOperator(world, "GET", `/v1/operator/uploads/${id}`)).toMatchObject({ status: "expired", asset_id: null });
  });

  test("live on while somebody is at it: by each piece, and in the middle of one that hangs", { timeout: 60_000 }, async () => {
    const film = aFilm("expiry-alive", 12_000_000);
    const { id, upload_url: url, expires_at: first } = await open(film);
    await sleep(TTL_MS / 2);
    expect((await put(url, film, 0, 9_000_000)).status).toBe(308);
    const { expires_at: later } = await creator.upload(id);
    expect(Date.parse(later)).toBeGreaterThan(Date.parse(first));

    const socket = await connectTo(url);
    const head = requestHead("PATCH", url, {
      ...TUS,
      Authorization: creator.authorization,
      "Upload-Offset": 9_000_000,
      "Content-Type": "application/offset+octet-stream",
      "Content-Length": 3_000_000,
    });
    await socket.write(head);
    await socket.write(film.bytes.subarray(9_000_000, 10_000_000));
    await sleep(TTL_MS + 2_000);
    expect(Date.parse((await creator.upload(id)).expires_at)).toBeLessThan(Date.now());
    await socket.write(film.bytes.subarray(10_000_000));
    const reply = await socket.reply();
    socket.fin();
    expect(reply.status).toBe(204);
    await expectStored(creator, id, film);
  });

  test("are found by the hourly sweep too, and what lives is left alone", async () => {
    const [left, alive] = [aFilm("expiry-swept", 9_000_000), aFilm("expiry-unswept", 9_000_000)];
    const leftUpload = await open(left);
    expect((await put(leftUpload.upload_url, left, 0, 8_500_000)).status).toBe(308);
    await sleep(TTL_MS + 500);
    const aliveUpload = await open(alive);
    // In the middle of a request nothing expires, however long the sweep takes.
    const socket = await connectTo(aliveUpload.upload_url);
    const range = `bytes 0-${alive.bytes.byteLength - 1}/${alive.bytes.byteLength}`;
    const { authorization: Authorization } = creator;
    await socket.write(
      requestHead("PUT", aliveUpload.upload_url, { Authorization, "Content-Range": range, "Content-Length": alive.bytes.byteLength }),
    );
    await socket.write(alive.bytes.subarray(0, 1_000_000));
    expect(await world.control.cron("0 * * * *")).toMatchObject({ status: 200, outcome: "ok" });
    expect(world.log()).toMatch(/"event":"duty done".*"duty":"sweep-uploads"/);
    expect(await creator.upload(leftUpload.id)).toMatchObject({ status: "expired" });
    expect(storedInR2(world.stateDir, leftUpload.id)).toEqual({ objects: 0, openMultiparts: 0 });
    await socket.write(alive.bytes.subarray(1_000_000));
    expect((await socket.reply()).status).toBe(200);
    socket.fin();
    await expectStored(creator, aliveUpload.id, alive);
  });
});
