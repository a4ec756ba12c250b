import type { AssetId, EventId } from "#domain/ids.ts";
import type { DigestEngine } from "#domain/uploads/digests.ts";
import type { ObjectStore } from "#domain/uploads/object-store.ts";
import type { UploadProgress, UploadSessions } from "#domain/uploads/upload-session.ts";

/** What the directory is told about an asset; only ever replaced by a higher sequence. */
export type AssetRecord = {
  readonly progress: UploadProgress;
  readonly objectKey: string;
  readonly etag: string;
};

export type UploadEvent = {
  readonly id: EventId;
  readonly type: "upload.completed" | "upload.failed";
  /** RFC 3339 */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export type CallbackMessage = {
  readonly type: "deliver-callback";
  readonly v: 1;
  readonly request_id: string;
  readonly upload_id: string;
  readonly event: UploadEvent;
};

export interface SessionLog {
  line(
    level: "info" | "warn" | "error",
    message: string,
    fields: { request_id: string; upload_id: string; [field: string]: string | number | null },
  ): void;
}

/** What an upload session needs of the world. */
export type SessionServices = {
  readonly store: ObjectStore;
  readonly digests: DigestEngine;
  /** The directory (D1): idempotent, guarded by the sequence. */
  readonly directory: {
    putUpload(progress: UploadProgress): Promise<void>;
    /** Writes the asset together with the upload's row. */
    putAsset(record: AssetRecord): Promise<void>;
    /** The asset of this upload is deleted; its bytes are erased by whoever owns assets. */
    deleteAsset(progress: UploadProgress, assetId: AssetId, now: number): Promise<void>;
  };
  readonly callbacks: { send(message: CallbackMessage): Promise<void> };
  /** The media type that the first bytes show. */
  readonly sniff: (head: Uint8Array) => Promise<string>;
  readonly sessions: UploadSessions;
  readonly log: SessionLog;
  /** The pause before a store call is tried a second time, in milliseconds. */
  readonly storePauseMs: number;
  /** How long what still comes of a body that is not wanted is read off, in milliseconds. */
  readonly drainMs: number;
  readonly now: () => number;
  /** A ULID, lower case. */
  readonly ulid: () => string;
};
