import { describe, expect, it } from "vitest";
import { accepted } from "#domain/publishing/answer.ts";
import type { DeliveryId } from "#domain/ids.ts";
import type { VideoStatus } from "#domain/publishing/youtube/youtube.ts";
import { newId } from "#test/fakes/builders.ts";
import { aVideo } from "#test/fakes/publishing-builders.ts";
import { refusal } from "./carrier.ts";
import { CHECK_MS, DAY, Rig } from "./rig.ts";

const [SOON, LATER] = CHECK_MS;

async function published(videos: Record<string, Partial<VideoStatus> | null> = {}): Promise<{ rig: Rig; id: DeliveryId }> {
  const rig = await Rig.begun();
  rig.videos = (ids) => accepted(ids.flatMap((id) => (videos[id] === null ? [] : [aVideo(id, videos[id])])));
  const [id = newId("dlv")] = await rig.accepted({});
  await rig.carry("v1");
  return { rig, id };
}
const processing: Partial<VideoStatus> = { uploadStatus: "uploaded", processed: 0.25 };

describe("what YouTube has", () => {
  it("is looked at soon, then more and more rarely, until it is what was sent", async () => {
    const videos: Record<string, Partial<VideoStatus>> = { v1: processing };
    const { rig, id } = await published(videos);
    expect(rig.asked).toEqual([]);
    await rig.pass(SOON);
    expect(rig.asked).toEqual([["v1"]]);
    expect(await rig.view(id)).toMatchObject({ status: "processing", progress: { step: "processing", fraction: 0.25 }, finishedAt: null });
    await rig.pass(SOON);
    expect(rig.asked).toHaveLength(2);
    await rig.pass(LATER - 1);
    expect(rig.asked).toHaveLength(2);
    videos["v1"] = {};
    await rig.pass(1);
    expect(await rig.view(id)).toMatchObject({ status: "verified", finishedAt: rig.now, failure: null });
    await rig.pass(DAY);
    expect(rig.asked).toHaveLength(3);
    expect(rig.quota).toEqual(Array.from({ length: 3 }, () => ["reserve videos.list", "settle 1"]).flat());
  });

  it.each<[string, Partial<VideoStatus> | null, string, string]>([
    ["failed", { uploadStatus: "failed", reason: "codec" }, "youtube.failed_codec", "YouTube can't read its codec."],
    ["rejected", { uploadStatus: "rejected", reason: "termsOfUse" }, "youtube.rejected_terms_of_use", "terms of use"],
    ["deleted", { uploadStatus: "deleted" }, "youtube.deleted_deleted", "deleted on YouTube"],
    ["missing", null, "youtube.video_missing", "no longer has the video"],
    ["another file", { fileSize: 999 }, "youtube.video_differs", "999 bytes"],
  ])("ends with a reason in words when it is %s", async (_, video, code, words) => {
    const { rig, id } = await published({ v1: video });
    await rig.pass(SOON);
    expect(await rig.view(id)).toMatchObject({
      status: "failed",
      failure: { code, detail: expect.stringContaining(words), retryable: false },
      remoteId: "v1",
    });
    expect(rig.events.at(-1)).toMatchObject({ type: "delivery.failed", data: { failure: { code } } });
  });

  it("is given up after two days, not before", async () => {
    const { rig, id } = await published({ v1: processing });
    await rig.pass(2 * DAY);
    expect(await rig.statuses([id])).toEqual(["processing"]);
    await rig.pass(2 * LATER);
    expect(await rig.view(id)).toMatchObject({ status: "failed", failure: { code: "youtube.processing_stuck" } });
  });

  it("is looked at again when somebody asks for that, and not sent again", async () => {
    const videos: Record<string, Partial<VideoStatus> | null> = { v1: null };
    const { rig, id } = await published(videos);
    await rig.pass(SOON);
    videos["v1"] = {};
    await rig.stub.retry(rig.creatorId, id);
    await rig.pass(SOON);
    expect(await rig.statuses([id])).toEqual(["verified"]);
    expect(rig.carriages).toHaveLength(1);
  });
});

describe("the question", () => {
  it("is one for fifty videos of the account, whatever destination they are for", async () => {
    const rig = await Rig.begun();
    for (let each = 0; each < 51; each += 1) {
      await rig.accepted({ destinationId: newId("dst") });
      await rig.carry(`v${each}`);
    }
    rig.asked.length = 0;
    await rig.pass(SOON);
    expect(rig.asked.map((ids) => ids.length)).toEqual([50, 1]);
    expect(new Set(rig.asked.flat()).size).toBe(51);
  });

  it("waits for quota, and tells the ledger when YouTube says that there is none", async () => {
    const { rig, id } = await published();
    rig.quotaLeft = false;
    await rig.pass(SOON);
    expect([rig.asked, rig.quota]).toEqual([[], ["reserve videos.list"]]);
    rig.quotaLeft = true;
    const answers = rig.videos;
    rig.videos = () => ({ kind: "refused", refusal: refusal("quota", { bucket: "units" }) });
    await rig.pass(LATER);
    expect(rig.quota.slice(1)).toEqual(["reserve videos.list", "settle 1", "exhausted units"]);
    expect(await rig.statuses([id])).toEqual(["processing"]);
    rig.videos = answers;
    await rig.pass(LATER);
    expect(await rig.statuses([id])).toEqual(["verified"]);
  });

  it("is asked with another grant when the first is no longer good, and says nothing of a video while nobody can be asked", async () => {
    const rig = await Rig.begun();
    const ids = await rig.accepted({}, { connectionId: newId("con") });
    rig.tokenOf = () => false;
    for (const video of ["v1", "v2"]) await rig.carry(video);
    await rig.pass(3 * DAY);
    expect(rig.asked).toEqual([]);
    expect(await rig.statuses(ids)).toEqual(["processing", "processing"]);
    rig.tokenOf = (connectionId) => connectionId !== rig.connectionId;
    await rig.pass(LATER);
    expect(rig.asked).toEqual([["v1", "v2"]]);
    expect(await rig.statuses(ids)).toEqual(["verified", "verified"]);
  });

  it("has a token renewed that YouTube refuses", async () => {
    const { rig, id } = await published();
    rig.videos = () => ({ kind: "refused", refusal: refusal("reauth") });
    await rig.pass(SOON);
    expect(rig.tokensAsked).toEqual([
      { connectionId: rig.connectionId, fresh: false },
      { connectionId: rig.connectionId, fresh: true },
    ]);
    expect(await rig.statuses([id])).toEqual(["processing"]);
  });
});

it("forgets after thirty days what came to nothing, and never what went out", async () => {
  const { rig, id } = await published();
  await rig.pass(SOON);
  const [cancelled] = await rig.accepted({});
  if (cancelled === undefined) throw new Error("nothing was accepted");
  await rig.stub.cancel(rig.creatorId, cancelled);
  await rig.pass(30 * DAY - 1);
  expect(await rig.statuses([id, cancelled])).toEqual(["verified", "cancelled"]);
  await rig.pass(1);
  expect(await rig.stub.view(rig.creatorId, cancelled)).toEqual({ ok: false, error: { code: "delivery_not_found" } });
  expect(await rig.statuses([id])).toEqual(["verified"]);
  expect(await rig.alarmAt()).toBeNull();
});
