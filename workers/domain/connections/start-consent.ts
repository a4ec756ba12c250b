import { err, ok, type Result } from "#domain/result.ts";
import { verifierPlace } from "./directory.ts";
import type { ConnectingPorts } from "./ports.ts";
import type { ConsentRefusal } from "./refusal.ts";
import { creatorIn, stateOf } from "./ticket.ts";

export type StartRefusal = ConsentRefusal<
  "youtube_not_configured" | "consent_unknown" | "consent_expired" | "consent_other_browser" | "consent_lost"
>;

/** Sends the browser that comes with a ticket to the peer. The first one that comes has it, and may come again. */
export async function startConsent(
  ports: ConnectingPorts,
  { ticket, browser, redirectUri }: { readonly ticket: string; readonly browser: string; readonly redirectUri: string },
): Promise<Result<{ readonly consentUrl: string }, StartRefusal>> {
  const { consents, secrets, envelope, clock, issuer } = ports;
  if (issuer === null) return err({ code: "youtube_not_configured" });
  const creatorId = creatorIn(ticket);
  if (creatorId === null) return err({ code: "consent_unknown" });
  const state = await stateOf(secrets, creatorId, ticket);
  const stateHash = await secrets.sha256(state);
  const now = clock.now();
  const request = await consents.claim(creatorId, stateHash, await secrets.sha256(browser), now);
  if (request === null) {
    const known = await consents.find(creatorId, stateHash);
    if (known === null) return err({ code: "consent_unknown" });
    return err({ code: known.expiresAt <= now ? "consent_expired" : "consent_other_browser" });
  }
  const verifier = await envelope.open(request.verifier, verifierPlace(stateHash));
  if (!verifier.ok) return err({ code: "consent_lost", detail: "What it began with can't be read any more." });
  return ok({ consentUrl: await issuer.consentUrl({ state, verifier: verifier.value.text, scopes: request.scopes, redirectUri }) });
}
