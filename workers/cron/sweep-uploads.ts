import type { DueUpload } from "#domain/uploads/directory.ts";
import { AT_ONCE, type CronServices, type Duty } from "./duty.ts";
import { inTurns } from "./in-turns.ts";

const PAGE = 100;
/** In one run: each costs two subrequests. */
const MOST = 4_000;

/** What an alarm has missed: uploads whose time is over, and rows behind which no session may stand. */
export const sweepUploads: Duty = async (services) => {
  const now = services.clock.now();
  let swept = 0;
  for (let after: DueUpload | null = null; swept < MOST;) {
    const due: readonly DueUpload[] = await services.uploads.due(now, after, PAGE);
    await inTurns(due, AT_ONCE, (upload) => sweepOne(services, upload));
    swept += due.length;
    after = due.at(-1) ?? null;
    if (due.length < PAGE) break;
  }
  return swept;
};

async function sweepOne({ uploads, sessions, clock, log }: CronServices, upload: DueUpload): Promise<void> {
  try {
    const progress = await sessions.get(upload.id).sweep();
    if (progress === null) await uploads.expireOrphan(upload, clock.now());
    else await uploads.put(progress);
  } catch (cause) {
    log.error("upload not swept", { upload_id: upload.id, cause });
  }
}
