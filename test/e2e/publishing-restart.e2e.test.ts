import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { FaultRequest } from "#test/world/faults.ts";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type ChannelOwner, newChannelOwner, until } from "./channel-owner.ts";
import { asOperator } from "./creator.ts";
import { aFilm } from "./film.ts";
import { keptIn } from "./kept-in.ts";

/** A first chunk of 8 MiB and a last one. */
const TWO_CHUNKS = 9_000_000;
const UPLOADS_A_DAY = 5;

const quotaSchema = z.looseObject({
  buckets: z.array(z.looseObject({ bucket: z.string(), limit: z.int(), used: z.int(), left: z.int() })),
  resets_at: z.string(),
});

describe("a delivery whose Worker is killed", () => {
  const state = mkdtempSync(join(tmpdir(), "sluice-publishing-"));
  let world: LaunchedWorld;

  beforeAll(async () => {
    world = await launch();
    await world.control.atYouTube("settings", { processing_ms: 100 });
  });
  afterAll(async () => {
    await world.stop();
    rmSync(state, { recursive: true, force: true });
  });

  const launch = () => launchWorld({ state, vars: { QUOTA_LIMITS: `inserts=${UPLOADS_A_DAY}` } });
  async function inserts() {
    const { buckets, resets_at: resetsAt } = quotaSchema.parse(await asOperator(world, "GET", "/v1/operator/quota"));
    return { ...buckets.find(({ bucket }) => bucket === "inserts"), resetsAt };
  }

  async function goesWrong({ channelId }: ChannelOwner, fault: object): Promise<void> {
    await world.control.fault({ peer: "youtube", channel_id: channelId, ...fault } as FaultRequest);
  }
  const happened = () =>
    until(
      "a fault happens",
      () => world.control.faults(),
      (faults) => faults.length === 0,
    );

  async function published(owner: ChannelOwner, name: string, length = TWO_CHUNKS) {
    const film = aFilm(name, length);
    const [delivery] = await owner.publish(await owner.uploaded(film), [await owner.destination()]);
    return { film, id: delivery?.id ?? "" };
  }

  /** The ports are the same afterwards: what YouTube has told of itself stays true. */
  async function killEverything(): Promise<void> {
    const { url } = world;
    await world.kill9();
    world = await launch();
    expect(world.url).toBe(url);
  }

  test.for([
    ["while its upload is opened", { operation: "videos.insert" }, () => world.control.killWorker(), 1],
    ["in the middle of it", { operation: "upload" }, () => world.control.killWorker(), 1],
    ["with everything around it, after its last bytes left", { operation: "upload", on: "final" }, () => killEverything(), 1],
  ] as const)("%s is one video", async ([name, where, kill, uploads]) => {
    const owner = await newChannelOwner(world, name.replaceAll(/\W/g, "-"));
    // Nothing goes on before the kill.
    await goesWrong(owner, { ...where, kind: "timeout" });
    const { film, id } = await published(owner, name);
    await happened();
    await kill();
    await owner.becomes(id, "verified");
    expect(await owner.videos()).toMatchObject([{ sha256: film.sha256, size: TWO_CHUNKS }]);
    expect(await owner.sessions()).toHaveLength(uploads);
  });

  test("leaves no token, secret or address of its open upload in the state directory's bytes", async () => {
    const owner = await newChannelOwner(world, "half-way");
    await goesWrong(owner, { operation: "upload", kind: "reset", after_bytes: 1_000_000 });
    await goesWrong(owner, { operation: "upload.query", kind: "status", status: 503, retry_after_seconds: 3600 });
    const { id } = await published(owner, "half-way");
    await happened();
    await owner.waitsFor(id, "backoff");
    expect(await owner.sessions()).toMatchObject([{ status: "open" }]);

    const kept = keptIn(state);
    expect(kept.some(({ path, bytes }) => path.includes("Publisher") && bytes.includes(id))).toBe(true);
    const secrets = [/ya29\.[\w-]{40}/, /1\/\/0[\w-]{40}/, /upload_id=[\w-]{20}/, new RegExp(world.google.client_secret)];
    const found = kept.flatMap(({ path, bytes }) =>
      secrets.filter((secret) => secret.test(bytes)).map((what) => `${path}: ${String(what)}`),
    );
    expect(found).toEqual([]);
  });

  test("takes each opened upload from the day's quota, once, and waits for tomorrow when it is used up", async () => {
    const owner = await newChannelOwner(world, "used-up");
    // Four above: an opening that was broken off is taken up under the same reservation.
    expect(await inserts()).toMatchObject({ limit: UPLOADS_A_DAY, used: 4, left: 1 });
    await owner.becomes((await published(owner, "last-of-today", 300_000)).id, "verified");
    const { id } = await published(owner, "tomorrow", 300_000);
    const bucket = await inserts();
    expect(bucket).toMatchObject({ used: UPLOADS_A_DAY, left: 0 });
    const waiting = await owner.waitsFor(id, "quota");
    expect(waiting.until).toBe(bucket.resetsAt);
    expect(waiting.sentence).toMatch(/^Today's uploads are used up\. It goes on at \d{4}-\d\d-\d\d 0[78]:00 UTC\.$/);
    expect(await owner.asked("videos.insert")).toHaveLength(1);
    expect((await owner.order(id, "cancel")).status).toBe(200);
  });
});

describe("a day's quota", () => {
  let world: LaunchedWorld;

  beforeAll(async () => {
    world = await launchWorld();
    await world.control.atYouTube("settings", { processing_ms: 100 });
  });
  afterAll(() => world.stop());

  test("is over when Google says so, whatever was counted; the next does not ask", async () => {
    const owner = await newChannelOwner(world, "google-says-so");
    await world.control.atYouTube("projects", { client_id: world.google.client_id, limits: { "videos.insert": 0 } });
    const asset = await owner.uploaded(aFilm("google-says-so", 300_000));
    const destinations = [await owner.destination(), await owner.destination()];
    const deliveries = await owner.publish(asset, destinations);
    for (const { id } of deliveries) expect(await owner.waitsFor(id, "quota")).toMatchObject({ until: expect.any(String) });
    expect((await owner.asked("videos.insert")).map(({ status }) => status)).toEqual([403]);
  });
});
