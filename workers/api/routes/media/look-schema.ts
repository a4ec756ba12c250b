import { z } from "@hono/zod-openapi";
import { shownLook } from "#domain/assets/shown-look.ts";
import type { Examined } from "#domain/assets/verdicts.ts";
import { AUDIO_CODECS, CHROMAS, CONTAINERS, CURVES, INDEX_PLACES, UNREADABLE, VIDEO_CODECS } from "#domain/media/media-info.ts";
import { rfc3339, timeSchema } from "#api/schemas.ts";

const videoExample = {
  codec: "hevc" as const,
  tag: "hvc1",
  profile: "Main 10",
  level: "5.1",
  bit_depth: 10,
  chroma: "4:2:0" as const,
  hdr: "pq" as const,
  width: 3840,
  height: 2160,
  rotation: 0 as const,
  frame_rate: 25,
  encrypted: false,
};
const audioExample = { codec: "aac" as const, tag: "mp4a", profile: "LC", channels: 2, sample_rate: 48000, encrypted: false };

const text = z.string().nullable();
const count = z.int().nullable();

const videoSchema = z.object({
  codec: z.enum(VIDEO_CODECS),
  tag: text.openapi({ description: "The container's own name of the codec." }),
  profile: text,
  level: text,
  bit_depth: count,
  chroma: z.enum(CHROMAS).nullable(),
  hdr: z.enum(CURVES).nullable().openapi({ description: "The curve that makes it high dynamic range." }),
  width: count,
  height: count,
  rotation: z
    .union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)])
    .openapi({ description: "How a player turns it, clockwise." }),
  frame_rate: z.number().nullable(),
  encrypted: z.boolean(),
});

const audioSchema = z.object({
  codec: z.enum(AUDIO_CODECS),
  tag: text,
  profile: text,
  channels: count,
  sample_rate: count,
  encrypted: z.boolean(),
});

const mediaSchema = z
  .object({
    container: z.enum(CONTAINERS),
    brand: text,
    index: z
      .object({ place: z.enum(INDEX_PLACES), at: count })
      .nullable()
      .openapi({ description: "Where the index (`moov`) of an MP4 or MOV lies, or has to; null for other containers." }),
    duration_seconds: z.number().nullable(),
    video: z.array(videoSchema),
    audio: z.array(audioSchema),
    created_at: timeSchema.nullable().openapi({ description: "As the file says; clocks of cameras lie." }),
    encoder: text,
    device: text,
  })
  .openapi("Media", {
    example: {
      container: "mp4",
      brand: "isom",
      index: { place: "end", at: 104_000_000 },
      duration_seconds: 63.2,
      video: [videoExample],
      audio: [audioExample],
      created_at: "2026-11-20T11:58:00.000Z",
      encoder: null,
      device: "Apple iPhone 17",
    },
  });

const verdictSchema = z
  .object({
    destination: z.enum(["youtube", "joystream", "s3"]),
    verdict: z.enum(["plays", "accepted", "needs_transcode", "refused", "unknown"]),
    reasons: z.array(z.object({ code: z.string(), detail: z.string() })),
  })
  .openapi("Verdict", {
    example: {
      destination: "joystream",
      verdict: "needs_transcode",
      reasons: [{ code: "codec_not_playable", detail: "HEVC 10-bit: Joystream's viewers can play it nowhere one could rely on." }],
    },
  });

export const lookFields = {
  status: z.enum(["read", "partial", "unreadable"]).openapi({ description: "`partial`: what was at hand shows no more." }),
  reason: z.enum(UNREADABLE).nullable().openapi({ description: "Why it is unreadable." }),
  media: mediaSchema.nullable(),
  verdicts: z.array(verdictSchema).openapi({ description: "What each kind of destination makes of the file as it is." }),
};

export const lookSchema = z
  .object(lookFields)
  .openapi("Look", { description: "What the first megabytes show; null until they have come in." });

export const lookResource = (examined: Examined): z.input<typeof lookSchema> => shownLook(examined, rfc3339);
