import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { UploadOptions } from "tus-js-client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, expectStored, newCreator, uploadIdIn } from "./creator.ts";
import { aFilm, type Film, sha256Of } from "./film.ts";
import { expectAllHappened, onTheWay } from "./network.ts";
import { connectTo, requestHead } from "./raw-socket.ts";
import { rememberedUploads, tusOptions, tusUpload } from "./tus-client.ts";

const MIB = 1024 * 1024;
/** Loopback carries what was written within this time, on a busy machine too. */
const ARRIVAL_MS = 1_200;
const DRAFT = { "Upload-Draft-Interop-Version": "8" };
const PARTIAL = { ...DRAFT, "Content-Type": "application/partial-upload" };

/** The client's types leave out `protocol`. */
type Options = UploadOptions & { readonly protocol: "ietf-draft-05" | "ietf-draft-03" };

let world: LaunchedWorld;
let creator: Creator;

beforeAll(async () => {
  world = await launchWorld();
  creator = await newCreator(world, "rufh");
});

beforeEach(() => world.control.reset());

afterAll(() => world.stop());

describe.for(["ietf-draft-05", "ietf-draft-03"] as const)("tus-js-client with %s over a bad network", (protocol) => {
  const options = (film: Film, more: Partial<UploadOptions> = {}): Options => ({ ...tusOptions(world, creator, film), ...more, protocol });

  test("arrives whole through resets, cuts, lost replies and refusals", async () => {
    const film = aFilm(`${protocol}-storm`, 20_000_003);
    await onTheWay(
      world,
      { kind: "lost_reply", method: "POST", path: "/files" },
      { kind: "reset", method: "PATCH", after_bytes: 1_000_001 },
      { kind: "status", status: 503, method: "PATCH" },
      { kind: "cut", method: "PATCH", after_bytes: 3_333_333 },
      { kind: "lost_reply", method: "PATCH" },
      { kind: "status", status: 502, method: "HEAD" },
      { kind: "reset", method: "PATCH", after_bytes: 0 },
      { kind: "lost_reply", method: "PATCH", on: "final" },
    );
    const url = await tusUpload(film.bytes, options(film, { chunkSize: 4 * MIB }));
    await expectAllHappened(world);
    const asset = await expectStored(creator, uploadIdIn(url), film);
    expect(asset["filename"]).toBe(film.name);
  });

  test("goes on from a fresh client that finds its earlier upload", async () => {
    const film = aFilm(`${protocol}-found-again`, 12_000_000);
    const urlStorage = rememberedUploads();
    const first = options(film, { chunkSize: 4 * MIB, urlStorage, retryDelays: null });
    await onTheWay(world, { kind: "delay", delay_ms: 0, method: "PATCH" }, { kind: "cut", method: "PATCH", after_bytes: 3_000_000 });
    await expect(tusUpload(film.bytes, first)).rejects.toThrow(/PATCH/);
    const sent: number[] = [];
    const url = await tusUpload(film.bytes, { ...first, onProgress: (bytes) => void sent.push(bytes) }, async (upload) => {
      for (const found of await upload.findPreviousUploads()) upload.resumeFromPreviousUpload(found);
    });
    expect(sent[0]).toBeGreaterThanOrEqual(4 * MIB);
    await expectStored(creator, uploadIdIn(url), film);
  });

  test("sends a stream whose length it learns at its end", async () => {
    const film = aFilm(`${protocol}-deferred`, 6 * MIB);
    const pieces = Array.from({ length: 48 }, (_, at) =>
      film.bytes.subarray((at * film.bytes.length) / 48, ((at + 1) * film.bytes.length) / 48),
    );
    await onTheWay(world, { kind: "cut", method: "PATCH", after_bytes: 1_500_000 });
    const url = await tusUpload(
      Readable.from(pieces, { objectMode: false }),
      options(film, { chunkSize: 2 * MIB, uploadLengthDeferred: true }),
    );
    await expectAllHappened(world);
    await expectStored(creator, uploadIdIn(url), film);
  });

  test("sends all of it with the creation, and an empty file", async () => {
    const film = aFilm(`${protocol}-with-creation`, 3 * MIB);
    await expectStored(creator, uploadIdIn(await tusUpload(film.bytes, options(film, { uploadDataDuringCreation: true }))), film);
    const empty = { name: `${protocol}-empty.mp4`, bytes: Buffer.alloc(0), sha256: sha256Of(Buffer.alloc(0)) };
    await expectStored(creator, uploadIdIn(await tusUpload(empty.bytes, options(empty))), empty);
  });
});

