import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, newCreator, sendFrom } from "./creator.ts";
import { EventReader } from "./event-reader.ts";
import { aFilm, type Film } from "./film.ts";
import { start } from "./program.ts";

const STREAM = "/v1/events/stream";
/** What was not told before a kill is told by an alarm, or by the minute's clock. */
const AFTER_A_KILL = { timeout: 90_000, interval: 100 };
const SOON = { timeout: 20_000, interval: 50 };

const eventSchema = z.looseObject({ id: z.string(), type: z.string(), sequence: z.int(), resource: z.string(), cursor: z.string() });
type LoggedEvent = z.infer<typeof eventSchema>;
const pageSchema = z.object({ data: z.array(eventSchema), has_more: z.boolean(), next_cursor: z.string().nullable() });
const paceSchema = z.object({
  upload_id: z.string(),
  offset: z.int(),
  length: z.int(),
  rate_bps: z.number(),
  eta_seconds: z.number().nullable(),
});

describe("a stream of events", () => {
  let world: LaunchedWorld;

  beforeAll(async () => {
    world = await launchWorld();
  });

  afterAll(() => world.stop());

  function listen(creator: Creator, query = ""): EventReader {
    const reader = new EventReader();
    const stopped = new AbortController();
    onTestFinished(() => stopped.abort());
    void reader.follow(
      (headers, signal) =>
        fetch(`${world.url}${STREAM}${query}`, { signal, headers: { ...headers, Authorization: creator.authorization } }),
      stopped.signal,
    );
    return reader;
  }

  async function logOf(creator: Creator): Promise<LoggedEvent[]> {
    const events = [];
    for (let after = ""; ;) {
      const reply = await creator.send("GET", `/v1/events?limit=100${after}`);
      const page = pageSchema.parse(await reply.json());
      events.push(...page.data);
      if (!page.has_more) return events;
      after = `&after=${page.next_cursor ?? ""}`;
    }
  }

  /** Once each, in the order of the log, under its cursors: of what is logged, what is wanted. */
  async function expectSameAsLog(creator: Creator, { heard }: EventReader, isWanted: (event: LoggedEvent) => boolean): Promise<void> {
    const both = async (): Promise<{ told: string[]; logged: string[] }> => {
      const wanted = (await logOf(creator)).filter(isWanted);
      const told = heard.map(({ id, data }) => `${id ?? "none"} ${JSON.stringify(eventSchema.parse(data))}`);
      return { told, logged: wanted.map((event) => `${event.cursor} ${JSON.stringify(event)}`) };
    };
    await expect.poll(async () => both().then(({ told, logged }) => told.join() === logged.join()), AFTER_A_KILL).toBe(true);
    const { told, logged } = await both();
    expect(told).toEqual(logged.slice(0, told.length));
  }

  const finished = (events: readonly { readonly type: string }[]): number =>
    events.filter(({ type }) => type === "upload.completed" || type === "upload.cancelled").length;

  const open = (creator: Creator, film: Film) =>
    creator.open({ filename: film.name, content_type: "video/mp4", length: film.bytes.byteLength, sha256: film.sha256 });

  async function upload(creator: Creator, film: Film): Promise<string> {
    const { id, upload_url: url } = await open(creator, film);
    expect((await sendFrom(creator, url, film, 0)).status).toBe(200);
    return id;
  }

  test("tells what happens, with how far an upload is meanwhile", async () => {
    const creator = await newCreator(world, "listening");
    const reader = listen(creator, "?progress=true");
    await expect.poll(() => reader.lastEventId, SOON).not.toBeNull();

    const film = aFilm("event-stream-progress", 40_000_000);
    const { id, upload_url: url } = await open(creator, film);
    await expect.poll(() => reader.of("upload.created"), SOON).toHaveLength(1);
    const offsets = () => reader.of("upload.progress").map(({ data }) => paceSchema.parse(data).offset);
    const piece = 8 * 1024 * 1024;
    for (let at = 0; at < film.bytes.byteLength; at += piece) {
      const end = Math.min(at + piece, film.bytes.byteLength);
      const headers = { "Content-Range": `bytes ${at}-${end - 1}/${film.bytes.byteLength}` };
      expect((await creator.send("PUT", url, { headers, body: film.bytes.subarray(at, end) })).ok || end < film.bytes.byteLength).toBe(
        true,
      );
      // What is read once a second would pass over a piece that is followed at once.
      if (end < film.bytes.byteLength) await expect.poll(() => offsets().at(-1), SOON).toBe(end);
    }
    await expect.poll(() => reader.of("upload.completed"), SOON).toHaveLength(1);

    expect(reader.of("upload.completed")[0]?.data).toMatchObject({ type: "upload.completed", resource: id });
    const paces = reader.of("upload.progress").map(({ data }) => paceSchema.parse(data));
    expect(new Set(paces.map(({ upload_id: of }) => of))).toEqual(new Set([id]));
    expect(offsets()).toEqual(offsets().toSorted((a, b) => a - b));
    expect(paces.some(({ rate_bps: rate, eta_seconds: eta }) => rate > 0 && eta !== null && eta > 0)).toBe(true);
    expect(reader.of("upload.progress").every(({ id: cursor }) => cursor === null)).toBe(true);
  });

  test("misses nothing and tells nothing twice, though the Worker is killed again and again", async () => {
    const creator = await newCreator(world, "killed");
    const [all, completed] = [listen(creator), listen(creator, "?type=upload.completed")];
    await expect.poll(() => [all.lastEventId, completed.lastEventId], SOON).not.toContain(null);
    const film = aFilm("event-stream-kills", 100_000);
    const ids: string[] = [];
    for (let round = 0; round < 3; round++) {
      ids.push(await upload(creator, film), await upload(creator, film));
      const opened = await open(creator, film);
      ids.push(opened.id);
      await world.control.killWorker();
      expect((await creator.send("DELETE", `/v1/uploads/${opened.id}`)).status).toBe(204);
    }
    await expect.poll(async () => finished(await logOf(creator)), AFTER_A_KILL).toBe(ids.length);
    // What is found out about an asset may come later: heard and logged are compared until they agree.
    await expectSameAsLog(creator, all, () => true);
    await expectSameAsLog(creator, completed, ({ type }) => type === "upload.completed");
    const told = all.of("upload.created").map(({ data }) => eventSchema.parse(data).resource);
    expect(told.toSorted()).toEqual(ids.toSorted());
    expect(completed.heard).toHaveLength(6);
    expect([all.streams, completed.streams].every((streams) => streams > 1)).toBe(true);
  });

  test("begins wherever somebody wants it to, in the log that lies before it", async () => {
    const creator = await newCreator(world, "late");
    const film = aFilm("event-stream-late", 1_000);
    const ids = [await upload(creator, film), await upload(creator, film)];
    await expect.poll(async () => finished(await logOf(creator)), SOON).toBe(2);
    const first = (await logOf(creator))[0]?.cursor ?? "";
    const late = listen(creator, `?after=${first}`);
    const ofOne = listen(creator, `?after=${first}&resource=${ids[1] ?? ""}`);
    await expectSameAsLog(creator, late, ({ cursor }) => cursor > first);
    await expectSameAsLog(creator, ofOne, ({ resource }) => resource === ids[1]);
    await upload(creator, film);
    await expect.poll(() => late.of("upload.completed").length, SOON).toBe(3);
    expect(ofOne.of("upload.completed")).toHaveLength(1);
  });

  test("can be watched with curl", async () => {
    const creator = await newCreator(world, "curl");
    const curl = start("curl", ["-sN", "-H", `Authorization: ${creator.authorization}`, `${world.url}${STREAM}`]);
    onTestFinished(() => curl.kill());
    await expect.poll(() => curl.printed(), SOON).toMatch(/^retry: 2000\nid: [0-9a-z]+\n\n/);
    const id = await upload(creator, aFilm("event-stream-curl", 1_000));
    await expect.poll(() => curl.printed(), SOON).toMatch(/event: upload.completed\ndata: {.*}\n\n/);
    expect(curl.printed()).toMatch(new RegExp(`\\n\\nid: [0-9a-z]+\\nevent: upload.created\\ndata: {.*"resource":"${id}".*}\\n\\n`));
  });
});
