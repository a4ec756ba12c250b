import { z } from "zod";
import { type ChannelInfo, UPLOAD_STATUSES, type VideoStatus } from "#domain/publishing/youtube/youtube.ts";

const text = z.string().optional().catch(undefined);
/** YouTube's JSON has its long numbers in quotation marks. */
const count = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
  .nullable()
  .catch(null);

const items = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item).default([]) });

const statusSchema = z.object({
  id: z.string().min(1),
  snippet: z.object({ channelId: z.string() }),
  status: z.object({
    // A state that we have not heard of is none that it ends in.
    uploadStatus: z.enum(UPLOAD_STATUSES).catch("uploaded"),
    failureReason: text,
    rejectionReason: text,
    privacyStatus: z.string().catch("private"),
    publishAt: text,
  }),
  contentDetails: z.object({ duration: text }).optional(),
  processingDetails: z
    .object({
      processingStatus: text,
      processingProgress: z.object({ partsTotal: count, partsProcessed: count }).optional().catch(undefined),
    })
    .optional(),
  fileDetails: z.object({ fileSize: count }).optional(),
});

export const STATUS_PARTS = "snippet,status,contentDetails,processingDetails,fileDetails";

export const videoList = items(statusSchema).transform(({ items: found }) => found.map(videoStatus));

function videoStatus({ id, snippet, status, contentDetails, processingDetails, fileDetails }: z.infer<typeof statusSchema>): VideoStatus {
  const { uploadStatus, failureReason, rejectionReason, privacyStatus, publishAt } = status;
  return {
    id,
    channelId: snippet.channelId,
    uploadStatus,
    reason: failureReason ?? rejectionReason ?? null,
    privacyStatus,
    publishAt: publishAt ?? null,
    processed: progressOf(processingDetails),
    processingStatus: processingDetails?.processingStatus ?? null,
    durationSeconds: secondsIn(contentDetails?.duration),
    fileSize: fileDetails?.fileSize ?? null,
  };
}

function progressOf(details: z.infer<typeof statusSchema>["processingDetails"]): number | null {
  if (details?.processingStatus === "succeeded") return 1;
  const { partsTotal = null, partsProcessed = null } = details?.processingProgress ?? {};
  return partsTotal === null || partsTotal === 0 || partsProcessed === null ? null : Math.min(1, partsProcessed / partsTotal);
}

/** ISO 8601 (`PT1H2M3S`, `P1DT1S`). `P0D` is what YouTube says as long as it does not know. */
export function secondsIn(duration: string | undefined): number | null {
  const match = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(duration ?? "");
  if (match === null || duration === "P0D") return null;
  const amounts = match.slice(1);
  if (amounts.every((amount) => amount === undefined)) return null;
  return amounts.reduce((sum, amount, unit) => sum + Number(amount ?? 0) * (SECONDS[unit] ?? 0), 0);
}

const SECONDS = [604_800, 86_400, 3_600, 60, 1];

const section = z.record(z.string(), z.unknown());

/** A video as it was written, to be written again. */
export const sectionList = items(z.object({ id: z.string(), snippet: section, status: section }));

const picture = z.object({ url: z.url() }).optional().catch(undefined);

export const channelList = items(
  z.object({
    id: z.string().min(1),
    snippet: z.object({ title: z.string(), thumbnails: z.object({ default: picture, medium: picture }).catch({}) }),
  }),
).transform(({ items: found }) =>
  found.map(({ id, snippet }): ChannelInfo => {
    const { title, thumbnails } = snippet;
    return { id, title, pictureUrl: (thumbnails.medium ?? thumbnails.default)?.url ?? null };
  }),
);

const itemSchema = z.object({ id: z.string().min(1), snippet: z.object({ resourceId: z.object({ videoId: z.string() }) }) });

export const playlistItem = itemSchema.transform(({ id, snippet }) => ({ itemId: id, videoId: snippet.resourceId.videoId }));

export const playlistItems = items(playlistItem)
  .extend({ nextPageToken: z.string().nullish() })
  .transform(({ items: found, nextPageToken }) => ({ items: found, nextPageToken: nextPageToken ?? null }));
