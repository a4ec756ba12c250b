import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, newCreator, sendFrom } from "./creator.ts";
import { aFilm, shuffled } from "./film.ts";

const eventSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  sequence: z.int(),
  resource: z.string(),
  data: z.record(z.string(), z.unknown()),
  cursor: z.string(),
});
const pageSchema = z.object({ data: z.array(eventSchema), has_more: z.boolean(), next_cursor: z.string().nullable() });
type Event = z.infer<typeof eventSchema>;

const FATES = ["completed", "completed", "cancelled", "failed", "deleted", "left"] as const;
type Fate = (typeof FATES)[number];

const HISTORY: Record<Fate, readonly string[]> = {
  completed: ["upload.created", "upload.completed"],
  deleted: ["upload.created", "upload.completed"],
  cancelled: ["upload.created", "upload.cancelled"],
  failed: ["upload.created", "upload.failed"],
  left: ["upload.created"],
};

/** What a file was found to be is told too: at most once, and by a killed Worker perhaps not at all. */
const isLook = ({ type }: Event): boolean => type.endsWith(".inspected");

/** Until the Worker that was killed is back. */
async function insisting<T>(work: () => Promise<T>): Promise<T> {
  for (let turn = 0; ; turn++) {
    try {
      return await work();
    } catch (cause) {
      if (turn === 240) throw cause;
      await sleep(250);
    }
  }
}

describe("the log of what happened", () => {
  let world: LaunchedWorld;
  let creator: Creator;

  beforeAll(async () => {
    world = await launchWorld();
    creator = await newCreator(world, "events");
  });

  afterAll(() => world.stop());

  /** Read to its end, three at a time. */
  async function everything(): Promise<Event[]> {
    const events: Event[] = [];
    for (let next: string | null = null; ;) {
      const reply = await creator.send("GET", `/v1/events?limit=3${next === null ? "" : `&after=${next}`}`);
      if (!reply.ok) throw new Error(`GET /v1/events answered ${reply.status}`);
      const page = pageSchema.parse(await reply.json());
      events.push(...page.data);
      if (!page.has_more) return events;
      next = page.next_cursor;
    }
  }

  async function meets(fate: Fate, name: string): Promise<{ id: string; fate: Fate; assetId: string | null }> {
    const film = aFilm(`events-${name}`, 400_000);
    const sha256 = fate === "failed" ? "0".repeat(64) : film.sha256;
    const { id, upload_url: url } = await insisting(async () => {
      const reply = await creator.sendJson(
        "POST",
        "/v1/uploads",
        { filename: film.name, length: film.bytes.byteLength, sha256 },
        { "Idempotency-Key": name },
      );
      if (!reply.ok) throw new Error(`POST /v1/uploads answered ${reply.status}: ${await reply.text()}`);
      return z.looseObject({ id: z.string(), upload_url: z.string() }).parse(await reply.json());
    });
    const status = async (): Promise<string> => (await creator.upload(id)).status;
    if (fate === "left") return { id, fate, assetId: null };
    if (fate === "cancelled") {
      await insisting(async () => {
        await creator.send("DELETE", `/v1/uploads/${id}`);
        expect(await status()).toBe("cancelled");
      });
      return { id, fate, assetId: null };
    }
    await insisting(async () => {
      const { offset, status: before } = await creator.upload(id);
      if (before === "receiving") await sendFrom(creator, url, film, offset);
      expect(["completed", "failed"]).toContain(await status());
    });
    const assetId = (await creator.upload(id)).asset_id;
    if (fate === "deleted") {
      await insisting(async () => {
        const reply = await creator.send("DELETE", `/v1/assets/${assetId ?? ""}`);
        expect([204, 410]).toContain(reply.status);
      });
    }
    return { id, fate, assetId };
  }

  test("is the history of every upload, though the Worker was killed again and again", { timeout: 120_000 }, async () => {
    const fates = shuffled([...FATES, ...FATES, ...FATES], "fates").map((fate, index) => meets(fate, `${fate}-${index}`));
    for (let kill = 0; kill < 3; kill++) {
      await sleep(300);
      await world.control.killWorker();
      await insisting(() => creator.uploads());
    }
    const met = await Promise.all(fates);
    const expected =
      met.length * 2 - FATES.filter((fate) => fate === "left").length * 3 + FATES.filter((fate) => fate === "deleted").length * 3;
    await expect
      .poll(() => insisting(async () => (await everything()).filter((event) => !isLook(event)).length), { timeout: 60_000, interval: 500 })
      .toBe(expected);

    const everythingTold = await everything();
    const events = everythingTold.filter((event) => !isLook(event));
    const looks = everythingTold.filter(isLook).map(({ resource }) => resource);
    expect(new Set(looks).size).toBe(looks.length);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const ofOne of Map.groupBy(everythingTold, ({ resource }) => resource).values()) {
      const sequences = ofOne.map(({ sequence }) => sequence);
      expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
    }
    expect(events.map(({ cursor }) => cursor)).toEqual([...new Set(events.map(({ cursor }) => cursor))].toSorted());
    for (const { id, fate, assetId } of met) {
      const told = events.filter(({ resource }) => resource === id);
      expect(told.map(({ type }) => type)).toEqual(HISTORY[fate]);
      if (assetId !== null) expect(told[1]?.data).toMatchObject({ asset_id: assetId });
      if (fate === "deleted")
        expect(events.filter(({ resource }) => resource === assetId).map(({ type }) => type)).toEqual(["asset.deleted"]);
    }

    // The receiver hears of what is its business, of each under its own id.
    const ofUploads = events.filter(({ type }) => type === "upload.completed" || type === "upload.failed").map(({ id }) => id);
    const heard = async (): Promise<Set<string>> => new Set((await world.control.state()).app.callbacks.map(({ id }) => id));
    const unheard = async (): Promise<string[]> => {
      const known = await heard();
      return ofUploads.filter((id) => !known.has(id));
    };
    await expect.poll(unheard, { timeout: 75_000, interval: 500 }).toEqual([]);
    expect(await world.control.cron("* * * * *")).toMatchObject({ status: 200 });
  });
});
