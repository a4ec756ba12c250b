import type { AuditStamp } from "#domain/audit/audit.ts";
import type { CreatorId, UploadId } from "#domain/ids.ts";
import type { DueUpload, UploadDirectory } from "#domain/uploads/directory.ts";
import type { UploadSessions } from "#domain/uploads/upload-session.ts";

type Ports = { readonly uploads: UploadDirectory; readonly sessions: UploadSessions };

/** In one request: each costs a call of its session. */
const MOST = 200;

type Open = { readonly id: UploadId; readonly creatorId: CreatorId };

/** Cancels what is being received, and leaves what is being put together: that has every byte and goes through. */
export async function stopUploads(
  { uploads, sessions }: Ports,
  creatorId: CreatorId | null,
  { requestId }: AuditStamp,
): Promise<{ readonly stopped: number; readonly isAll: boolean }> {
  const open = creatorId === null ? await openOfAll(uploads) : await openOf(uploads, creatorId);
  let stopped = 0;
  for (const upload of open.slice(0, MOST)) {
    const session = sessions.get(upload.id);
    const cancelled = await session.cancel({ requestId, access: { by: "creator", creatorId: upload.creatorId }, completedToo: false });
    if (!cancelled.ok) continue;
    // The next request has to find it gone from the list.
    await uploads.put(cancelled.value);
    stopped += 1;
  }
  return { stopped, isAll: open.length <= MOST };
}

async function openOf(uploads: UploadDirectory, creatorId: CreatorId): Promise<readonly Open[]> {
  const filter = { status: "receiving", externalId: null } as const;
  return (await uploads.list(creatorId, filter, { limit: MOST + 1, before: null })).items;
}

/** By when they are due, as every open upload is some day. */
async function openOfAll(uploads: UploadDirectory): Promise<readonly Open[]> {
  const found: DueUpload[] = [];
  for (let after: DueUpload | null = null; found.length <= MOST;) {
    const page: readonly DueUpload[] = await uploads.due(Number.MAX_SAFE_INTEGER, after, MOST + 1 - found.length);
    if (page.length === 0) break;
    found.push(...page);
    after = page.at(-1) ?? null;
  }
  return found;
}
