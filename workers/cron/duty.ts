import type { AssetDirectory } from "#domain/assets/asset.ts";
import type { AssetJobs } from "#domain/assets/jobs.ts";
import type { ArchivableLog, EventArchive } from "#domain/events/archive.ts";
import type { EventRelays } from "#domain/events/event-log.ts";
import type { ConnectionDirectory, ConsentRequests } from "#domain/connections/directory.ts";
import type { GrantIssuer } from "#domain/connections/grant-issuer.ts";
import type { Clock } from "#domain/clock.ts";
import type { Log } from "#domain/log.ts";
import type { Envelope } from "#domain/sealer.ts";
import type { UploadDirectory } from "#domain/uploads/directory.ts";
import type { ObjectInventory } from "#domain/uploads/object-inventory.ts";
import type { UploadSessions } from "#domain/uploads/upload-session.ts";

export type CronServices = {
  readonly uploads: UploadDirectory;
  readonly assets: AssetDirectory;
  readonly sessions: UploadSessions;
  readonly relays: EventRelays;
  readonly logs: readonly ArchivableLog[];
  readonly archive: EventArchive;
  readonly inventory: ObjectInventory;
  readonly jobs: AssetJobs;
  readonly connections: ConnectionDirectory;
  readonly consents: ConsentRequests;
  readonly envelope: Envelope;
  readonly issuer: GrantIssuer | null;
  readonly clock: Clock;
  readonly log: Log;
};

/** One thing that a clock wakes; returns how many rows it dealt with. Bounded per run: the next one goes on. */
export type Duty = (services: CronServices) => Promise<number>;

/** As many calls as a Worker may have waiting. */
export const AT_ONCE = 6;
