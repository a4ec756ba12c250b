import type { SluiceEvent } from "#domain/events/event.ts";
import type { RequestId } from "#domain/ids.ts";
import { parseAccountKey } from "#domain/publishing/account.ts";
import type { Connection, ConnectionStatus } from "./connection.ts";
import type { SealedGrant } from "./directory.ts";
import type { GrantPorts } from "./ports.ts";
import { capabilitiesOf } from "./youtube-scopes.ts";

const TYPES = {
  active: "connection.connected",
  needs_reauth: "connection.needs_reauth",
  disconnected: "connection.disconnected",
} as const satisfies Record<ConnectionStatus, SluiceEvent["type"]>;

/** Writes what a connection has become and tells of it; false when somebody else changed it meanwhile. */
export async function putAndTell(
  { connections, relays, clock, log }: GrantPorts,
  connection: Connection,
  requestId: RequestId,
  grant: SealedGrant | null,
): Promise<boolean> {
  const { id, creatorId, account, status, sequence, changedAt } = connection;
  const event: SluiceEvent = {
    id: clock.newId("evt"),
    type: TYPES[status],
    creatorId,
    resource: id,
    sequence,
    happenedAt: changedAt,
    requestId,
    data: {
      connection_id: id,
      creator_id: creatorId,
      account,
      channel_id: parseAccountKey(account)?.name ?? null,
      title: connection.title,
      capabilities: capabilitiesOf(connection.scopes),
      status,
    },
  };
  if (!(await connections.put(connection, event, grant))) return false;
  log.info("connection changed", { connection_id: id, creator_id: creatorId, phase: status });
  // The minute's clock makes good what is lost here.
  await relays.wake(creatorId).catch((cause: unknown) => log.warn("relay not woken", { creator_id: creatorId, cause }));
  return true;
}
