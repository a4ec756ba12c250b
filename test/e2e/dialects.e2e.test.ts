import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { askedOffset, type Creator, expectStored, newCreator, sendFrom, uploadIdIn } from "./creator.ts";
import { aFilm, type Film } from "./film.ts";
import { googleFile, googleUpload } from "./google-client.ts";
import { expectAllHappened, onTheWay } from "./network.ts";
import { rememberedUploads, tusOptions, tusUpload } from "./tus-client.ts";

const LENGTH = 9_437_199;
/** Acknowledged before anything goes wrong. */
const FIRST = 1_048_576;
const CUT_AT = 6_000_003;

const DRAFT = { "Upload-Draft-Interop-Version": "8" };

type Place = { readonly world: LaunchedWorld; readonly creator: Creator; readonly film: Film };

/** Begins an upload of which one request is answered and the next is cut, and resolves with its URL. */
type Beginning = (place: Place) => Promise<string>;
/** Asks from where to go on, and sends the rest. Resolves with that offset. */
type Ending = (place: Place, uploadUrl: string) => Promise<number>;

async function putAndCut({ world, creator, film }: Place, url: string): Promise<void> {
  const put = (start: number, end: number) =>
    creator.send("PUT", url, {
      headers: { "Content-Range": `bytes ${start}-${end - 1}/${LENGTH}` },
      body: film.bytes.subarray(start, end),
    });
  expect((await put(0, FIRST)).status).toBe(308);
  await onTheWay(world, { kind: "cut", method: "PUT", after_bytes: CUT_AT - FIRST });
  await expect(put(FIRST, LENGTH)).rejects.toThrow();
  await expectAllHappened(world);
}

const appendLast = (creator: Creator, url: string, film: Film, offset: number): Promise<Response> =>
  creator.send("PATCH", url, {
    headers: { ...DRAFT, "Content-Type": "application/partial-upload", "Upload-Offset": String(offset), "Upload-Complete": "?1" },
    body: film.bytes.subarray(offset),
  });

const beginnings: Readonly<Record<string, Beginning>> = {
  async "Content-Range"(place) {
    const { world, creator, film } = place;
    await putAndCut(place, `${world.url}/upload/${film.name}`);
    const begun = (await creator.uploads()).find(({ filename }) => filename === film.name);
    return creator.newHandle(begun?.id ?? "");
  },
  async tus({ world, creator, film }) {
    const urlStorage = rememberedUploads();
    const options = { ...tusOptions(world, creator, film), chunkSize: FIRST, urlStorage, retryDelays: null };
    await onTheWay(world, { kind: "delay", delay_ms: 0, method: "PATCH" }, { kind: "cut", method: "PATCH", after_bytes: 500_000 });
    await expect(tusUpload(film.bytes, options)).rejects.toThrow(/PATCH/);
    await expectAllHappened(world);
    return (await urlStorage.findAllUploads())[0]?.uploadUrl ?? "";
  },
  async "the IETF's"({ world, creator, film }) {
    const created = await creator.send("POST", "/files", {
      headers: { ...DRAFT, "Upload-Complete": "?0", "Upload-Length": String(LENGTH), "Content-Type": "video/mp4" },
      body: film.bytes.subarray(0, FIRST),
    });
    expect([created.status, created.headers.get("Upload-Offset")]).toEqual([201, String(FIRST)]);
    const url = created.headers.get("Location") ?? "";
    await onTheWay(world, { kind: "cut", method: "PATCH", after_bytes: CUT_AT - FIRST });
    await expect(appendLast(creator, url, film, FIRST)).rejects.toThrow();
    await expectAllHappened(world);
    return url;
  },
  async "a Google session"(place) {
    const { creator, film } = place;
    const session = await creator.send("POST", `/upload/storage/v1/b/media/o?uploadType=resumable&name=${film.name}`, {
      headers: { "X-Upload-Content-Type": "video/mp4", "X-Upload-Content-Length": String(LENGTH) },
    });
    expect(session.status).toBe(200);
    const url = session.headers.get("Location") ?? "";
    await putAndCut(place, url);
    return url;
  },
  async "the native API"(place) {
    const { creator, film } = place;
    const { upload_url: url } = await creator.open({ filename: film.name, length: LENGTH, sha256: film.sha256 });
    await putAndCut(place, url);
    return url;
  },
};

const endings: Readonly<Record<string, Ending>> = {
  async "Content-Range"({ creator, film }, url) {
    const offset = await askedOffset(creator, url);
    expect((await sendFrom(creator, url, film, offset)).status).toBe(200);
    return offset;
  },
  async tus({ world, creator, film }, uploadUrl) {
    const sent: number[] = [];
    const onProgress = (bytes: number): void => void sent.push(bytes);
    await tusUpload(film.bytes, { ...tusOptions(world, creator, film), endpoint: null, uploadUrl, onProgress });
    return sent[0] ?? 0;
  },
  async "the IETF's"({ creator, film }, url) {
    const { headers } = await creator.send("HEAD", url, { headers: DRAFT });
    expect(headers.get("Upload-Complete")).toBe("?0");
    const offset = Number(headers.get("Upload-Offset"));
    const done = await appendLast(creator, url, film, offset);
    expect([done.status, done.headers.get("Upload-Complete")]).toEqual([200, "?1"]);
    return offset;
  },
  async "a Google session"({ world, creator, film }, uri) {
    const { offset } = await creator.upload(uploadIdIn(uri));
    await googleUpload(googleFile(world.url, film.name), film.bytes, {
      uri,
      chunkSize: 8 * 256 * 1024,
      metadata: { contentType: "video/mp4" },
    });
    return offset;
  },
  async "the native API"({ creator, film }, url) {
    const id = uploadIdIn(url);
    const { offset } = await creator.upload(id);
    expect((await sendFrom(creator, await creator.newHandle(id), film, offset)).status).toBe(200);
    return offset;
  },
};

const pairs = Object.entries(beginnings).flatMap(([from, begin]) => Object.entries(endings).map(([to, end]) => ({ from, to, begin, end })));

describe("an upload that was begun and cut", () => {
  let world: LaunchedWorld;
  let creator: Creator;

  beforeAll(async () => {
    world = await launchWorld();
    creator = await newCreator(world, "dialects");
  });

  beforeEach(() => world.control.reset());

  afterAll(() => world.stop());

  test.for(pairs)("in $from is finished in $to", async ({ from, to, begin, end }) => {
    const film = aFilm(`begun-in-${from}-finished-in-${to}`.replaceAll(/[ ']/g, "-"), LENGTH);
    const place = { world, creator, film };
    const url = await begin(place);
    const id = uploadIdIn(url);
    const resumedAt = await end(place, url);
    expect(resumedAt).toBeGreaterThanOrEqual(FIRST);
    expect(resumedAt).toBeLessThanOrEqual(CUT_AT);
    await expectStored(creator, id, film);
  });
});
