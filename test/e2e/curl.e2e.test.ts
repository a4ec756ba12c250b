import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, expectStored, newCreator, receiptSchema, sendFrom } from "./creator.ts";
import { aFilm, type Film, onDisk, sha256Of } from "./film.ts";
import { run, start } from "./program.ts";

describe("curl", () => {
  let world: LaunchedWorld;
  let creator: Creator;

  beforeAll(async () => {
    world = await launchWorld();
    creator = await newCreator(world, "curl");
  });

  afterAll(() => world.stop());

  const curl = (...args: string[]) => run("curl", ["-sS", "-H", `Authorization: ${creator.authorization}`, ...args]);
  const urlOf = (name: string): string => `${world.url}/upload/${name}`;

  /** How much of an upload is here, of none too. */
  async function begun(name: string): Promise<number> {
    return (await creator.uploads()).some(({ filename }) => filename === name) ? offsetAsked(name) : 0;
  }

  async function offsetAsked(name: string): Promise<number> {
    const asked = await curl("-i", "-X", "PUT", "-H", "Content-Range: bytes */*", urlOf(name));
    expect(asked.stdout).toMatch(/^HTTP\/1\.1 308 /);
    expect(asked.stdout).not.toMatch(/^location:/im);
    return Number(/^range: bytes=0-(\d+)\r$/im.exec(asked.stdout)?.[1] ?? -1) + 1;
  }

  /** So slow that none of these attempts gets to the end, and each has twice the time of the one before. */
  const SLOWLY = ["--limit-rate", "300K"];
  const SECONDS = [1, 2, 4, 8, 16];

  async function expectResumed(film: Film, path: string): Promise<void> {
    const offset = await offsetAsked(film.name);
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThan(film.bytes.byteLength);
    const resumed = await curl("-T", path, "-C", String(offset), urlOf(film.name));
    const receipt = receiptSchema.parse(JSON.parse(resumed.stdout));
    await expectStored(creator, receipt.id, film);
  }

  test("sends a whole file, which is read back byte for byte", async () => {
    const film = aFilm("curl-whole", 10_000_019);
    const file = onDisk(film);
    const sent = await curl("-v", "-T", file.path, urlOf(film.name));
    file.remove();
    expect(sent.stderr).toMatch(/< HTTP\/1\.1 100 Continue/);
    const receipt = receiptSchema.parse(JSON.parse(sent.stdout));
    expect(receipt).toMatchObject({ size: film.bytes.byteLength, sha256: film.sha256 });
    const asset = await expectStored(creator, receipt.id, film);
    expect(asset.content_type).toBe("video/mp4");

    const part = await curl("-r", "8388600-8388615", `${world.url}/v1/assets/${asset.id}/content`, "-o", "-", "-w", "%{http_code}");
    expect(part.stdout.slice(-3)).toBe("206");
  });

  test("goes on where its time ran out", async () => {
    const film = aFilm("curl-max-time", 12_000_000);
    const file = onDisk(film);
    for (const seconds of SECONDS) {
      const cut = await curl(...SLOWLY, "--max-time", String(seconds), "-T", file.path, urlOf(film.name));
      expect(cut.code).toBe(28);
      if ((await begun(film.name)) > 0) break;
    }
    await expectResumed(film, file.path);
    file.remove();
  });

  test("goes on where it was killed", async () => {
    const film = aFilm("curl-killed", 12_000_000);
    const file = onDisk(film);
    const authorization = `Authorization: ${creator.authorization}`;
    for (const seconds of SECONDS) {
      const sending = start("curl", ["-sS", "-H", authorization, ...SLOWLY, "-T", file.path, urlOf(film.name)]);
      await sleep(seconds * 1000);
      sending.kill();
      expect((await sending.ended).signal).toBe("SIGKILL");
      if ((await begun(film.name)) > 0) break;
    }
    await expectResumed(film, file.path);
    file.remove();
  });

  test("is refused a body that is too large for one request, and sends it in two", async () => {
    const directory = mkdtempSync(join(tmpdir(), "sluice-large-"));
    const path = join(directory, "large.mp4");
    const bytes = Buffer.alloc(101_000_000, 7);
    writeFileSync(path, bytes);
    const before = await world.control.state();
    const refused = await curl("-T", path, "-w", "%{http_code}", "-o", "/dev/null", urlOf("large.mp4"));
    expect(refused.stdout).toBe("413");
    expect((await world.control.state()).edge.refused_413).toBe(before.edge.refused_413 + 1);
    expect((await creator.uploads()).filter(({ filename }) => filename === "large.mp4")).toEqual([]);

    truncateSync(path, 60_000_000);
    const film = { name: "large.mp4", bytes, sha256: sha256Of(bytes) };
    const first = await curl("-T", path, "-H", "Content-Range: bytes 0-59999999/101000000", "-w", "%{http_code}", urlOf(film.name));
    rmSync(directory, { recursive: true });
    expect(first.stdout).toBe("308");
    const second = await sendFrom(creator, urlOf(film.name), film, 60_000_000);
    expect(receiptSchema.parse(await second.json())).toMatchObject({ size: 101_000_000, sha256: film.sha256 });
  });
});
