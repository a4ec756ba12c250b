import { archiveEvents } from "./archive-events.ts";
import type { CronServices, Duty } from "./duty.ts";
import { eraseAssets } from "./erase-assets.ts";
import { forgetConsents } from "./forget-consents.ts";
import { forgetEvents } from "./forget-events.ts";
import { forgetIdempotency } from "./forget-idempotency.ts";
import { retireAssets } from "./retire-assets.ts";
import { revokeOwedGrants } from "./revoke-owed-grants.ts";
import { rewrapOldGrants } from "./rewrap-old-grants.ts";
import { inspectAssets } from "./inspect-assets.ts";
import { sweepUploads } from "./sweep-uploads.ts";
import { wakeRelays } from "./wake-relays.ts";

/** Which clock wakes which duties; the expressions are those of `wrangler.toml`. */
export const DUTIES: Readonly<Record<string, Readonly<Record<string, Duty>>>> = {
  "* * * * *": { "wake-relays": wakeRelays, "archive-events": archiveEvents },
  "0 * * * *": {
    "sweep-uploads": sweepUploads,
    "retire-assets": retireAssets,
    "erase-assets": eraseAssets,
    "inspect-assets": inspectAssets,
    "forget-idempotency": forgetIdempotency,
    "forget-events": forgetEvents,
    "forget-consents": forgetConsents,
    "rewrap-grants": rewrapOldGrants,
    "revoke-grants": revokeOwedGrants,
  },
};

/** A duty that fails holds up no other; the run fails when one did, so that it is seen. */
export async function runDuties(cron: string, ports: CronServices): Promise<void> {
  const services = { ...ports, log: ports.log.with({ request_id: ports.clock.newId("req") }) };
  const duties = Object.entries(DUTIES[cron] ?? {});
  if (duties.length === 0) services.log.error("no duty for this trigger", { phase: cron });
  const failures: unknown[] = [];
  for (const [duty, run] of duties) {
    const started = services.clock.now();
    try {
      const count = await run(services);
      services.log.info("duty done", { duty, count, duration_ms: services.clock.now() - started });
    } catch (cause) {
      services.log.error("duty failed", { duty, cause });
      failures.push(cause);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} duties failed`);
}
