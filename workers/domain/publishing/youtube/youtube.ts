import type { Answer } from "#domain/publishing/answer.ts";
import type { VideoMetadata } from "./metadata.ts";

/** Where a resumable upload stands. */
export type Standing =
  /** `offset` is what YouTube has: the next byte that it wants. */
  { readonly state: "open"; readonly offset: number } | { readonly state: "complete"; readonly videoId: string };

/** One chunk: `end` is exclusive; `total` is null as long as nobody knows it. */
export type Chunk = {
  readonly start: number;
  readonly end: number;
  readonly total: number | null;
  readonly body: ReadableStream<Uint8Array>;
  /** Nothing of it may leave any more. */
  readonly signal?: AbortSignal;
};

export const UPLOAD_STATUSES = ["uploaded", "processed", "failed", "rejected", "deleted"] as const;

/** A video as `videos.list` tells of it. */
export type VideoStatus = {
  readonly id: string;
  readonly channelId: string;
  readonly uploadStatus: (typeof UPLOAD_STATUSES)[number];
  /** `failureReason` or `rejectionReason`, as YouTube writes it: `codec`, `duplicate`. */
  readonly reason: string | null;
  readonly privacyStatus: string;
  readonly publishAt: string | null;
  /** How much of it has been processed, 0 to 1; null when YouTube does not tell. */
  readonly processed: number | null;
  readonly processingStatus: string | null;
  readonly durationSeconds: number | null;
  /** What YouTube knows of the file that it was sent. */
  readonly fileSize: number | null;
};

export type ChannelInfo = { readonly id: string; readonly title: string; readonly pictureUrl: string | null };

/** YouTube's Data API and its resumable uploads. A method costs what its name says in `workers/domain/quota/`; counting is the caller's. */
export interface YouTube {
  /** `videos.insert`: begins a resumable upload and answers with its address, a capability. Counted as one insert whatever comes of it. */
  openUpload(
    accessToken: string,
    video: { readonly metadata: VideoMetadata; readonly size: number | null; readonly contentType: string },
  ): Promise<Answer<{ readonly uploadUrl: string }>>;
  /**
   * Asks where an upload stands; `total` as far as it is known. Refused as `gone` when there is no such upload any more. The question
   * completes an upload that has every byte, once YouTube knows the total: who must not publish yet keeps the last byte back.
   */
  standing(uploadUrl: string, total: number | null): Promise<Answer<Standing>>;
  /**
   * Sends one chunk: a multiple of 256 KiB unless it is the last. An empty one with the total ends an upload whose length was not known.
   * A body that fails, or that is not as long as the chunk, ends the request: `unknown`. So does its signal.
   */
  send(uploadUrl: string, chunk: Chunk): Promise<Answer<Standing>>;
  /** Gives an upload up, so that no video comes of it. Refused as `gone` when YouTube has forgotten it, or has made a video of it already. */
  abandon(uploadUrl: string): Promise<Answer<null>>;

  /** At most 50 ids of the token's own channel; those that YouTube does not know are left out. */
  videos(accessToken: string, ids: readonly string[]): Promise<Answer<readonly VideoStatus[]>>;
  /** Read, merge, write: only if something differs. `changed`: it was written. */
  update(accessToken: string, id: string, metadata: VideoMetadata): Promise<Answer<{ readonly changed: boolean }>>;
  /** Refused as `gone` when it is not there (any more). */
  remove(accessToken: string, id: string): Promise<Answer<null>>;
  /** The channels that the grant is for. */
  channels(accessToken: string): Promise<Answer<readonly ChannelInfo[]>>;
  setThumbnail(
    accessToken: string,
    id: string,
    image: { readonly contentType: string; readonly size: number; readonly body: ReadableStream<Uint8Array> },
  ): Promise<Answer<null>>;
}
