import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { askedOffset, type Creator, expectStored, newCreator, receiptSchema, sendFrom } from "./creator.ts";
import { aFilm, type Film } from "./film.ts";
import { chunkOf, connectTo, requestHead } from "./raw-socket.ts";

const TUS = { "Tus-Resumable": "1.0.0" };
/** Loopback carries what was written within this time, on a busy machine too. */
const ARRIVAL_MS = 1_200;

describe("connections that end as they like", () => {
  let world: LaunchedWorld;
  let creator: Creator;

  beforeAll(async () => {
    world = await launchWorld();
    creator = await newCreator(world, "sockets");
  });

  afterAll(() => world.stop());

  const open = (film: Film) =>
    creator.open({ filename: film.name, content_type: "video/mp4", length: film.bytes.byteLength, sha256: film.sha256 });

  /** A PATCH of everything from `offset` on, of which only its head has been sent. */
  async function beginPatch(url: string, film: Film, offset: number) {
    const socket = await connectTo(url);
    await socket.write(
      requestHead("PATCH", url, {
        ...TUS,
        Authorization: creator.authorization,
        "Upload-Offset": offset,
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": film.bytes.byteLength - offset,
      }),
    );
    return socket;
  }

  async function headOf(url: string): Promise<{ offset: number; ms: number }> {
    const started = performance.now();
    const reply = await creator.send("HEAD", url, { headers: TUS });
    const ms = performance.now() - started;
    expect(reply.status).toBe(200);
    return { offset: Number(reply.headers.get("Upload-Offset")), ms };
  }

  const patch = (url: string, offset: number, body: Uint8Array<ArrayBuffer>) =>
    creator.send("PATCH", url, {
      headers: { ...TUS, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
      body,
    });

  test.for(["fin", "rst"] as const)("a %s in mid-body loses no byte that had arrived", async (end) => {
    const film = aFilm(`sockets-${end}`, 12_000_000);
    const { upload_url: url, id } = await open(film);
    const cuts = [1, 70_001, 8_388_609, 11_999_999];
    let from = 0;
    for (const cut of cuts) {
      const socket = await beginPatch(url, film, from);
      await socket.write(film.bytes.subarray(from, cut));
      await sleep(ARRIVAL_MS);
      socket[end]();
      await expect.poll(async () => (await creator.upload(id)).offset, { timeout: 5_000 }).toBe(cut);
      from = cut;
    }
    expect(await askedOffset(creator, url)).toBe(from);
    expect((await sendFrom(creator, url, film, from)).status).toBe(200);
    await expectStored(creator, id, film);
  });

  test("a question during a hung PATCH is answered at once, and the old socket come back to life changes nothing", async () => {
    const film = aFilm("sockets-hung", 14_000_000);
    const { upload_url: url, id } = await open(film);
    const hung = await beginPatch(url, film, 0);
    await hung.write(film.bytes.subarray(0, 5_000_000));
    await sleep(ARRIVAL_MS);

    const asked = await headOf(url);
    process.stdout.write(`HEAD during a hung PATCH: ${asked.ms.toFixed(0)} ms\n`);
    expect(asked.ms).toBeLessThan(1_000);
    expect(asked.offset).toBe(5_000_000);

    const taken = await patch(url, asked.offset, film.bytes.subarray(asked.offset, 9_500_000));
    expect([taken.status, taken.headers.get("Upload-Offset")]).toEqual([204, "9500000"]);

    await hung.write(Buffer.alloc(film.bytes.byteLength - 5_000_000, 0xee));
    const late = await hung.reply();
    expect(late.status).toBe(409);
    hung.fin();
    expect((await headOf(url)).offset).toBe(9_500_000);

    expect((await patch(url, 9_500_000, film.bytes.subarray(9_500_000))).status).toBe(204);
    await expectStored(creator, id, film);
  });

  test("of two writers at one offset one is heard, and together they end well", { timeout: 60_000 }, async () => {
    const film = aFilm("sockets-race", 12_000_000);
    const { upload_url: url, id } = await open(film);
    const statuses = new Set<number>();
    for (let rounds = 0, offset = 0; offset < film.bytes.byteLength; rounds += 1) {
      expect(rounds).toBeLessThan(60);
      const chunk = film.bytes.subarray(offset, offset + 1_500_000);
      const replies = await Promise.all([patch(url, offset, chunk), patch(url, offset, chunk)]);
      for (const { status } of replies) statuses.add(status);
      const view = await creator.upload(id);
      expect(view.offset).toBeGreaterThanOrEqual(offset);
      if (view.status === "completed") break;
      offset = (await headOf(url)).offset;
    }
    expect([...statuses].filter((status) => status !== 204 && status !== 409)).toEqual([]);
    expect(statuses).toContain(204);
    await expectStored(creator, id, film);
  });

  test("a chunked body whose length nobody told is whole when it ends, and kept as far as it came when it is cut", async () => {
    const film = aFilm("sockets-chunked", 9_000_000);
    const url = `${world.url}/upload/${film.name}`;
    const head = (more: Record<string, string>) =>
      requestHead("PUT", url, { Authorization: creator.authorization, "Transfer-Encoding": "chunked", ...more });

    const cut = await connectTo(url);
    await cut.write(head({ "Content-Range": "bytes 0-*/*" }));
    await cut.write(chunkOf(film.bytes.subarray(0, 3_000_000)));
    await cut.write(`${(1_000_000).toString(16)}\r\n`);
    await cut.write(film.bytes.subarray(3_000_000, 3_400_000));
    await sleep(ARRIVAL_MS);
    cut.fin();
    await expect.poll(async () => (await creator.uploads())[0]?.filename, { timeout: 5_000 }).toBe(film.name);
    await expect.poll(() => askedOffset(creator, url), { timeout: 5_000 }).toBe(3_400_000);

    const whole = await connectTo(url);
    await whole.write(head({ "Content-Range": "bytes 3400000-*/*" }));
    await whole.write(chunkOf(film.bytes.subarray(3_400_000, 8_000_000)));
    await whole.write(chunkOf(film.bytes.subarray(8_000_000)));
    await whole.write("0\r\n\r\n");
    const reply = await whole.reply();
    whole.fin();
    expect(reply.status).toBe(200);
    await expectStored(creator, receiptSchema.parse(JSON.parse(reply.body)).id, film);
  });

  test("what follows a request on its connection is no part of it", async () => {
    const film = aFilm("sockets-garbage", 2_000_000);
    const { upload_url: url, id } = await open(film);
    const socket = await connectTo(url);
    const head = requestHead("PUT", url, {
      Authorization: creator.authorization,
      "Content-Range": `bytes 0-999999/${film.bytes.byteLength}`,
      "Content-Length": 1_000_000,
    });
    await socket.write(Buffer.concat([Buffer.from(head), film.bytes.subarray(0, 1_000_000), Buffer.alloc(300_000, 0xff)]));
    await socket.closed;
    await expect.poll(async () => (await creator.upload(id)).offset, { timeout: 5_000 }).toBe(1_000_000);
    expect((await sendFrom(creator, url, film, 1_000_000)).status).toBe(200);
    await expectStored(creator, id, film);
  });
});
