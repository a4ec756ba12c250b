import { z } from "zod";
import { METHOD_NAMES, OTHER_OPERATIONS } from "./operations.ts";

const times = z.int().min(1).max(1_000_000).default(1);

const request = {
  peer: z.literal("youtube"),
  operation: z.enum([...METHOD_NAMES, ...OTHER_OPERATIONS]),
  /** Only what is asked on behalf of this channel. */
  channel_id: z.string().optional(),
  /** Only a request that carries an upload's last byte. */
  on: z.literal("final").optional(),
  times,
};

const processing = { peer: z.literal("youtube"), operation: z.literal("processing"), channel_id: z.string().optional(), times };

/**
 * What can go wrong at YouTube. Of a request: `status` before any effect, with Google's body for a `reason` that is known;
 * `lost_reply` after it; `reset` (RST) when so many bytes of the body have come, which count as received as far as they go;
 * `short_range` keeps that many bytes of a chunk and says so; `expired_session` forgets the session; `timeout` never answers.
 * Of the next video's processing: it fails, is rejected, or never ends.
 */
export const youtubeFault = z.discriminatedUnion("kind", [
  z.strictObject({
    ...request,
    kind: z.literal("status"),
    status: z.int().min(200).max(599).optional(),
    reason: z.string().optional(),
    retry_after_seconds: z.int().min(0).optional(),
    body: z.json().optional(),
  }),
  z.strictObject({ ...request, kind: z.literal("delay"), delay_ms: z.int().min(0).max(3_600_000) }),
  z.strictObject({ ...request, kind: z.literal("reset"), after_bytes: z.int().min(0).default(0) }),
  z.strictObject({ ...request, operation: z.literal("upload"), kind: z.literal("short_range"), after_bytes: z.int().min(0).default(0) }),
  z.strictObject({ ...request, operation: z.enum(["upload", "upload.query"]), kind: z.literal("expired_session") }),
  z.strictObject({ ...request, kind: z.literal("lost_reply") }),
  z.strictObject({ ...request, kind: z.literal("timeout") }),
  z.strictObject({ ...processing, kind: z.literal("failed"), reason: z.string().default("conversion") }),
  z.strictObject({ ...processing, kind: z.literal("rejected"), reason: z.string().default("duplicate") }),
  z.strictObject({ ...processing, kind: z.literal("stuck") }),
]);

export type YouTubeFault = z.infer<typeof youtubeFault>;
export type RequestFault = Exclude<YouTubeFault, { operation: "processing" }>;

export type YouTubeOccasion = { readonly operation: YouTubeFault["operation"]; readonly channelId: string | null; readonly final: boolean };

export function concernsYouTube(fault: YouTubeFault, { operation, channelId, final }: YouTubeOccasion): boolean {
  if (fault.operation !== operation) return false;
  if (fault.channel_id !== undefined && fault.channel_id !== channelId) return false;
  return !("on" in fault) || fault.on === undefined || final;
}
