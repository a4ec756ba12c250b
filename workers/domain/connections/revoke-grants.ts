import { grantPlace, type OwedRevocation } from "./directory.ts";
import type { GrantPorts } from "./ports.ts";

/** With one try an hour: a day. */
const MOST_TRIES = 24;

/**
 * Gives one grant back. Google ends everything that an account has granted to a project, so an account that the creator has connected
 * again keeps it.
 */
export async function revokeGrant(ports: GrantPorts, owed: OwedRevocation): Promise<void> {
  const { connections, envelope, issuer, log } = ports;
  const about = { connection_id: owed.id, creator_id: owed.creatorId };
  if ((await connections.byAccount(owed.creatorId, owed.account)) !== null) return connections.forgetGrant(owed);
  const opened = await envelope.open(owed.grant, grantPlace(owed.id));
  if (!opened.ok) log.error("grant not readable", { ...about, cause: opened.error.detail });
  if (opened.ok && issuer !== null) {
    const answer = await issuer.revoke(opened.value.text);
    if (answer.kind === "accepted") return connections.forgetGrant(owed);
    log.warn("grant not revoked", { ...about, attempt: owed.tries + 1, cause: reasonOf(answer) });
  }
  if (owed.tries + 1 < MOST_TRIES) {
    const rewrapped = opened.ok && opened.value.stale ? await envelope.rewrap(owed.grant, grantPlace(owed.id)) : null;
    return connections.stillOwed(owed, rewrapped?.ok === true ? rewrapped.value : owed.grant);
  }
  log.error("revocation given up", about);
  return connections.forgetGrant(owed);
}

/** At most `limit` of those that are owed; returns how many there were. */
export async function revokeGrants(ports: GrantPorts, limit: number): Promise<number> {
  const all = await ports.connections.toRevoke(limit);
  for (const owed of all) {
    try {
      await revokeGrant(ports, owed);
    } catch (cause) {
      ports.log.error("grant not revoked", { connection_id: owed.id, creator_id: owed.creatorId, cause });
    }
  }
  return all.length;
}

type NotAccepted =
  | { readonly kind: "refused"; readonly refusal: { readonly code: string } }
  | { readonly kind: "unknown"; readonly detail: string };

const reasonOf = (answer: NotAccepted): string => (answer.kind === "refused" ? answer.refusal.code : answer.detail);
