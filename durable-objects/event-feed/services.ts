import type { CreatorId, UploadId } from "#domain/ids.ts";
import type { Log } from "#domain/log.ts";
import type { UploadSessions } from "#domain/uploads/upload-session.ts";

/** What a feed needs of the world. */
export type FeedServices = {
  readonly sessions: UploadSessions;
  /** The newest uploads of the creator that are receiving, at most `limit`: one query. */
  readonly openUploads: (creatorId: CreatorId, limit: number) => Promise<readonly UploadId[]>;
  readonly log: Log;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};
