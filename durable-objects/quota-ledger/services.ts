import type { Log } from "#domain/log.ts";
import type { PacificCalendar } from "#domain/quota/pacific-day.ts";
import type { QuotaLimits } from "#domain/quota/quota-ledger.ts";

/** What a ledger needs of the world. */
export type QuotaServices = {
  readonly pacificDay: PacificCalendar;
  readonly limits: QuotaLimits;
  readonly log: Log;
  readonly now: () => number;
};
