import type { Failure } from "#domain/failures.ts";
import type { ConnectionId, CreatorId } from "#domain/ids.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Capability } from "./connection.ts";
import { verifierPlace, type ConsentIdempotency, type ConsentRequest } from "./directory.ts";
import type { ConnectingPorts } from "./ports.ts";
import { stateOf, writeTicket } from "./ticket.ts";
import { capabilitiesOf, scopesFor } from "./youtube-scopes.ts";

const TTL_MS = 10 * 60_000;
const ATTEMPTS = 3;

export type ConnectingDraft = {
  /** Null: what the renewed connection could be asked for, or to publish. */
  readonly capabilities: readonly Capability[] | null;
  readonly connectionId: ConnectionId | null;
  readonly returnTo: string | null;
};

export type BegunConsent = { readonly ticket: string; readonly expiresAt: number; readonly replayed: boolean };

export type BeginFailure = Failure<"youtube_not_configured" | "connection_not_found" | "idempotency_key_reused">;

/** A ticket for one browser, good for ten minutes. With a key the same request has the same ticket. */
export async function beginConnecting(
  ports: ConnectingPorts,
  creatorId: CreatorId,
  draft: ConnectingDraft,
  idempotency: { readonly key: string; readonly fingerprint: string } | null,
): Promise<Result<BegunConsent, BeginFailure>> {
  const { connections, consents, clock, secrets, issuer } = ports;
  if (issuer === null) return err({ code: "youtube_not_configured" });
  const renewed = draft.connectionId === null ? null : await connections.find(creatorId, draft.connectionId);
  if (draft.connectionId !== null && renewed === null) return err({ code: "connection_not_found" });
  const capabilities = draft.capabilities ?? (renewed === null ? ["publish"] : capabilitiesOf(renewed.scopes));

  const named = idempotency && {
    scopeHash: await secrets.sha256(`connect\n${idempotency.key}`),
    fingerprint: idempotency.fingerprint,
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const now = clock.now();
    const known = named === null ? ok(null) : await consents.known(creatorId, named, now);
    if (!known.ok) return known;
    const createdAt = known.value?.createdAt ?? now;
    const ticket = writeTicket(creatorId, await secretOf(ports, creatorId, named, createdAt));
    if (known.value !== null) return ok({ ticket, expiresAt: known.value.expiresAt, replayed: true });
    const request = await requestOf(ports, ticket, {
      creatorId,
      kind: "youtube",
      connectionId: draft.connectionId,
      scopes: scopesFor(capabilities.length === 0 ? ["publish"] : capabilities),
      returnTo: draft.returnTo,
      createdAt,
      expiresAt: createdAt + TTL_MS,
    });
    if (await consents.open(request, named)) return ok({ ticket, expiresAt: request.expiresAt, replayed: false });
  }
  throw new Error("an idempotency key is being used too often at once; please retry");
}

/** A request with a name has a ticket that can be made again: only hashes are kept. */
async function secretOf({ secrets }: ConnectingPorts, creatorId: CreatorId, named: ConsentIdempotency | null, createdAt: number) {
  return named === null ? secrets.random(32) : secrets.sign("consent", ["ticket", creatorId, named.scopeHash, createdAt].join("|"));
}

async function requestOf(
  { secrets, envelope }: ConnectingPorts,
  ticket: string,
  asked: Omit<ConsentRequest, "stateHash" | "browserHash" | "verifier">,
): Promise<ConsentRequest> {
  const stateHash = await secrets.sha256(await stateOf(secrets, asked.creatorId, ticket));
  // 32 random bytes in base64url: what RFC 7636 §4.1 recommends.
  const verifier = await envelope.seal(secrets.random(32), verifierPlace(stateHash));
  return { ...asked, stateHash, browserHash: null, verifier };
}
