import { describe, expect, test } from "vitest";
import { keyframesKeyOf, readKeyframes } from "#domain/assets/keyframe-list.ts";
import { expectDescribed } from "#test/contracts/event-data.ts";
import { aDeletion, anAsset, newId, NOW } from "#test/fakes/builders.ts";
import { collectedLog } from "#test/fakes/collected-log.ts";
import { fakeObjectStore } from "#test/fakes/fake-object-store.ts";
import { memoryAssets } from "#test/fakes/memory-directory.ts";
import { inspectAsset } from "../../workers/queue/inspect-asset.ts";
import { consume } from "../../workers/queue/consume.ts";
import { aFilm, FORMATS } from "../fixtures/films.ts";

async function withFilm(film?: Uint8Array) {
  const bytes = film ?? (await aFilm(FORMATS.mp4End(), { frames: 100, gop: 20 }));
  const asset = anAsset({ size: bytes.length });
  const [assets, media, log] = [memoryAssets(), fakeObjectStore(), collectedLog()];
  await assets.put(asset);
  await media.putNew(
    asset.objectKey,
    { length: bytes.length, chunks: () => [bytes] },
    { uploadId: asset.uploadId, contentType: "video/mp4" },
  );
  const time = { now: NOW };
  const woken: string[] = [];
  const relays = {
    wake: async (creatorId: string) => {
      woken.push(creatorId);
    },
  };
  const services = { assets, media, log, relays, clock: { now: () => time.now, newId } };
  const message = { creator_id: asset.creatorId, asset_id: asset.id, request_id: newId("req") };
  const inspection = async () => {
    const found = await assets.find(asset.creatorId, asset.id);
    return found.state === "stored" ? found.asset.inspection : null;
  };
  const listed = () => {
    const stored = media.objects.get(keyframesKeyOf(asset.objectKey));
    return stored === undefined ? null : readKeyframes(new TextDecoder().decode(stored.bytes));
  };
  return { asset, services, woken, time, message, inspection, listed };
}

