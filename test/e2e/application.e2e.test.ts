import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Authentication, Callback } from "#test/world/application.ts";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { askedOffset, type Creator, creatorOfApplication, expectStored, newCreator, problemOf, sendFrom } from "./creator.ts";
import { aFilm, type Film } from "./film.ts";

type Upload = { readonly id: string; readonly url: string; readonly film: Film };

describe("the application whose uploads they are", () => {
  let world: LaunchedWorld;
  let creator: Creator;

  beforeAll(async () => {
    world = await launchWorld({ vars: { WEBHOOK_RETRY_SECONDS: "0,1,2,4,8,16,32" } });
    creator = await newCreator(world, "application");
  });

  beforeEach(() => world.control.reset());

  afterAll(() => world.stop());

  const authentications = async (): Promise<Authentication[]> => (await world.control.state()).app.authentications;
  const actions = async (): Promise<(string | null)[]> => (await authentications()).map(({ action }) => action);

  async function opened(film: Film): Promise<Upload> {
    const { id, upload_url: url } = await creator.open({ filename: film.name, length: film.bytes.byteLength, sha256: film.sha256 });
    return { id, url, film };
  }

  const put = ({ url, film }: Upload, start: number, end: number, authorization = creator.authorization) =>
    creator.send("PUT", url, {
      headers: { Authorization: authorization, "Content-Range": `bytes ${start}-${end - 1}/${film.bytes.byteLength}` },
      body: film.bytes.subarray(start, end),
    });

  test("refuses a caller, who gets its own words, and no byte is taken", async () => {
    const upload = await opened(aFilm("application-refuses", 2_000_000));
    const refused = await put(upload, 0, 1_000_000, "Bearer refused");
    expect(refused.status).toBe(403);
    expect(await refused.json()).toEqual({ error: "refused", message: "This caller may not upload." });
    expect(await creator.upload(upload.id)).toMatchObject({ offset: 0, stored_bytes: 0 });

    const beginning = await creator.send("PUT", `/upload/${upload.film.name}`, {
      headers: { Authorization: "Bearer refused" },
      body: upload.film.bytes,
    });
    expect(beginning.status).toBe(403);
    expect(await creator.uploads()).toHaveLength(1);

    expect((await put(upload, 0, 1_000_000, "Bearer app_somebody")).status).toBe(308);
    expect(await authentications()).toMatchObject([
      { action: "open", status: 200 },
      {
        action: "resume",
        upload_id: upload.id,
        status: 403,
        authorization_sha256: createHash("sha256").update("Bearer refused").digest("hex"),
      },
      { action: "open", status: 403 },
      { action: "resume", upload_id: upload.id, status: 200 },
    ]);
  });

  test("names whose the uploads are that need no key of ours", async () => {
    const film = aFilm("application-names", 1_000_000);
    const reply = await fetch(`${world.url}/upload/${film.name}`, {
      method: "PUT",
      headers: { Authorization: "Bearer app_anna" },
      body: film.bytes,
    });
    const { id } = z.looseObject({ id: z.string() }).parse(await reply.json());
    await expectStored(await creatorOfApplication(world, "anna"), id, film);
    expect((await creator.send("GET", `/v1/uploads/${id}`)).status).toBe(404);
  });

  test.for([
    { how: "breaks the connection", fault: { kind: "reset" } },
    { how: "fails", fault: { kind: "status", status: 500 } },
    { how: "does not answer", fault: { kind: "timeout" } },
  ] as const)("is asked again later when it $how", async ({ how, fault }) => {
    const film = aFilm(`application-${how.replaceAll(" ", "-")}`, 1_500_000);
    await world.control.fault({ peer: "app", operation: "authenticate", ...fault });
    const refused = await creator.send("PUT", `/upload/${film.name}`, { body: film.bytes });
    expect(refused.status).toBe(503);
    expect(await problemOf(refused)).toMatchObject({ code: "application_unreachable", retryable: true });
    expect((await creator.uploads()).filter(({ filename }) => filename === film.name)).toEqual([]);
    expect((await creator.send("PUT", `/upload/${film.name}`, { body: film.bytes })).status).toBe(200);
  });

  test("is asked once for a minute of one caller's requests, and afresh before completion", async () => {
    const upload = await opened(aFilm("application-remembered", 2_000_000));
    expect(await actions()).toEqual(["open"]);
    for (const start of [0, 400_000, 800_000, 1_200_000]) expect((await put(upload, start, start + 400_000)).status).toBe(308);
    expect(await askedOffset(creator, upload.url)).toBe(1_600_000);
    expect(await actions()).toEqual(["open", "resume"]);

    await world.control.fault({ peer: "app", operation: "authenticate", kind: "status", status: 402, body: { error: "pay first" } });
    const unpaid = await put(upload, 1_600_000, 2_000_000);
    expect(unpaid.status).toBe(402);
    expect(await unpaid.json()).toEqual({ error: "pay first" });
    expect(await creator.upload(upload.id)).toMatchObject({ status: "receiving", offset: 2_000_000, asset_id: null });

    const paid = await creator.send("PUT", upload.url, { headers: { "Content-Range": "bytes */*" } });
    expect(paid.status).toBe(200);
    expect(await actions()).toEqual(["open", "resume", "complete"]);
    await expectStored(creator, upload.id, upload.film);
  });

  test("hears of every completed upload, though it was down: at least once, signed, under one id", { timeout: 90_000 }, async () => {
    const faults = [
      { kind: "status", status: 500 },
      { kind: "status", status: 500 },
      { kind: "status", status: 500 },
      { kind: "reset" },
      { kind: "timeout" },
      { kind: "lost_reply" },
    ] as const;
    for (const fault of faults) await world.control.fault({ peer: "app", operation: "callback", ...fault });
    const uploads = await Promise.all([1, 2, 3, 4].map((n) => opened(aFilm(`application-told-${n}`, 300_000 + n))));
    for (const { url, film } of uploads) expect((await sendFrom(creator, url, film, 0)).status).toBe(200);

    const heardOf = async ({ id }: Upload): Promise<Callback[]> =>
      (await world.control.state()).app.callbacks.filter(
        ({ data }) => z.looseObject({ upload_id: z.string() }).parse(data).upload_id === id,
      );
    await expect
      .poll(async () => [await world.control.faults(), (await Promise.all(uploads.map(heardOf))).filter(({ length }) => length === 0)], {
        timeout: 75_000,
        interval: 250,
      })
      .toEqual([[], []]);

    for (const upload of uploads) {
      const heard = await heardOf(upload);
      expect(new Set(heard.map(({ id }) => id)).size).toBe(1);
      expect(heard[0]).toMatchObject({
        type: "upload.completed",
        data: { upload_id: upload.id, size: upload.film.bytes.byteLength, sha256: upload.film.sha256 },
      });
      expect(heard.map(({ verified }) => verified)).toEqual(heard.map(() => true));
    }
  });
});