describe("the draft itself, on sockets", () => {
  async function careful(film: Film): Promise<string> {
    const created = await creator.send("POST", "/files", {
      headers: { ...DRAFT, "Upload-Complete": "?0", "Content-Disposition": `inline; filename="${film.name}"` },
    });
    expect(created.status).toBe(201);
    return created.headers.get("Location") ?? "";
  }

  const standing = async (url: string): Promise<readonly (string | null)[]> => {
    const { headers } = await creator.send("HEAD", url, { headers: DRAFT });
    return [headers.get("Upload-Offset"), headers.get("Upload-Complete"), headers.get("Upload-Length")];
  };

  const patch = (url: string, offset: number, complete: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> =>
    creator.send("PATCH", url, {
      headers: { ...PARTIAL, "Upload-Offset": String(offset), "Upload-Complete": complete },
      ...(body !== undefined && { body }),
    });

  test("a HEAD during a hung PATCH is answered at once with an offset that is accepted", async () => {
    const film = aFilm("rufh-hung", 12_000_000);
    const url = await careful(film);
    const hung = await connectTo(url);
    await hung.write(
      requestHead("PATCH", url, {
        ...PARTIAL,
        Authorization: creator.authorization,
        "Upload-Offset": 0,
        "Upload-Complete": "?1",
        "Content-Length": film.bytes.byteLength,
      }),
    );
    await hung.write(film.bytes.subarray(0, 5_000_000));
    await sleep(ARRIVAL_MS);
    const started = performance.now();
    // A last request with a Content-Length has told the length, though it did not get to its end.
    expect(await standing(url)).toEqual(["5000000", "?0", "12000000"]);
    expect(performance.now() - started).toBeLessThan(1_000);
    hung.rst();
    const done = await patch(url, 5_000_000, "?1", film.bytes.subarray(5_000_000));
    expect([done.status, done.headers.get("Upload-Complete")]).toEqual([200, "?1"]);
    await expectStored(creator, uploadIdIn(url), film);
  });

  test("every byte is not the end, and a lost last reply is had again", async () => {
    const film = aFilm("rufh-held", 9_000_000);
    const url = await careful(film);
    expect((await patch(url, 0, "?0", film.bytes)).status).toBe(204);
    expect(await standing(url)).toEqual(["9000000", "?0", null]);
    await onTheWay(world, { kind: "lost_reply", method: "PATCH" });
    await expect(patch(url, 9_000_000, "?1")).rejects.toThrow();
    await expectAllHappened(world);
    expect(await standing(url)).toEqual(["9000000", "?1", "9000000"]);
    const again = await patch(url, 9_000_000, "?1");
    expect([again.status, again.headers.get("Upload-Complete")]).toEqual([200, "?1"]);
    expect(await again.json()).toMatchObject({ status: "completed", sha256: film.sha256, name: film.name });
    await expectStored(creator, uploadIdIn(url), film);
  });

  test("a page of another origin may use it", async () => {
    const origin = { Origin: "https://page.example" };
    const asked = await fetch(`${world.url}/files`, {
      method: "OPTIONS",
      headers: { ...origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "upload-complete" },
    });
    const allowed = asked.headers.get("Access-Control-Allow-Headers")?.toLowerCase().split(", ") ?? [];
    for (const name of [
      "upload-complete",
      "upload-offset",
      "upload-length",
      "upload-draft-interop-version",
      "content-digest",
      "repr-digest",
    ])
      expect(allowed).toContain(name);
    const created = await creator.send("POST", "/files", { headers: { ...origin, ...DRAFT, "Upload-Complete": "?0" } });
    const exposed = created.headers.get("Access-Control-Expose-Headers")?.split(", ") ?? [];
    for (const name of created.headers.keys())
      if (/^(?:upload-|location$|repr-)/.test(name)) expect(exposed.map((header) => header.toLowerCase())).toContain(name);
  });
});
