import { z } from "@hono/zod-openapi";
import { parseAccountKey } from "#domain/publishing/account.ts";
import { DELIVERY_STATUSES, WAITING_REASONS, type Delivery } from "#domain/publishing/delivery.ts";
import type { ListedDelivery } from "#domain/publishing/delivery-directory.ts";
import { remoteUrlOf } from "#domain/publishing/shown-delivery.ts";
import { waitingWords, type WaitingFacts } from "#domain/publishing/waiting-words.ts";
import { videoDraftResource, videoDraftSchema } from "#api/routes/destinations/video-settings.ts";
import { exampleId, rfc3339, rfc3339OrNull, timeSchema } from "#api/schemas.ts";

const listedFields = {
  id: z.string().openapi({ example: exampleId("dlv") }),
  asset_id: z
    .string()
    .nullable()
    .openapi({ example: exampleId("ast") }),
  upload_id: z.string().openapi({ example: exampleId("upl") }),
  destination_id: z.string().openapi({ example: exampleId("dst") }),
  account: z.string().openapi({ example: "youtube:UCk8GzjMOrta8yxDcKfylJYw" }),
  title: z.string().openapi({ example: "Harvest" }),
  status: z.enum(DELIVERY_STATUSES).openapi({
    example: "waiting",
    description:
      "`committing`: its last bytes have left. `processing`: YouTube has it. `verified`: it is there, and it is what was sent. `unknown`: YouTube can't tell what became of it: look there, then resolve it.",
  }),
  remote_id: z.string().nullable().openapi({ example: null }),
  remote_url: z.string().nullable().openapi({ example: null }),
  created_at: timeSchema,
  changed_at: timeSchema,
  finished_at: timeSchema.nullable().openapi({ example: null }),
};

export const listedDeliverySchema = z
  .object({
    ...listedFields,
    waiting_reason: z.enum(WAITING_REASONS).nullable().openapi({ example: "turn" }),
    failure_code: z.string().nullable().openapi({ example: null }),
  })
  .openapi("ListedDelivery");

export const deliverySchema = z
  .object({
    ...listedFields,
    metadata: videoDraftSchema.openapi({ description: "Exactly what is published." }),
    priority: z.int().openapi({ example: 0 }),
    schedule_at: timeSchema.nullable().openapi({ example: null }),
    waiting_on: z
      .object({
        reason: z.enum(WAITING_REASONS).openapi({ example: "turn" }),
        sentence: z.string().openapi({ example: "3rd in line for this channel; 12 of today's 100 uploads are left." }),
        detail: z.string().nullable().openapi({ example: null, description: "What YouTube or an operator said." }),
        until: timeSchema.nullable().openapi({ example: null, description: "When it goes on by itself." }),
        position: z.int().nullable().openapi({ example: 3, description: "From 1; only while it waits for nothing but its turn." }),
      })
      .nullable(),
    progress: z
      .object({
        step: z.enum(["session", "bytes", "commit", "processing"]).openapi({ example: "bytes" }),
        fraction: z.number().min(0).max(1).nullable().openapi({ example: 0.4, description: "Of this step." }),
        bytes_done: z.int().openapi({ example: 41943040 }),
        bytes_total: z.int().openapi({ example: 104857600 }),
        rate_bps: z.int().nullable().openapi({ example: 80000000, description: "Bits per second." }),
        eta_seconds: z.int().nullable().openapi({ example: 6 }),
      })
      .nullable(),
    failure: z
      .object({
        code: z.string().openapi({ example: "youtube.upload_limit_exceeded" }),
        detail: z.string(),
        retryable: z.boolean().openapi({ description: "The same again may succeed." }),
      })
      .nullable()
      .openapi({ example: null }),
  })
  .openapi("Delivery");

type Common = Pick<Delivery, "id" | "destinationId" | "account" | "status" | "remoteId" | "createdAt" | "changedAt" | "finishedAt">;

const common = (delivery: Common) => ({
  id: delivery.id,
  destination_id: delivery.destinationId,
  account: delivery.account,
  status: delivery.status,
  remote_id: delivery.remoteId,
  remote_url: remoteUrlOf(delivery),
  created_at: rfc3339(delivery.createdAt),
  changed_at: rfc3339(delivery.changedAt),
  finished_at: rfc3339OrNull(delivery.finishedAt),
});

export const listedDeliveryResource = (delivery: ListedDelivery): z.input<typeof listedDeliverySchema> => ({
  ...common(delivery),
  asset_id: delivery.assetId,
  upload_id: delivery.uploadId,
  title: delivery.title,
  waiting_reason: delivery.waitingReason,
  failure_code: delivery.failureCode,
});

const BITS = 8;
const minutes = (epochMs: number): string => `${rfc3339(epochMs).slice(0, 16).replace("T", " ")} UTC`;

export const deliveryResource = (delivery: Delivery, uploadsLeft: WaitingFacts["uploadsLeft"] = null): z.input<typeof deliverySchema> => {
  const { waitingOn, progress } = delivery;
  return {
    ...common(delivery),
    asset_id: delivery.source.assetId,
    upload_id: delivery.source.uploadId,
    title: delivery.metadata.title,
    metadata: videoDraftResource(delivery.metadata),
    priority: delivery.priority,
    schedule_at: rfc3339OrNull(delivery.scheduleAt),
    waiting_on: waitingOn && {
      reason: waitingOn.reason,
      sentence: waitingWords(delivery, { uploadsLeft, time: minutes }) ?? "",
      detail: waitingOn.detail,
      until: rfc3339OrNull(waitingOn.until),
      position: waitingOn.position,
    },
    progress: progress && {
      step: progress.step,
      fraction: progress.fraction,
      bytes_done: progress.bytesDone,
      bytes_total: progress.bytesTotal,
      rate_bps: progress.bytesPerSecond === null ? null : Math.round(progress.bytesPerSecond * BITS),
      eta_seconds: progress.secondsLeft === null ? null : Math.ceil(progress.secondsLeft),
    },
    failure: delivery.failure && { ...delivery.failure },
  };
};

export const isYouTube = ({ account }: Pick<Delivery, "account">): boolean => parseAccountKey(account)?.kind === "youtube";
