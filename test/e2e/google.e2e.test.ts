import { CRC32C } from "@google-cloud/storage";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { askedOffset, type Creator, creatorOfApplication, expectStored, newCreator, receiptSchema, uploadIdIn } from "./creator.ts";
import { aFilm, onDisk } from "./film.ts";
import { googleFile, googleUpload } from "./google-client.ts";
import { expectAllHappened, onTheWay } from "./network.ts";
import { startModule } from "./program.ts";

/** A multiple of 256 KiB, as Google demands. */
const CHUNK = 8 * 256 * 1024;

/** Where Google's client begins, and where a session goes on. */
const BEGIN = "/upload/storage";
const SESSION = "/files/";

describe("Google's Cloud Storage client over a bad network", () => {
  let world: LaunchedWorld;
  let creator: Creator;

  beforeAll(async () => {
    world = await launchWorld();
    // It sends no Authorization to an endpoint that isn't Google's: whose the uploads are, the application decides.
    await googleUpload(googleFile(world.url, "first.mp4"), aFilm("first", 1000).bytes, {});
    creator = await creatorOfApplication(world);
  });

  beforeEach(() => world.control.reset());

  afterAll(() => world.stop());

  test("arrives whole in chunks, through refusals and lost replies", async () => {
    const film = aFilm("google-chunks", 12_000_005);
    const data = { method: "PUT", path: SESSION } as const;
    // What follows a failed chunk is the client's question how far it got, which it does not ask twice.
    const question = { ...data, kind: "delay", delay_ms: 0 } as const;
    await onTheWay(
      world,
      { kind: "status", status: 503, method: "POST", path: BEGIN },
      { ...data, kind: "status", status: 503 },
      question,
      { ...data, kind: "lost_reply" },
      question,
      { ...data, kind: "status", status: 503, on: "final" },
    );
    const file = googleFile(world.url, "films/chunks.mp4");
    await googleUpload(file, film.bytes, { chunkSize: CHUNK, validation: "crc32c", metadata: { contentType: "video/mp4" } });
    await expectAllHappened(world);
    const receipt = receiptSchema.parse(file.metadata);
    expect(receipt).toMatchObject({ size: film.bytes.byteLength, crc32c: checksumOf(film.bytes) });
    await expectStored(creator, receipt.id, film);
  });

  test("arrives whole in one request, which is refused at first", async () => {
    const film = aFilm("google-whole", 12_000_006);
    await onTheWay(world, { kind: "status", status: 503, method: "PUT", path: SESSION });
    const file = googleFile(world.url, "films/whole.mp4");
    await googleUpload(file, film.bytes, { validation: "crc32c", metadata: { contentType: "video/mp4" } });
    await expectAllHappened(world);
    await expectStored(creator, receiptSchema.parse(file.metadata).id, film);
  });

  test("goes on in another process after the first was killed, with no more than the session's URL", async () => {
    const film = aFilm("google-resumed", 12_000_007);
    const file = onDisk(film);
    const sender = (...uri: string[]) =>
      startModule(new URL("./google-sender.ts", import.meta.url), world.url, file.path, String(CHUNK), ...uri);
    await onTheWay(world, { kind: "delay", delay_ms: 0, method: "PUT", path: SESSION }, { kind: "timeout", method: "PUT", path: SESSION });
    const first = sender();
    await expect.poll(() => world.control.faults(), { timeout: 10_000 }).toEqual([]);
    first.kill();
    const [uri = ""] = (await first.ended).stdout.split("\n");
    expect(await askedOffset(creator, uri)).toBe(CHUNK);

    const { code, stdout, stderr } = await sender(uri).ended;
    file.remove();
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: uploadIdIn(uri), crc32c: checksumOf(film.bytes) });
    await expectStored(creator, uploadIdIn(uri), film);
  });

  test("is refused bytes that are not those of its checksum, and nothing shows", async () => {
    const film = aFilm("google-wrong", 9_000_000);
    const before = await creator.assets();
    const wrong = Buffer.from(checksumOf(film.bytes), "base64");
    wrong[3] = (wrong[3] ?? 0) ^ 1;
    const upload = (crc32c: string, onUri: (uri: string) => void) =>
      googleUpload(googleFile(world.url, "films/checked.mp4"), film.bytes, { metadata: { contentType: "video/mp4", crc32c } }, onUri);

    let uri = "";
    await expect(
      upload(wrong.toString("base64"), (known) => {
        uri = known;
      }),
    ).rejects.toThrow();
    expect(await creator.upload(uploadIdIn(uri))).toMatchObject({ status: "failed", failure_code: "digest_mismatch", asset_id: null });
    expect(await creator.assets()).toEqual(before);

    await upload(checksumOf(film.bytes), (known) => {
      uri = known;
    });
    await expectStored(creator, uploadIdIn(uri), film);
  });

  test("belongs to whom the application names", async () => {
    const stranger = await newCreator(world, "stranger");
    expect(await stranger.assets()).toEqual([]);
    expect((await creator.assets()).length).toBeGreaterThan(0);
  });
});

function checksumOf(bytes: Uint8Array): string {
  const crc32c = new CRC32C();
  crc32c.update(Buffer.from(bytes));
  return crc32c.toString();
}
