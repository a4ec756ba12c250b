import type { Clock } from "#domain/clock.ts";
import type { UploadId } from "#domain/ids.ts";
import type { Log } from "#domain/log.ts";
import type { UploadDirectory } from "#domain/uploads/directory.ts";
import type { UploadSessions } from "#domain/uploads/upload-session.ts";

export type ResyncPorts = {
  readonly uploads: UploadDirectory;
  readonly sessions: UploadSessions;
  readonly clock: Clock;
  readonly log: Log;
};

/** `unknown`: no session stands behind it (any more), so what the directory says of it stays. */
export type Resynced = "rebuilt" | "unknown" | "failed";

/** Asks the owner of an upload, who writes both of its rows again. */
export async function resync({ uploads, sessions, clock, log }: ResyncPorts, id: UploadId): Promise<Resynced> {
  try {
    if ((await sessions.get(id).sweep()) !== null) return "rebuilt";
    const row = await uploads.find(id);
    if (row !== null) await uploads.expireOrphan({ id, creatorId: row.creatorId, dueAt: row.expiresAt }, clock.now());
    return "unknown";
  } catch (cause) {
    log.error("upload not resynced", { upload_id: id, cause });
    return "failed";
  }
}
