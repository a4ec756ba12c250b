import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, expectStored, newCreator, problemOf, receiptSchema, sendFrom } from "./creator.ts";
import { aFilm } from "./film.ts";

describe("creators side by side", () => {
  let world: LaunchedWorld;
  let anna: Creator;
  let bert: Creator;

  beforeAll(async () => {
    world = await launchWorld();
    anna = await newCreator(world, "Anna");
    bert = await newCreator(world, "Bert");
  });

  afterAll(() => world.stop());

  test("one request id finds all that one request has set in motion", async () => {
    // The endpoint's alarm brings the event again: what the alarm does belongs to the request too.
    await world.control.fault({ peer: "app", operation: "callback", kind: "status", status: 500 });
    const film = aFilm("traced", 1_000_000);
    const sent = await anna.send("PUT", `/upload/${film.name}`, { body: film.bytes });
    const { id } = receiptSchema.parse(await sent.json());
    const requestId = sent.headers.get("Request-Id") ?? "";
    expect(requestId).toMatch(/^req_/);

    const lines = () =>
      readFileSync(join(world.stateDir, "worker.log"), "utf8")
        .split("\n")
        .filter((line) => line.includes(requestId))
        .map((line) =>
          z.looseObject({ event: z.string(), upload_id: z.string().optional() }).parse(JSON.parse(line.slice(line.indexOf("{")))),
        );
    await expect
      .poll(() => lines().map(({ event }) => event), { timeout: 20_000, interval: 250 })
      .toEqual(expect.arrayContaining(["request", "upload completed", "webhook not taken", "webhook taken"]));
    expect(lines().filter(({ upload_id }) => upload_id !== undefined && upload_id !== id)).toEqual([]);
  });

  test("what is one's is not there for the other, of the same name too", async () => {
    const annas = aFilm("annas", 1_000_000);
    const berts = aFilm("berts", 1_100_000);
    const sent = async (creator: Creator, bytes: Uint8Array<ArrayBuffer>) => {
      const reply = await creator.send("PUT", "/upload/holiday.mp4", { body: bytes });
      expect(reply.status).toBe(200);
      return receiptSchema.parse(await reply.json());
    };
    const annasUpload = await sent(anna, annas.bytes);
    const bertsUpload = await sent(bert, berts.bytes);
    const asset = await expectStored(anna, annasUpload.id, annas);
    await expectStored(bert, bertsUpload.id, berts);

    const paths = [`/v1/uploads/${annasUpload.id}`, `/v1/assets/${asset.id}`, `/v1/assets/${asset.id}/content`];
    for (const path of paths) {
      expect((await anna.send("GET", path)).status, path).toBe(200);
      expect((await bert.send("GET", path)).status, path).toBe(404);
    }
    for (const [method, path] of [
      ["POST", `/v1/uploads/${annasUpload.id}/handle`],
      ["DELETE", `/v1/uploads/${annasUpload.id}`],
      ["DELETE", `/v1/assets/${asset.id}`],
    ] as const)
      expect((await bert.send(method, path)).status, path).toBe(404);
    expect((await bert.assets()).map(({ id }) => id)).not.toContain(asset.id);
    await expectStored(anna, annasUpload.id, annas);
  });

  test("a handle is good whole and not otherwise", async () => {
    const film = aFilm("handles", 1_000_000);
    const { id, upload_url: url } = await anna.open({ filename: film.name, length: film.bytes.byteLength });
    const question = { headers: { "Content-Range": "bytes */*" } };
    expect((await bert.send("PUT", url, question)).status).toBe(308);
    const last = url.at(-1) === "A" ? "B" : "A";
    expect(await problemOf(await anna.send("PUT", url.slice(0, -1) + last, question))).toMatchObject({ code: "upload_not_found" });
    expect((await anna.send("PUT", url.replace(/\.[^.]+$/, ""), question)).status).toBe(404);

    const second = await anna.newHandle(id);
    expect(second).not.toBe(url);
    expect((await sendFrom(anna, second, film, 0)).status).toBe(200);
    await expectStored(anna, id, film);
  });

  test("a key that was revoked opens nothing, and others go on", async () => {
    const second = z
      .object({ id: z.string(), key: z.string() })
      .parse(await (await anna.sendJson("POST", "/v1/keys", { name: "laptop" })).json());
    const withSecond = { headers: { Authorization: `Bearer ${second.key}` } };
    expect((await anna.send("GET", "/v1/uploads", withSecond)).status).toBe(200);
    expect((await anna.send("DELETE", `/v1/keys/${second.id}`)).status).toBe(204);
    const refused = await anna.send("GET", "/v1/uploads", withSecond);
    expect(refused.status).toBe(401);
    expect(await problemOf(refused)).toMatchObject({ code: "unauthorized" });
    expect((await anna.send("PUT", "/upload/late.mp4", { ...withSecond, body: "late" })).status).toBe(401);
    expect((await anna.send("GET", "/v1/uploads")).status).toBe(200);
  });

  test("a creation that is repeated under its key gives the same upload, and another one is refused", async () => {
    const draft = { filename: "once.mp4", length: 1_000_000 };
    const key = { "Idempotency-Key": "8f14e45f-ceea-467f-a0b6-2d4f9c1b7a10" };
    const replies = [await anna.sendJson("POST", "/v1/uploads", draft, key), await anna.sendJson("POST", "/v1/uploads", draft, key)];
    expect(replies.map(({ status, headers }) => [status, headers.get("Idempotent-Replayed")])).toEqual([
      [201, null],
      [201, "true"],
    ]);
    const [first, again] = await Promise.all(replies.map(async (reply): Promise<unknown> => reply.json()));
    expect(again).toEqual(first);

    const other = await anna.sendJson("POST", "/v1/uploads", { ...draft, length: 999_999 }, key);
    expect(await problemOf(other)).toMatchObject({ code: "idempotency_key_reused" });
    expect((await bert.sendJson("POST", "/v1/uploads", draft, key)).headers.get("Idempotent-Replayed")).toBeNull();
    expect((await anna.uploads()).filter(({ filename }) => filename === "once.mp4")).toHaveLength(1);
  });
});
