import { z } from "zod";
import { idSchema } from "#domain/id-schema.ts";
import { accountSchema } from "#domain/publishing/account-schema.ts";
import { DELIVERY_STATUSES, WAITING_REASONS } from "#domain/publishing/delivery.ts";

/** Parsers of what is read back: old rows outlive the code that wrote them. */

export const deliveryAccountRow = z.object({ account: accountSchema });

export const deliveryRow = z.object({
  id: idSchema("dlv"),
  creatorId: idSchema("crt"),
  destinationId: idSchema("dst"),
  account: accountSchema,
  uploadId: idSchema("upl"),
  assetId: idSchema("ast").nullable(),
  status: z.enum(DELIVERY_STATUSES),
  waitingReason: z.enum(WAITING_REASONS).nullable(),
  failureCode: z.string().nullable(),
  remoteId: z.string().nullable(),
  title: z.string(),
  createdAt: z.number(),
  changedAt: z.number(),
  finishedAt: z.number().nullable(),
});

const PRIVACIES = ["public", "unlisted", "private"] as const;

export const destinationRow = z.object({
  id: idSchema("dst"),
  creatorId: idSchema("crt"),
  account: accountSchema,
  connectionId: idSchema("con"),
  name: z.string(),
  settings: z.object({
    title: z.string().exactOptional(),
    description: z.string().exactOptional(),
    tags: z.array(z.string()).exactOptional(),
    categoryId: z.string().exactOptional(),
    language: z.string().nullable().exactOptional(),
    privacy: z.enum(PRIVACIES).exactOptional(),
    publishAt: z.number().nullable().exactOptional(),
    madeForKids: z.boolean().exactOptional(),
  }),
  pausedAt: z.number().nullable(),
  createdAt: z.number(),
  sequence: z.number(),
});
