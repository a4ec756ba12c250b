import type { Failure } from "#domain/failures.ts";
import type { ConnectionId, CreatorId, RequestId } from "#domain/ids.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { putAndTell } from "./announce.ts";
import type { GrantPorts } from "./ports.ts";
import { revokeGrant } from "./revoke-grants.ts";

/** Ends a connection at once. The grant is given back now, or by the hour's clock when its issuer is away. */
export async function disconnect(
  ports: GrantPorts,
  creatorId: CreatorId,
  id: ConnectionId,
  requestId: RequestId,
): Promise<Result<true, Failure<"connection_not_found">>> {
  const { connections, clock, log } = ports;
  for (;;) {
    const held = await connections.held(creatorId, id);
    if (held === null) return err({ code: "connection_not_found" });
    const { connection, grant } = held;
    const ended = { ...connection, status: "disconnected", changedAt: clock.now(), sequence: connection.sequence + 1 } as const;
    if (!(await putAndTell(ports, ended, requestId, null))) continue;
    try {
      await revokeGrant(ports, { id, creatorId, account: connection.account, grant, tries: 0 });
    } catch (cause) {
      log.warn("grant is revoked later", { connection_id: id, creator_id: creatorId, cause });
    }
    return ok(true);
  }
}
