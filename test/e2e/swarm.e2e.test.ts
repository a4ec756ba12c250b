import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, expectStored, newCreator } from "./creator.ts";
import { aFilm, type Film, onDisk, shuffled } from "./film.ts";
import { expectAllHappened, onTheWay } from "./network.ts";
import { startModule } from "./program.ts";

const SENDERS = 4;
const LENGTH = 42_000_011;

const report = z.object({ attempts: z.int(), statuses: z.array(z.int()), codes: z.array(z.string()) });
type Report = z.infer<typeof report>;

describe("four processes that send ranges of one film in any order", () => {
  let world: LaunchedWorld;
  let creator: Creator;

  beforeAll(async () => {
    world = await launchWorld();
    creator = await newCreator(world, "swarm");
  });

  beforeEach(() => world.control.reset());

  afterAll(() => world.stop());

  /** Every sender takes every fourth of the shuffled ranges; the one at 0 comes last, so that most come out of order. */
  async function swarm(film: Film, url: string, partBytes: number): Promise<Report> {
    const starts = Array.from({ length: Math.ceil(LENGTH / partBytes) }, (_, at) => at * partBytes);
    const order = [...shuffled(starts.slice(1), film.name), 0].map((start) => `${start}-${Math.min(start + partBytes, LENGTH)}`);
    const file = onDisk(film);
    const ended = await Promise.all(
      Array.from({ length: SENDERS }, (_, sender) => {
        const mine = order.filter((_range, at) => at % SENDERS === sender);
        return startModule(new URL("./range-sender.ts", import.meta.url), url, file.path, creator.authorization, ...mine).ended;
      }),
    );
    file.remove();
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(ended.map(() => ({ code: 0, stderr: "" })));
    const reports = ended.map(({ stdout }) => report.parse(JSON.parse(stdout)));
    return {
      attempts: reports.reduce((sum, { attempts }) => sum + attempts, 0),
      statuses: reports.flatMap(({ statuses }) => statuses),
      codes: reports.flatMap(({ codes }) => codes),
    };
  }

  const open = (film: Film, sha256: string) => creator.open({ filename: film.name, content_type: "video/mp4", length: LENGTH, sha256 });

  test("together they bring it in, though connections break", async () => {
    const film = aFilm("swarm", LENGTH);
    const { id, upload_url: url, part_bytes: partBytes } = await open(film, film.sha256);
    const faults = [
      { kind: "reset", method: "PUT", after_bytes: 3_000_000 },
      { kind: "status", status: 503, method: "PUT" },
      { kind: "lost_reply", method: "PUT" },
      { kind: "cut", method: "PUT", after_bytes: 5_000_000 },
    ] as const;
    await onTheWay(world, ...faults);
    const { attempts, statuses } = await swarm(film, url, partBytes);
    await expectAllHappened(world);
    expect(attempts).toBeGreaterThanOrEqual(statuses.length + faults.length);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
    await expectStored(creator, id, film);
  });

  test("with a declared digest that is wrong by one bit nothing of it can ever be read", async () => {
    const film = aFilm("swarm-wrong", LENGTH);
    const wrong = Buffer.from(film.sha256, "hex");
    wrong[31] = (wrong[31] ?? 0) ^ 1;
    const known = new Set((await creator.assets()).map((asset) => asset.id));
    const { id, upload_url: url, part_bytes: partBytes } = await open(film, wrong.toString("hex"));

    const seen = { readable: [] as string[], looks: 0 };
    const look = async (): Promise<void> => {
      const [upload, assets] = await Promise.all([creator.upload(id), creator.assets()]);
      seen.looks += 1;
      const shown = assets.map((asset) => asset.id).filter((asset) => !known.has(asset));
      for (const asset of [...shown, ...(upload.asset_id === null ? [] : [upload.asset_id])]) {
        const content = await creator.send("GET", `/v1/assets/${asset}/content`, { headers: { Range: "bytes=0-0" } });
        seen.readable.push(`${asset}: ${content.status}`);
      }
    };
    await look();
    const watched = { over: false };
    const watching = (async () => {
      // Often enough, however fast the swarm is done.
      while (!watched.over || seen.looks <= 10) {
        await look();
        await sleep(25);
      }
    })();
    const { codes } = await swarm(film, url, partBytes);
    await expect.poll(async () => (await creator.upload(id)).status, { timeout: 20_000 }).toBe("failed");
    watched.over = true;
    await watching;
    await look();

    expect(codes).toContain("digest_mismatch");
    expect(new Set(codes).size).toBe(1);
    expect(await creator.upload(id)).toMatchObject({ status: "failed", failure_code: "digest_mismatch", asset_id: null });
    expect(seen.readable).toEqual([]);
    expect(seen.looks).toBeGreaterThan(10);
    expect((await creator.assets()).map((asset) => asset.id)).toEqual([...known]);
  });
});
