import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { aFilm, FORMATS } from "#test/fixtures/films.ts";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, newCreator } from "./creator.ts";

const PART = 8 * 1024 * 1024;

const verdicts = z.array(
  z.object({ destination: z.string(), verdict: z.string(), reasons: z.array(z.object({ code: z.string(), detail: z.string() })) }),
);
const look = z.looseObject({ status: z.string(), media: z.looseObject({ container: z.string() }).nullable(), verdicts });
const withLook = z.looseObject({ status: z.string(), offset: z.int(), look: look.nullable() });
const withInfo = z.looseObject({ info: look.nullable() });
const events = z.object({
  data: z.array(z.looseObject({ type: z.string(), resource: z.string(), data: z.record(z.string(), z.unknown()) })),
});

describe("what a file is", () => {
  let world: LaunchedWorld;
  let anna: Creator;

  beforeAll(async () => {
    world = await launchWorld();
    anna = await newCreator(world, "Anna");
  });

  afterAll(() => world.stop());

  const read = async <T extends z.ZodType>(schema: T, path: string): Promise<z.infer<T>> =>
    schema.parse(await (await anna.send("GET", path)).json());

  test("is told while the rest is still to come, and wholly once it is stored", async () => {
    const film = new Uint8Array(await aFilm(FORMATS.mp4End(), { video: "hevc-main10", frames: 2_200, frameBytes: 4_500, gop: 50 }));
    expect(film.length).toBeGreaterThan(PART);
    const { id, upload_url: url } = await anna.open({ filename: "holiday.mp4", length: film.length });
    const put = (start: number, end: number) =>
      anna.send("PUT", url, { headers: { "Content-Range": `bytes ${start}-${end - 1}/${film.length}` }, body: film.subarray(start, end) });
    expect((await put(0, PART)).status).toBe(308);

    await expect.poll(async () => (await read(withLook, `/v1/uploads/${id}`)).look, { timeout: 20_000 }).not.toBeNull();
    const early = await read(withLook, `/v1/uploads/${id}`);
    expect(early).toMatchObject({
      status: "receiving",
      offset: PART,
      look: { status: "partial", media: { container: "mp4", index: { place: "end", at: expect.any(Number) }, video: [] } },
    });
    const listed = z.object({ data: z.array(withLook) });
    await expect.poll(async () => (await read(listed, "/v1/uploads")).data[0]?.look?.status, { timeout: 20_000 }).toBe("partial");

    expect((await put(PART, film.length)).status).toBe(200);
    const assetId = (await anna.upload(id)).asset_id ?? "";
    await expect.poll(async () => (await read(withInfo, `/v1/assets/${assetId}`)).info, { timeout: 30_000 }).not.toBeNull();
    const { info } = await read(withInfo, `/v1/assets/${assetId}`);
    expect(info).toMatchObject({
      status: "read",
      media: {
        video: [{ codec: "hevc", bit_depth: 10, hdr: "pq", width: 3840 }],
        audio: [{ codec: "aac" }],
        duration_seconds: expect.closeTo(88, 0),
      },
      keyframes: { count: 44, every_frame: false, complete: true },
      verdicts: [
        { destination: "youtube", verdict: "accepted", reasons: [{ code: "encoded_again" }] },
        { destination: "joystream", verdict: "needs_transcode", reasons: [{ code: "codec_not_playable" }, { code: "index_at_end" }] },
        { destination: "s3", verdict: "accepted" },
      ],
    });
    const keyframes = await (await anna.send("GET", `/v1/assets/${assetId}/keyframes`)).json();
    expect(keyframes).toEqual({
      status: "known",
      every_frame: false,
      complete: true,
      seconds: Array.from({ length: 44 }, (_, index) => index * 2),
    });

    await expect
      .poll(
        async () =>
          (await read(events, "/v1/events")).data.filter(({ resource }) => resource === id || resource === assetId).map(({ type }) => type),
        { timeout: 20_000 },
      )
      .toEqual(["upload.created", "upload.inspected", "upload.completed", "asset.inspected"]);
    const content = await anna.send("GET", `/v1/assets/${assetId}/content`);
    const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
    expect(sha256(new Uint8Array(await content.arrayBuffer()))).toBe(sha256(film));

    expect((await anna.send("DELETE", `/v1/assets/${assetId}`)).status).toBe(204);
    expect((await anna.send("GET", `/v1/assets/${assetId}/keyframes`)).status).toBe(410);
  });

  test("ends in a verdict for a page that calls itself a film", async () => {
    const page = new TextEncoder().encode("<!DOCTYPE html><script>alert(1)</script>".padEnd(5_000));
    const { id, upload_url: url } = await anna.open({ filename: "film.mp4", length: page.length });
    await anna.send("PUT", url, { headers: { "Content-Range": `bytes 0-${page.length - 1}/${page.length}` }, body: page });
    await expect
      .poll(async () => (await read(withLook, `/v1/uploads/${id}`)).look, { timeout: 20_000 })
      .toMatchObject({ status: "unreadable", reason: "not_media", media: null });
    const assetId = (await anna.upload(id)).asset_id ?? "";
    await expect
      .poll(async () => (await read(withInfo, `/v1/assets/${assetId}`)).info, { timeout: 30_000 })
      .toMatchObject({ status: "unreadable", reason: "not_media" });
    const content = await anna.send("GET", `/v1/assets/${assetId}/content`);
    expect(content.headers.get("Content-Type")).toBe("application/octet-stream");
    expect(content.headers.get("Content-Disposition")).toMatch(/^attachment/u);
  });
});
