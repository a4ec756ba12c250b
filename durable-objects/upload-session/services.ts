import type { AssetJobs } from "#domain/assets/jobs.ts";
import type { EventLog, EventRelays } from "#domain/events/event-log.ts";
import type { Log } from "#domain/log.ts";
import type { Look } from "#domain/media/media-info.ts";
import type { DigestEngine } from "#domain/uploads/digests.ts";
import type { ObjectStore } from "#domain/uploads/object-store.ts";
import type { SessionProjection } from "#domain/uploads/session-projection.ts";
import type { UploadSessions } from "#domain/uploads/upload-session.ts";

/** What an upload session needs of the world. */
export type SessionServices = {
  readonly store: ObjectStore;
  readonly digests: DigestEngine;
  /** The directory (D1): idempotent, guarded by the sequence; events go into the log with the rows that they speak of. */
  readonly directory: SessionProjection;
  /** For events that speak of nothing that the directory has to be told. */
  readonly events: Pick<EventLog, "append">;
  readonly relays: Pick<EventRelays, "wake">;
  /** A job that is lost is found by the clock. */
  readonly jobs: AssetJobs;
  /** The media type that the first bytes show. */
  readonly sniff: (head: Uint8Array) => Promise<string>;
  /** What the first `bytes` of a file (fewer where it ends before) show; null when nobody wants to know. */
  readonly early: { readonly bytes: number; readonly look: (head: Uint8Array, length: number | null) => Look | null };
  readonly sessions: UploadSessions;
  readonly log: Log;
  /** The pause before a store call is tried a second time, in milliseconds. */
  readonly storePauseMs: number;
  /** How long what still comes of a body that is not wanted is read off, in milliseconds. */
  readonly drainMs: number;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly chance: () => number;
  /** A ULID, lower case. */
  readonly ulid: () => string;
};
