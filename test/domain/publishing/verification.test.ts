import { expect, test } from "vitest";
import { idOf } from "#domain/ids.ts";
import type { DeliverySource } from "#domain/publishing/delivery.ts";
import { differenceTo } from "#domain/publishing/youtube/verification.ts";
import type { VideoStatus } from "#domain/publishing/youtube/youtube.ts";

const source: DeliverySource = {
  uploadId: idOf("upl", "0".repeat(26)),
  assetId: idOf("ast", "0".repeat(26)),
  objectKey: "k",
  size: 1000,
  contentType: "video/mp4",
  durationSeconds: 61.4,
};
const video: VideoStatus = {
  id: "v",
  channelId: "c",
  uploadStatus: "processed",
  reason: null,
  privacyStatus: "private",
  publishAt: null,
  processed: null,
  processingStatus: "succeeded",
  durationSeconds: 61,
  fileSize: 1000,
};

test.each<[string, Partial<VideoStatus>, Partial<DeliverySource>, string | null]>([
  ["the same", {}, {}, null],
  ["what YouTube does not tell", { durationSeconds: null, fileSize: null }, {}, null],
  ["a file that nobody could read", { durationSeconds: 5 }, { durationSeconds: null }, null],
  ["two seconds", { durationSeconds: 63 }, {}, null],
  ["three seconds", { durationSeconds: 65 }, {}, "On YouTube the video lasts 65 seconds, and the file 61."],
  ["another file", { fileSize: 999 }, {}, "YouTube has a file of 999 bytes, and 1000 were sent."],
])("%s", (_, seen, sent, difference) => {
  expect(differenceTo({ ...source, ...sent }, { ...video, ...seen })).toBe(difference);
});
