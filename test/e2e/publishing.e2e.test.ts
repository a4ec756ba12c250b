import { Mp4OutputFormat } from "mediabunny";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { aFilm as aPlayableFilm } from "#test/fixtures/films.ts";
import type { FaultRequest } from "#test/world/faults.ts";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type ChannelOwner, newChannelOwner, until } from "./channel-owner.ts";
import { asOperator, problemOf } from "./creator.ts";
import { aFilm, sha256Of } from "./film.ts";

const MIB = 1024 * 1024;
/** A first chunk of 8 MiB and a last one. */
const TWO_CHUNKS = 9_000_000;

type YouTubeFault = Extract<FaultRequest, { peer: "youtube" }>;
type WithoutPeer<T> = T extends unknown ? Omit<T, "peer" | "channel_id"> : never;
type Fault = WithoutPeer<YouTubeFault>;

// Each has a channel of its own, and most of its time is a pause.
describe.concurrent("a delivery", () => {
  let world: LaunchedWorld;

  beforeAll(async () => {
    world = await launchWorld();
    await world.control.atYouTube("settings", { processing_ms: 100 });
  });
  afterAll(() => world.stop());

  async function goesWrong({ channelId }: ChannelOwner, ...faults: readonly Fault[]): Promise<void> {
    for (const fault of faults) await world.control.fault({ peer: "youtube", channel_id: channelId, ...fault });
  }
  const pending = async ({ channelId }: ChannelOwner) =>
    (await world.control.faults()).filter((each) => "channel_id" in each && each["channel_id"] === channelId);
  const allHappened = (owner: ChannelOwner) =>
    until(
      "what was to go wrong has",
      () => pending(owner),
      (faults) => faults.length === 0,
    );
  const atOnce = async ({ channelId }: ChannelOwner) =>
    (await world.control.state()).youtube.channels.find(({ id }) => id === channelId)?.max_concurrent_uploads;

  /** One of a film of its own. */
  async function published(owner: ChannelOwner, name: string, length = TWO_CHUNKS, body: object = {}) {
    const film = aFilm(name, length);
    const asset = await owner.uploaded(film);
    const destination = await owner.destination();
    const [delivery] = await owner.publish(asset, [destination], body);
    return { film, asset, destination, id: delivery?.id ?? "" };
  }

  test("goes out once, as it is, under the words that were asked for, and tells of it", async () => {
    const owner = await newChannelOwner(world, "once");
    const hook = await owner.creator.sendJson("POST", "/v1/webhooks", {
      url: `${world.app}/webhooks/once`,
      types: ["delivery.created", "delivery.published", "delivery.verified"],
    });
    const { secret } = z.looseObject({ secret: z.string() }).parse(await hook.json());
    await fetch(`${world.app}/webhooks/once`, { method: "PUT", body: JSON.stringify({ secrets: [secret] }) });

    const bytes = Buffer.from(await aPlayableFilm(new Mp4OutputFormat(), { frames: 100 }));
    const film = { name: "Harvest 2026.mp4", bytes, sha256: sha256Of(bytes) };
    const asset = await owner.uploaded(film);
    const destination = await owner.destination({ privacy: "unlisted", tags: ["vineyard"] });
    const metadata = { description: "Filmed in September." };

    const dry = await owner.creator.sendJson("POST", `/v1/assets/${asset}/deliveries`, {
      deliveries: [{ destination_id: destination }],
      metadata,
      dry_run: true,
    });
    expect([dry.status, await dry.json()]).toMatchObject([200, { data: [{ metadata: { title: "Harvest 2026", privacy: "unlisted" } }] }]);
    expect(await owner.asked("videos.insert")).toEqual([]);

    const [delivery] = await owner.publish(asset, [destination], { metadata });
    const id = delivery?.id ?? "";
    expect((await owner.publish(asset, [destination])).map((each) => each.id)).toEqual([id]);
    const done = await owner.becomes(id, "verified");
    const [video, ...others] = await owner.videos();
    expect(others).toEqual([]);
    expect(video).toMatchObject({
      title: "Harvest 2026",
      description: "Filmed in September.",
      tags: ["vineyard"],
      privacy_status: "unlisted",
      sha256: film.sha256,
      status: "processed",
    });
    expect(done).toMatchObject({
      remote_id: video?.id,
      remote_url: `https://youtu.be/${video?.id ?? ""}`,
      waiting_on: null,
      failure: null,
    });
    expect(await owner.asked("videos.insert")).toHaveLength(1);

    const told = ["delivery.created", "delivery.started", "delivery.published", "delivery.verified"];
    const history = await until(
      "it is told",
      () => owner.history(id),
      (types) => types.includes("delivery.verified"),
    );
    expect([...new Set(history)]).toEqual(told);
    const received = async () => (await world.control.state()).app.webhooks.filter(({ receiver }) => receiver === "once");
    const heard = (await until("the receiver has it", received, ({ length }) => length === 3)).toSorted(
      (a, b) => (a.sequence ?? 0) - (b.sequence ?? 0),
    );
    expect(heard.map(({ type, verified }) => [type, verified])).toEqual(
      told.filter((type) => !type.endsWith("started")).map((type) => [type, [true]]),
    );
    expect(heard.at(-1)?.data).toMatchObject({ delivery_id: id, status: "verified", remote_id: video?.id });
  });

  test("has the channel to itself, whatever destination it is for", async () => {
    const owner = await newChannelOwner(world, "one-at-a-time");
    const destinations = [await owner.destination(), await owner.destination({ privacy: "public" })];
    const films = ["first", "second", "third"].map((name) => aFilm(`one-at-a-time-${name}`, TWO_CHUNKS));
    const ids: string[] = [];
    for (const film of films) ids.push(...(await owner.publish(await owner.uploaded(film), destinations)).map(({ id }) => id));
    for (const id of ids) await owner.becomes(id, "verified");

    const videos = await owner.videos();
    expect(videos.map(({ sha256 }) => sha256)).toEqual(films.flatMap(({ sha256 }) => [sha256, sha256]));
    expect(videos.map(({ privacy_status: privacy }) => privacy).toSorted()).toEqual([
      ...Array(3).fill("private"),
      ...Array(3).fill("public"),
    ]);
    expect(await atOnce(owner)).toBe(1);
    const sent = await owner.asked("upload");
    const turns = ids.map((_, index) => videos[index]?.id);
    expect(sent.flatMap(({ video_id: video }) => video ?? [])).toEqual(turns);
    for (const [index, { at }] of sent.entries()) expect(at >= (sent[index - 1]?.ended_at ?? "")).toBe(true);
  });

  /** What goes wrong, and how many uploads are opened for it. */
  const MATRIX: readonly (readonly [string, readonly Fault[], number])[] = [
    ["the opening of the upload is refused", [{ operation: "videos.insert", kind: "status", status: 503 }], 1],
    ["the answer to the opening is lost", [{ operation: "videos.insert", kind: "lost_reply" }], 2],
    ["the token is not taken", [{ operation: "videos.insert", kind: "status", status: 401, reason: "authError" }], 1],
    ["a chunk is answered by 503", [{ operation: "upload", kind: "status", status: 503 }], 1],
    ["the answer to a chunk is lost", [{ operation: "upload", kind: "lost_reply" }], 1],
    ["a chunk is cut", [{ operation: "upload", kind: "reset", after_bytes: 3 * MIB + 7 }], 1],
    ["less than a chunk is taken", [{ operation: "upload", kind: "short_range", after_bytes: 2 * MIB }], 1],
    ["nothing of a chunk is taken", [{ operation: "upload", kind: "short_range", after_bytes: 0 }], 1],
    ["the upload is forgotten on the way", [{ operation: "upload", kind: "expired_session" }], 2],
    ["the last chunk is answered by 503", [{ operation: "upload", on: "final", kind: "status", status: 503 }], 1],
    ["the answer to the last chunk is lost", [{ operation: "upload", on: "final", kind: "lost_reply" }], 1],
    ["the last chunk is cut", [{ operation: "upload", on: "final", kind: "reset", after_bytes: 300_000 }], 1],
    ["less than the last chunk is taken", [{ operation: "upload", on: "final", kind: "short_range", after_bytes: 262_144 }], 1],
    [
      "nobody knows where it stands at first",
      [
        { operation: "upload", on: "final", kind: "lost_reply" },
        { operation: "upload.query", kind: "status", status: 500 },
        { operation: "upload.query", kind: "lost_reply" },
      ],
      1,
    ],
    [
      "the upload is forgotten while nobody was looking",
      [
        { operation: "upload", kind: "lost_reply" },
        { operation: "upload.query", kind: "expired_session" },
      ],
      2,
    ],
    [
      "it can't be seen how the video fares",
      [
        { operation: "videos.list", kind: "status", status: 503 },
        { operation: "videos.list", kind: "lost_reply" },
        { operation: "videos.list", kind: "reset" },
      ],
      1,
    ],
  ];

  describe("is one video", () => {
    test.for(MATRIX)("though %s", async ([name, faults, uploads]) => {
      const owner = await newChannelOwner(world, name.replaceAll(" ", "-").replaceAll("'", ""));
      await goesWrong(owner, ...faults);
      const { film, id } = await published(owner, name);
      await owner.becomes(id, "verified");
      expect(await pending(owner)).toEqual([]);
      expect(await owner.videos()).toMatchObject([{ sha256: film.sha256, size: film.bytes.byteLength }]);
      expect(await owner.sessions()).toHaveLength(uploads);
      expect(await atOnce(owner)).toBe(1);
    });
  });

  test("is left to a person when YouTube forgets what its last bytes went to", async () => {
    const owner = await newChannelOwner(world, "forgotten");
    await goesWrong(owner, { operation: "upload", on: "final", kind: "expired_session" });
    const { film, id } = await published(owner, "forgotten");
    await owner.becomes(id, "unknown");
    expect(await problemOf(await owner.order(id, "cancel"))).toMatchObject({ code: "delivery_too_late" });
    expect((await owner.order(id, "resolve", { published: false })).status).toBe(200);
    await owner.becomes(id, "verified");
    expect(await owner.videos()).toMatchObject([{ sha256: film.sha256 }]);
    const told = ["delivery.unknown", "delivery.waiting", "delivery.started", "delivery.published", "delivery.verified"];
    await until(
      "it is told",
      () => owner.history(id),
      (types) => told.every((type) => types.includes(type)),
    );
  });

  test("keeps its place while the channel has to be connected again", async () => {
    const owner = await newChannelOwner(world, "revoked");
    const destination = await owner.destination();
    await world.control.atYouTube("grants/revoke", { channel_id: owner.channelId });
    const films = [aFilm("revoked-first", 300_000), aFilm("revoked-second", 300_000)];
    const ids: string[] = [];
    for (const film of films) ids.push(...(await owner.publish(await owner.uploaded(film), [destination])).map(({ id }) => id));
    for (const id of ids)
      expect(await owner.waitsFor(id, "reauth")).toMatchObject({ sentence: expect.stringContaining("Connect it again") });
    expect(await owner.videos()).toEqual([]);
    await owner.connect();
    for (const id of ids) await owner.becomes(id, "verified");
    expect((await owner.videos()).map(({ sha256 }) => sha256)).toEqual(films.map(({ sha256 }) => sha256));
  });

  test("waits in words when the channel has had its uploads", async () => {
    const owner = await newChannelOwner(world, "no-more", { uploads_per_day: 0 });
    const { id } = await published(owner, "no-more", 300_000);
    expect(await owner.waitsFor(id, "quota")).toMatchObject({ detail: expect.stringContaining("upload"), until: expect.any(String) });
    expect((await owner.order(id, "cancel")).status).toBe(200);
    expect(await owner.videos()).toEqual([]);
  });

  test.for([
    [{ operation: "processing", kind: "failed", reason: "codec" }, "youtube.failed_codec", "YouTube can't read its codec."],
    [{ operation: "processing", kind: "rejected", reason: "duplicate" }, "youtube.rejected_duplicate", "YouTube has this video already."],
  ] as const)("ends with YouTube's reason when processing ends as %o", async ([fault, code, detail]) => {
    const owner = await newChannelOwner(world, code.replace(/\W/g, "-"));
    await goesWrong(owner, fault);
    const { id } = await published(owner, code, 300_000);
    expect(await owner.becomes(id, "failed")).toMatchObject({ failure: { code, detail, retryable: false } });
    await until(
      "it is told",
      () => owner.history(id),
      (types) => types.at(-1) === "delivery.failed",
    );
  });

  test("that is cancelled at ninety percent is no video", async () => {
    const owner = await newChannelOwner(world, "ninety");
    const cutAt = 8 * MIB - 256 * 1024;
    await goesWrong(
      owner,
      { operation: "upload", kind: "reset", after_bytes: cutAt },
      { operation: "upload.query", kind: "status", status: 503, retry_after_seconds: 3600 },
    );
    const { id } = await published(owner, "ninety");
    await allHappened(owner);
    expect(await owner.waitsFor(id, "backoff")).toMatchObject({ sentence: expect.stringMatching(/^YouTube did not take it yet/) });
    expect(await owner.sessions()).toMatchObject([{ received: cutAt, total: TWO_CHUNKS, status: "open" }]);
    expect((await owner.order(id, "cancel")).status).toBe(200);
    await until(
      "its upload is given up",
      () => owner.sessions(),
      ([session]) => session?.status === "cancelled",
    );
    expect(await owner.videos()).toEqual([]);
    expect((await owner.delivery(id)).status).toBe("cancelled");
  });

  test("that is cancelled while its bytes are on their way stops them, and the next goes", async () => {
    const owner = await newChannelOwner(world, "stopped");
    await goesWrong(owner, { operation: "upload", kind: "timeout" });
    const { id } = await published(owner, "stopped");
    await allHappened(owner);
    expect((await owner.order(id, "cancel")).status).toBe(200);
    const next = await published(owner, "stopped-next", 300_000);
    await owner.becomes(next.id, "verified");
    expect(await owner.videos()).toMatchObject([{ sha256: next.film.sha256 }]);
    expect((await owner.sessions()).map(({ status }) => status)).toEqual(["cancelled", "complete"]);
    expect(await atOnce(owner)).toBe(1);
  });

  test("stands while its destination is paused, and lets others pass", async () => {
    const owner = await newChannelOwner(world, "paused");
    const paused = await owner.destination();
    expect((await owner.creator.send("POST", `/v1/destinations/${paused}/pause`)).status).toBe(200);
    const film = aFilm("paused", 300_000);
    const asset = await owner.uploaded(film);
    const [standing, passing] = await owner.publish(asset, [paused, await owner.destination({ privacy: "public" })]);
    expect(await owner.waitsFor(standing?.id ?? "", "paused")).toMatchObject({ sentence: "Publishing there is paused." });
    await owner.becomes(passing?.id ?? "", "verified");
    expect((await owner.creator.send("POST", `/v1/destinations/${paused}/resume`)).status).toBe(200);
    await owner.becomes(standing?.id ?? "", "verified");
    expect((await owner.videos()).map(({ privacy_status: privacy }) => privacy)).toEqual(["public", "private"]);
  });

  test("does not begin where an operator has turned publishing off, and says why", async () => {
    const owner = await newChannelOwner(world, "switched-off");
    const key = `publishing:youtube:${owner.channelId}`;
    await asOperator(world, "PUT", `/v1/operator/switches/${key}`, { reason: "The channel has a strike." });
    const { id } = await published(owner, "switched-off", 300_000);
    expect(await owner.waitsFor(id, "paused")).toMatchObject({ sentence: "Publishing is paused: The channel has a strike." });
    expect(await owner.asked("videos.insert")).toEqual([]);
    expect((await owner.order(id, "cancel")).status).toBe(200);
  });
});
