import type { ConnectionId } from "#domain/ids.ts";
import { grantPlace, type GrantRow } from "./directory.ts";
import type { GrantPorts } from "./ports.ts";

const PAGE = 100;

type RewrapPorts = Pick<GrantPorts, "connections" | "envelope" | "log">;

/** Wraps a grant with the newest key; one that can't be read is left as it is, and said. */
export async function rewrapGrant({ connections, envelope, log }: RewrapPorts, row: GrantRow): Promise<void> {
  const text = await envelope.rewrap(row.grant, grantPlace(row.id));
  if (text.ok) await connections.rewrapped(row, { text: text.value, key: envelope.newestKey });
  else log.error("grant not readable", { connection_id: row.id, creator_id: row.creatorId, cause: text.error.detail });
}

/** At most `limit` grants that older keys wrap; returns how many it found. */
export async function rewrapGrants(ports: RewrapPorts, limit: number): Promise<number> {
  let found = 0;
  for (const key of ports.envelope.olderKeys) {
    for (let after: ConnectionId | null = null; found < limit;) {
      const rows: readonly GrantRow[] = await ports.connections.underKey(key, after, Math.min(PAGE, limit - found));
      for (const row of rows) await rewrapGrant(ports, row);
      found += rows.length;
      after = rows.at(-1)?.id ?? null;
      if (rows.length < PAGE) break;
    }
  }
  return found;
}
