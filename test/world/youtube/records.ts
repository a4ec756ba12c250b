import { z } from "zod";

/** Everything is kept as JSON; times are epoch milliseconds of the world's clock, secrets are kept as their SHA-256. */
export const projectRecord = z.object({
  client_id: z.string(),
  secret_sha256: z.string(),
  api_key_sha256: z.string().nullable(),
  redirect_uris: z.array(z.string()),
  /** Google has audited it: its uploads may be public. */
  verified: z.boolean(),
  limits: z.object({ "videos.insert": z.int(), "search.list": z.int(), units: z.int() }),
});

export const channelRecord = z.object({
  id: z.string(),
  account: z.object({ sub: z.string(), email: z.string() }),
  title: z.string(),
  handle: z.string(),
  /** `none`: a Google account without a channel. */
  state: z.enum(["active", "suspended", "none"]),
  uploads_per_day: z.int().nullable(),
  created_at: z.int(),
});

export const grantRecord = z.object({
  id: z.string(),
  client_id: z.string(),
  channel_id: z.string(),
  scopes: z.array(z.string()),
  refresh_sha256: z.string().nullable(),
  created_at: z.int(),
});

export const codeRecord = z.object({
  sha256: z.string(),
  client_id: z.string(),
  channel_id: z.string(),
  scopes: z.array(z.string()),
  redirect_uri: z.string(),
  challenge: z.object({ method: z.enum(["S256", "plain"]), value: z.string() }).nullable(),
  /** Whether a refresh token comes with it. */
  lasting: z.boolean(),
  expires_at: z.int(),
});

export const tokenRecord = z.object({ sha256: z.string(), grant_id: z.string(), expires_at: z.int() });

/** What a client says of a video. */
const videoMetadata = z.object({
  snippet: z.object({
    title: z.string(),
    description: z.string(),
    tags: z.array(z.string()).exactOptional(),
    categoryId: z.string(),
    defaultLanguage: z.string().exactOptional(),
    defaultAudioLanguage: z.string().exactOptional(),
  }),
  status: z.object({
    privacyStatus: z.enum(["public", "unlisted", "private"]),
    publishAt: z.string().exactOptional(),
    license: z.enum(["youtube", "creativeCommon"]),
    embeddable: z.boolean(),
    publicStatsViewable: z.boolean(),
    selfDeclaredMadeForKids: z.boolean().exactOptional(),
    containsSyntheticMedia: z.boolean().exactOptional(),
  }),
  recordingDetails: z.object({ recordingDate: z.string().exactOptional() }).exactOptional(),
});

export const sessionRecord = z.object({
  /** The SHA-256 of its `upload_id`, which is a secret. */
  id: z.string(),
  client_id: z.string(),
  channel_id: z.string(),
  metadata: videoMetadata,
  parts: z.array(z.string()),
  total: z.int().nullable(),
  received: z.int(),
  status: z.enum(["open", "complete", "cancelled", "expired"]),
  video_id: z.string().nullable(),
  opened_at: z.int(),
});

export const processingOutcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("processed") }),
  z.object({ kind: z.literal("failed"), reason: z.string() }),
  z.object({ kind: z.literal("rejected"), reason: z.string() }),
  z.object({ kind: z.literal("stuck") }),
]);

export const videoRecord = z.object({
  id: z.string(),
  channel_id: z.string(),
  /** null: uploaded on YouTube itself. */
  client_id: z.string().nullable(),
  metadata: videoMetadata,
  /** The name of its bytes; null when nobody here uploaded it. */
  file: z.string().nullable(),
  size: z.int(),
  sha256: z.string().nullable(),
  duration_seconds: z.number(),
  uploaded_at: z.int(),
  published_at: z.int().nullable(),
  /** An unverified project's: private for good. */
  locked: z.boolean(),
  processing: z.object({ takes_ms: z.int(), outcome: processingOutcome }),
  thumbnail: z.object({ sha256: z.string(), type: z.string(), size: z.int() }).nullable(),
});

export const playlistRecord = z.object({
  id: z.string(),
  channel_id: z.string(),
  title: z.string(),
  description: z.string(),
  default_language: z.string().nullable(),
  privacy: z.enum(["public", "unlisted", "private"]),
  created_at: z.int(),
});

export const itemRecord = z.object({
  id: z.string(),
  playlist_id: z.string(),
  video_id: z.string(),
  position: z.int(),
  note: z.string().nullable(),
  added_at: z.int(),
});

export const captionRecord = z.object({
  id: z.string(),
  video_id: z.string(),
  language: z.string(),
  name: z.string(),
  is_draft: z.boolean(),
  size: z.int(),
  sha256: z.string(),
  updated_at: z.int(),
});

/** One request as it passed: `ended_at` is when its reply was out, or its connection gone (then without a status). */
export const exchangeRecord = z.object({
  at: z.string(),
  ended_at: z.string(),
  method: z.string(),
  path: z.string(),
  operation: z.string().nullable(),
  status: z.int().nullable(),
  reason: z.string().nullable(),
  client_id: z.string().nullable(),
  channel_id: z.string().nullable(),
  session_id: z.string().nullable(),
  video_id: z.string().nullable(),
  content_range: z.string().nullable(),
  range: z.string().nullable(),
  bytes: z.int(),
  fault: z.string().nullable(),
});

export type Project = z.infer<typeof projectRecord>;
export type Channel = z.infer<typeof channelRecord>;
export type Grant = z.infer<typeof grantRecord>;
export type Code = z.infer<typeof codeRecord>;
export type VideoMetadata = z.infer<typeof videoMetadata>;
export type Session = z.infer<typeof sessionRecord>;
export type ProcessingOutcome = z.infer<typeof processingOutcome>;
export type Video = z.infer<typeof videoRecord>;
export type Playlist = z.infer<typeof playlistRecord>;
export type PlaylistItem = z.infer<typeof itemRecord>;
export type Caption = z.infer<typeof captionRecord>;
export type ExchangeRecord = z.infer<typeof exchangeRecord>;
