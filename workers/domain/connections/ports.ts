import type { Clock } from "#domain/clock.ts";
import type { EventRelays } from "#domain/events/event-log.ts";
import type { Secrets } from "#domain/identity/secrets.ts";
import type { Log } from "#domain/log.ts";
import type { AccountKey } from "#domain/publishing/account.ts";
import type { Publisher } from "#domain/publishing/publisher.ts";
import type { YouTube } from "#domain/publishing/youtube/youtube.ts";
import type { Envelope } from "#domain/sealer.ts";
import type { ConnectionDirectory, ConsentRequests } from "./directory.ts";
import type { GrantIssuer } from "./grant-issuer.ts";

/** What looking after grants takes. */
export type GrantPorts = {
  readonly connections: ConnectionDirectory;
  readonly envelope: Envelope;
  /** Null: the service has no project there. */
  readonly issuer: GrantIssuer | null;
  readonly relays: EventRelays;
  readonly clock: Clock;
  readonly log: Log;
};

export type ConnectingPorts = GrantPorts & {
  readonly consents: ConsentRequests;
  readonly youtube: Pick<YouTube, "channels">;
  readonly secrets: Secrets;
  /** What waits for a grant goes on when it is there. */
  readonly publishers: { get(account: AccountKey): Pick<Publisher, "reconnected"> };
};