describe("looking into an asset", () => {
  test("writes down what it is, and its keyframes beside it", async () => {
    const { asset, services, woken, message, inspection, listed } = await withFilm();
    await inspectAsset(services, message, 1);
    expect(woken).toEqual([asset.creatorId]);
    expect(await inspection()).toMatchObject({
      look: {
        status: "read",
        info: { container: "mp4", index: { place: "end" }, video: [{ codec: "avc" }], durationSeconds: expect.closeTo(4, 1) },
      },
      keyframes: { count: 5, everyFrame: false, complete: true },
      at: NOW,
    });
    expect(listed()).toEqual({ v: 1, complete: true, seconds: [0, 0.8, 1.6, 2.4, 3.2] });
  });

  test("reads nothing of what has been looked into", async () => {
    const { services, message, inspection } = await withFilm();
    await inspectAsset(services, message, 1);
    const first = await inspection();
    const read = () => Promise.reject(new Error("nothing is to be read"));
    await inspectAsset({ ...services, media: { ...services.media, read } }, message, 1);
    expect(await inspection()).toEqual(first);
  });

  test("tells of it with its verdicts", async () => {
    const { asset, services, message } = await withFilm();
    const told: { data: unknown }[] = [];
    const assets = {
      ...services.assets,
      inspected: async (...[name, inspection, news]: Parameters<typeof services.assets.inspected>) => {
        told.push(news);
        return services.assets.inspected(name, inspection, news);
      },
    };
    await inspectAsset({ ...services, assets }, message, 1);
    expectDescribed({ type: "asset.inspected", data: told[0]?.data });
    expect(told).toMatchObject([
      {
        requestId: message.request_id,
        data: {
          asset_id: asset.id,
          upload_id: asset.uploadId,
          look: {
            status: "read",
            verdicts: [{ destination: "youtube" }, { destination: "joystream", reasons: [{ code: "index_at_end" }] }, {}],
          },
          keyframes: { count: 5, every_frame: false, complete: true },
        },
      },
    ]);
  });

  test("is done once, however often it is asked for", async () => {
    const { services, time, message, inspection } = await withFilm();
    await inspectAsset(services, message, 1);
    time.now += 1;
    await Promise.all([inspectAsset(services, message, 1), inspectAsset(services, message, 2)]);
    expect((await inspection())?.at).toBe(NOW);
  });

  test("ends in a verdict for what is no media", async () => {
    const { services, message, inspection, listed } = await withFilm(new TextEncoder().encode("<svg onload=alert(1)>".padEnd(3_000)));
    await inspectAsset(services, message, 1);
    expect(await inspection()).toEqual({ look: { status: "unreadable", reason: "not_media" }, keyframes: null, at: NOW });
    expect(listed()).toBeNull();
  });

  test("ends in a verdict for a file that ended its reader twice, without reading it a third time", async () => {
    const { services, message, inspection } = await withFilm();
    const unread = { ...services, media: { ...services.media, read: () => Promise.reject(new Error("it was read")) } };
    await inspectAsset(unread, message, 3);
    expect((await inspection())?.look).toEqual({ status: "unreadable", reason: "gave_up" });
  });

  test("ends in a verdict when the object is gone", async () => {
    const { asset, services, message, inspection } = await withFilm();
    await services.media.delete(asset.objectKey);
    await inspectAsset(services, message, 1);
    expect((await inspection())?.look).toEqual({ status: "unreadable", reason: "gave_up" });
    expect(services.log.lines).toContainEqual(expect.objectContaining({ level: "error", event: "the object of an asset is gone" }));
  });

  test("leaves it to the clock when the storage is away or too slow", async () => {
    const { services, time, message, inspection } = await withFilm(await aFilm(FORMATS.mp4End(), { frames: 100, frameBytes: 6_000 }));
    const away = { ...services, media: { ...services.media, read: () => Promise.reject(new Error("R2 is away")) } };
    await expect(inspectAsset(away, message, 1)).rejects.toThrow("R2 is away");
    const read = services.media.read;
    const slow = {
      ...services,
      media: {
        ...services.media,
        read: (...range: Parameters<typeof read>) => {
          time.now += 60_001;
          return read(...range);
        },
      },
    };
    await expect(inspectAsset(slow, message, 1)).rejects.toThrow("too slowly");
    expect(await inspection()).toBeNull();
    expect((await services.assets.toInspect(NOW + 1, 9)).map(({ id }) => id)).toEqual([message.asset_id]);
  });

  test("leaves no list behind when the asset was deleted meanwhile", async () => {
    const { asset, services, message, listed } = await withFilm();
    const media = {
      ...services.media,
      putNew: async (...put: Parameters<typeof services.media.putNew>) => {
        const object = await services.media.putNew(...put);
        await services.assets.delete(asset.creatorId, asset.id, aDeletion());
        return object;
      },
    };
    await inspectAsset({ ...services, media }, message, 1);
    expect(listed()).toBeNull();
  });

  test("comes by message, and a message that fails is let go: the clock sends another", async () => {
    const { services, message, inspection } = await withFilm();
    const body = { type: "inspect-asset", v: 1, ...message };
    let acks = 0;
    const batch = { messages: [{ body, attempts: 1, ack: () => (acks += 1) }] };
    await consume(batch, { ...services, media: { ...services.media, read: () => Promise.reject(new Error("R2 is away")) } });
    expect([acks, await inspection()]).toEqual([1, null]);
    expect(services.log.lines).toContainEqual(
      expect.objectContaining({ event: "message failed", message_type: "inspect-asset", asset_id: message.asset_id }),
    );
    await consume(batch, services);
    expect(acks).toBe(2);
    expect((await inspection())?.look.status).toBe("read");
  });

  test.each([
    ["of an older version", { type: "inspect-asset", v: 0 }],
    ["of a kind that nobody knows", { type: "inspect-everything", v: 1 }],
    ["that is no object", "inspect-asset"],
  ])("lets a message go %s", async (_what, body) => {
    const { services } = await withFilm();
    let acks = 0;
    await consume({ messages: [{ body, attempts: 1, ack: () => (acks += 1) }] }, services);
    expect(acks).toBe(1);
    expect(services.log.lines).toMatchObject([{ level: "error", event: "message not understood" }]);
  });
});
