import { UNCONFIRMED_MS, type DueUpload } from "#domain/uploads/directory.ts";
import { AT_ONCE, type CronServices, type Duty } from "./duty.ts";
import { inTurns } from "./in-turns.ts";

const PAGE = 100;
/** Of each kind in one run: each costs two subrequests. */
const MOST = 2_000;

type Page = (after: DueUpload | null) => Promise<readonly DueUpload[]>;

/** What an alarm has missed: uploads whose time is over, and rows behind which no session may stand. */
export const sweepUploads: Duty = async (services) => {
  const { uploads, clock } = services;
  const now = clock.now();
  const expired = await sweep(services, (after) => uploads.expired(now, after, PAGE));
  const unconfirmed = await sweep(services, (after) => uploads.unconfirmed(now - UNCONFIRMED_MS, after, PAGE));
  return expired + unconfirmed;
};

async function sweep(services: CronServices, page: Page): Promise<number> {
  let swept = 0;
  for (let after: DueUpload | null = null; swept < MOST;) {
    const due: readonly DueUpload[] = await page(after);
    await inTurns(due, AT_ONCE, (upload) => sweepOne(services, upload));
    swept += due.length;
    after = due.at(-1) ?? null;
    if (due.length < PAGE) break;
  }
  return swept;
}

async function sweepOne({ uploads, sessions, clock, log }: CronServices, upload: DueUpload): Promise<void> {
  try {
    const progress = await sessions.get(upload.id).sweep();
    if (progress === null) await uploads.expireOrphan(upload, clock.now());
    else await uploads.put(progress);
  } catch (cause) {
    log.error("upload not swept", { upload_id: upload.id, cause });
  }
}
