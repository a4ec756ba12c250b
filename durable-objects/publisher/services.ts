import type { AccessTokens } from "#domain/connections/connection.ts";
import type { EventRelays } from "#domain/events/event-log.ts";
import type { EventId } from "#domain/ids.ts";
import type { Log } from "#domain/log.ts";
import type { AccountKey } from "#domain/publishing/account.ts";
import type { DeliveryProjection } from "#domain/publishing/delivery-projection.ts";
import type { TransferJobs } from "#domain/publishing/transfer-jobs.ts";
import type { YouTube } from "#domain/publishing/youtube/youtube.ts";
import type { QuotaMethod } from "#domain/quota/costs.ts";
import type { QuotaLedger, QuotaRequest } from "#domain/quota/quota-ledger.ts";
import type { Sealer } from "#domain/sealer.ts";

/** What a publisher needs of the world. */
export type PublisherServices = {
  readonly jobs: TransferJobs;
  readonly sealer: Sealer;
  readonly projection: DeliveryProjection;
  readonly relays: Pick<EventRelays, "wake">;
  readonly youtube: Pick<YouTube, "videos" | "abandon">;
  readonly tokens: AccessTokens;
  readonly quota: Pick<QuotaLedger, "reserve" | "settle" | "exhausted">;
  readonly quotaRequest: (id: string, method: QuotaMethod) => QuotaRequest;
  readonly switches: {
    /** Why nothing may begin there now, as the operator said; null while it may. */
    closed(account: AccountKey): Promise<string | null>;
  };
  /** How long a carrier may be silent. */
  readonly leaseMs: number;
  /** The pauses between looks at what the peer is processing; the last one repeats. */
  readonly checkMs: readonly [number, ...number[]];
  readonly log: Log;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly newEventId: () => EventId;
};
