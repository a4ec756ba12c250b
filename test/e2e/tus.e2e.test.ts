import { Readable } from "node:stream";
import { Upload } from "tus-js-client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, expectStored, newCreator, uploadIdIn } from "./creator.ts";
import { aFilm, sha256Of } from "./film.ts";
import { expectAllHappened, onTheWay } from "./network.ts";
import { rememberedUploads, tusOptions, tusUpload } from "./tus-client.ts";

const MIB = 1024 * 1024;

describe("tus-js-client over a bad network", () => {
  let world: LaunchedWorld;
  let creator: Creator;

  beforeAll(async () => {
    world = await launchWorld();
    creator = await newCreator(world, "tus");
  });

  beforeEach(() => world.control.reset());

  afterAll(() => world.stop());

  test("arrives whole through resets, cuts, lost replies and refusals", async () => {
    const film = aFilm("tus-storm", 20_000_003);
    await onTheWay(
      world,
      { kind: "lost_reply", method: "POST", path: "/files" },
      { kind: "reset", method: "PATCH", after_bytes: 1_000_001 },
      { kind: "status", status: 503, method: "PATCH" },
      { kind: "cut", method: "PATCH", after_bytes: 3_333_333 },
      { kind: "lost_reply", method: "PATCH" },
      { kind: "status", status: 502, method: "HEAD" },
      { kind: "delay", delay_ms: 200, method: "PATCH" },
      { kind: "reset", method: "PATCH", after_bytes: 0 },
      { kind: "lost_reply", method: "PATCH", on: "final" },
    );
    const url = await tusUpload(film.bytes, { ...tusOptions(world, creator, film), chunkSize: 4 * MIB });
    await expectAllHappened(world);
    await expectStored(creator, uploadIdIn(url), film);
  });

  test("goes on from a fresh client that finds its earlier upload", async () => {
    const film = aFilm("tus-found-again", 12_000_000);
    const urlStorage = rememberedUploads();
    const options = { ...tusOptions(world, creator, film), chunkSize: 4 * MIB, urlStorage, retryDelays: null };
    await onTheWay(world, { kind: "delay", delay_ms: 0, method: "PATCH" }, { kind: "cut", method: "PATCH", after_bytes: 3_000_000 });
    await expect(tusUpload(film.bytes, options)).rejects.toThrow(/PATCH/);

    const previous: (string | null)[] = [];
    const sent: number[] = [];
    const url = await tusUpload(film.bytes, { ...options, onProgress: (bytes) => void sent.push(bytes) }, async (upload) => {
      for (const found of await upload.findPreviousUploads()) {
        previous.push(found.uploadUrl);
        upload.resumeFromPreviousUpload(found);
      }
    });
    expect(previous).toEqual([url]);
    expect(sent[0]).toBeGreaterThanOrEqual(4 * MIB);
    expect(sent[0]).toBeLessThanOrEqual(4 * MIB + 3_000_000);
    await expectStored(creator, uploadIdIn(url), film);
  });

  test("goes on after an abort, at the upload's URL alone", async () => {
    const film = aFilm("tus-aborted", 12_000_000);
    const options = tusOptions(world, creator, film);
    const uploadUrl = await new Promise<string>((resolve, reject) => {
      const upload = new Upload(film.bytes, {
        ...options,
        chunkSize: 2 * MIB,
        onError: reject,
        onChunkComplete: (_size, accepted) => {
          if (accepted === 4 * MIB) upload.abort().then(() => resolve(upload.url ?? ""), reject);
        },
      });
      upload.start();
    });
    expect((await creator.upload(uploadIdIn(uploadUrl))).offset).toBeGreaterThanOrEqual(4 * MIB);
    expect(await tusUpload(film.bytes, { ...options, endpoint: null, uploadUrl })).toBe(uploadUrl);
    await expectStored(creator, uploadIdIn(uploadUrl), film);
  });

  test("sends three parts at once, and they become one", async () => {
    const film = aFilm("tus-parallel", 30_000_001);
    await onTheWay(
      world,
      { kind: "reset", method: "PATCH", after_bytes: 2_000_000 },
      { kind: "cut", method: "PATCH", after_bytes: 1_000_000 },
      { kind: "lost_reply", method: "PATCH" },
    );
    const url = await tusUpload(film.bytes, { ...tusOptions(world, creator, film), parallelUploads: 3 });
    await expectAllHappened(world);
    await expectStored(creator, uploadIdIn(url), film);
    const partials = (await creator.uploads()).filter(({ kind }) => kind === "partial");
    expect(partials.map(({ asset_id }) => asset_id)).toEqual(partials.map(() => null));
    expect(partials.length).toBeGreaterThanOrEqual(3);
  });

  test("sends a stream whose length it learns at its end", async () => {
    const film = aFilm("tus-deferred", 11_000_000);
    const pieces = Array.from({ length: 110 }, (_, at) => film.bytes.subarray(at * 100_000, (at + 1) * 100_000));
    await onTheWay(world, { kind: "cut", method: "PATCH", after_bytes: 1_500_000 }, { kind: "lost_reply", method: "PATCH" });
    const url = await tusUpload(Readable.from(pieces, { objectMode: false }), {
      ...tusOptions(world, creator, film),
      chunkSize: 2 * MIB,
      uploadLengthDeferred: true,
    });
    await expectAllHappened(world);
    await expectStored(creator, uploadIdIn(url), film);
  });

  test("sends its first bytes with the creation", async () => {
    const film = aFilm("tus-with-creation", 9_000_000);
    await onTheWay(world, { kind: "reset", method: "PATCH", after_bytes: 500_000 });
    const url = await tusUpload(film.bytes, {
      ...tusOptions(world, creator, film),
      chunkSize: 5 * MIB,
      uploadDataDuringCreation: true,
    });
    await expectAllHappened(world);
    await expectStored(creator, uploadIdIn(url), film);
  });

  test("sends an empty file", async () => {
    const film = { name: "empty.mp4", bytes: Buffer.alloc(0), sha256: sha256Of(Buffer.alloc(0)) };
    await expectStored(creator, uploadIdIn(await tusUpload(film.bytes, tusOptions(world, creator, film))), film);
  });

  test("takes an upload back", async () => {
    const film = aFilm("tus-taken-back", 6 * MIB);
    const upload = await new Promise<Upload>((resolve, reject) => {
      const begun = new Upload(film.bytes, {
        ...tusOptions(world, creator, film),
        chunkSize: 2 * MIB,
        onError: reject,
        onChunkComplete: (_size, accepted) => {
          if (accepted === 2 * MIB) resolve(begun);
        },
      });
      begun.start();
    });
    const url = upload.url ?? "";
    await upload.abort(true);
    expect(await creator.upload(uploadIdIn(url))).toMatchObject({ status: "cancelled", asset_id: null });
    expect((await creator.send("HEAD", url, { headers: { "Tus-Resumable": "1.0.0" } })).status).toBe(404);
    await expect(tusUpload(film.bytes, { ...tusOptions(world, creator, film), endpoint: null, uploadUrl: url })).rejects.toThrow(/404/);
  });
});
