import type { DeliverySpec, Delivery } from "#domain/publishing/delivery.ts";
import type { Destination } from "#domain/publishing/destination.ts";
import type { VideoMetadata } from "#domain/publishing/youtube/metadata.ts";
import type { VideoStatus } from "#domain/publishing/youtube/youtube.ts";
import { newId, NOW } from "./builders.ts";

const metadata: VideoMetadata = {
  title: "Harvest",
  description: "",
  tags: [],
  categoryId: "22",
  language: null,
  privacy: "private",
  publishAt: null,
  madeForKids: false,
};

export const aDestination = (changes: Partial<Destination> = {}): Destination => ({
  id: newId("dst"),
  creatorId: newId("crt"),
  account: "youtube:UC-films",
  connectionId: newId("con"),
  name: "Zoë's films",
  settings: {},
  pausedAt: null,
  createdAt: NOW,
  sequence: 1,
  ...changes,
});

export const aDeliverySpec = (changes: Partial<DeliverySpec> = {}): DeliverySpec => ({
  id: newId("dlv"),
  creatorId: newId("crt"),
  destinationId: newId("dst"),
  connectionId: newId("con"),
  source: {
    uploadId: newId("upl"),
    assetId: newId("ast"),
    objectKey: "media/film",
    size: 1000,
    contentType: "video/mp4",
    durationSeconds: 60,
  },
  metadata,
  priority: 0,
  scheduleAt: null,
  createdAt: NOW,
  requestId: newId("req"),
  ...changes,
});

export const aDelivery = (changes: Partial<Delivery> = {}): Delivery => {
  const { requestId: _, ...spec } = aDeliverySpec();
  return {
    ...spec,
    account: "youtube:UC-films",
    status: "waiting",
    waitingOn: { reason: "turn", detail: null, until: null, position: 1 },
    progress: null,
    failure: null,
    remoteId: null,
    changedAt: NOW,
    finishedAt: null,
    sequence: 1,
    ...changes,
  };
};

export const aVideo = (id: string, changes: Partial<VideoStatus> = {}): VideoStatus => ({
  id,
  channelId: "UC-films",
  uploadStatus: "processed",
  reason: null,
  privacyStatus: "private",
  publishAt: null,
  processed: null,
  processingStatus: "succeeded",
  durationSeconds: 60,
  fileSize: 1000,
  ...changes,
});
